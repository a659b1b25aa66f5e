from __future__ import annotations

import asyncio
import math
import socket
import time

import pytest

from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.watchdog import Watchdog

FOREVER = 3600.0


def soon() -> Deadline:
    return Deadline(time.monotonic() + 0.02)


async def off_duty(watchdog: Watchdog) -> None:
    while watchdog._timer is not None:  # noqa: ASYNC110 - it has no event to wait for
        await asyncio.sleep(0.001)


async def test_interrupts_a_wait_when_its_deadline_passes() -> None:
    with pytest.raises(TimeoutError) as caught, Watchdog().within(soon()):
        await asyncio.sleep(FOREVER)
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_deadline_gone_by_interrupts_the_next_wait() -> None:
    with pytest.raises(TimeoutError), Watchdog().within(Deadline(0.0)):
        await asyncio.sleep(FOREVER)


async def test_interrupts_each_wait_anew() -> None:
    watchdog = Watchdog()
    for _ in range(2):
        with pytest.raises(TimeoutError), watchdog.within(soon()):
            await asyncio.sleep(FOREVER)


async def test_what_came_while_the_loop_was_kept_busy_goes_before_the_deadline() -> (
    None
):
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        deadline = soon()
        # Another task computes past the deadline, and meanwhile bytes come.
        loop.call_soon(theirs.sendall, b"x")
        loop.call_soon(keep_busy_past, deadline)
        with Watchdog().within(deadline):
            assert await loop.sock_recv(ours, 1) == b"x"


def keep_busy_past(deadline: Deadline) -> None:
    while time.monotonic() < deadline.at:
        pass


async def test_a_deadline_that_moves_at_the_last_moment_is_followed() -> None:
    watchdog = Watchdog()
    deadline = soon()
    with watchdog.within(deadline):
        keep_busy_past(deadline)
        await asyncio.sleep(0)  # the timer goes off
        await asyncio.sleep(0)
        deadline.at = math.inf
        await off_duty(watchdog)


async def test_follows_a_deadline_that_moves_away() -> None:
    watchdog = Watchdog()
    deadline = soon()
    with watchdog.within(deadline):
        first = watchdog._timer
        deadline.at += 0.02
    with watchdog.within(deadline):
        assert watchdog._timer is first
    with pytest.raises(TimeoutError), watchdog.within(deadline):
        await asyncio.sleep(FOREVER)
    assert time.monotonic() >= deadline.at


async def test_follows_a_deadline_that_comes_nearer() -> None:
    watchdog = Watchdog()
    with watchdog.within(Deadline(time.monotonic() + FOREVER)):
        pass
    with pytest.raises(TimeoutError), watchdog.within(soon()):
        await asyncio.sleep(FOREVER)


async def test_arms_no_timer_for_a_deadline_that_never_comes() -> None:
    watchdog = Watchdog()
    with watchdog.within(Deadline(math.inf)):
        assert watchdog._timer is None


async def test_lets_a_deadline_go_that_was_switched_off_meanwhile() -> None:
    watchdog = Watchdog()
    deadline = soon()
    with watchdog.within(deadline):
        deadline.at = math.inf
        await off_duty(watchdog)


async def test_leaves_the_time_between_waits_alone() -> None:
    watchdog = Watchdog()
    with watchdog.within(soon()):
        pass
    await off_duty(watchdog)


async def test_stopping_takes_the_timer_away() -> None:
    watchdog = Watchdog()
    watchdog.stop()
    with watchdog.within(soon()):
        pass
    timer = watchdog._timer
    assert timer is not None
    watchdog.stop()
    assert timer.cancelled()


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def wait() -> None:
        with Watchdog().within(Deadline(time.monotonic() + FOREVER)):
            await asyncio.sleep(FOREVER)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_from_elsewhere_goes_before_the_deadline() -> None:
    async def wait() -> None:
        with Watchdog().within(Deadline(0.0)) as _:
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.sleep(FOREVER)

    task = asyncio.create_task(wait())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_another_exception_of_the_wait_goes_before_the_deadline() -> None:
    async def wait() -> None:
        try:
            await asyncio.sleep(FOREVER)
        except asyncio.CancelledError as exc:
            raise KeyError from exc

    with pytest.raises(KeyError), Watchdog().within(Deadline(0.0)):
        await wait()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
