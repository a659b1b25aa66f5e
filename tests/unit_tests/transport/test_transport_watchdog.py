from __future__ import annotations

import asyncio
import math
import socket

import pytest

from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.watchdog import Watchdog
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

FOREVER = 3600.0
SOON = 0.5


def watch() -> Watchdog:
    return Watchdog(virtual_loop().time)


def soon() -> Deadline:
    return Deadline(virtual_loop().time() + SOON)


def late() -> Deadline:
    return Deadline(virtual_loop().time() + FOREVER)


async def off_duty(watchdog: Watchdog) -> None:
    await asyncio.sleep(FOREVER)
    assert watchdog._timer is None


@in_virtual_time
async def test_interrupts_a_wait_when_its_deadline_passes() -> None:
    with pytest.raises(TimeoutError) as caught, watch().within(soon()):
        await asyncio.sleep(FOREVER)
    assert isinstance(caught.value.__cause__, asyncio.CancelledError)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


@in_virtual_time
async def test_a_deadline_gone_by_interrupts_the_next_wait() -> None:
    with pytest.raises(TimeoutError), watch().within(Deadline(0.0)):
        await asyncio.sleep(FOREVER)


@in_virtual_time
async def test_interrupts_each_wait_anew() -> None:
    watchdog = watch()
    for _ in range(2):
        with pytest.raises(TimeoutError), watchdog.within(soon()):
            await asyncio.sleep(FOREVER)


@in_virtual_time
async def test_what_came_while_the_loop_was_kept_busy_goes_before_the_deadline() -> (
    None
):
    loop = virtual_loop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        deadline = soon()
        # Another task computes past the deadline, and meanwhile bytes come.
        loop.call_soon(theirs.sendall, b"x")
        loop.call_soon(loop.stand_still_until, deadline.at)
        with watch().within(deadline):
            assert await loop.sock_recv(ours, 1) == b"x"


@in_virtual_time
async def test_a_deadline_that_moves_at_the_last_moment_is_followed() -> None:
    watchdog = watch()
    deadline = soon()
    with watchdog.within(deadline):
        virtual_loop().stand_still_until(deadline.at)
        await asyncio.sleep(0)  # the timer goes off
        await asyncio.sleep(0)
        deadline.at = math.inf
        await off_duty(watchdog)


@in_virtual_time
async def test_follows_a_deadline_that_moves_away() -> None:
    watchdog = watch()
    deadline = soon()
    with watchdog.within(deadline):
        first = watchdog._timer
        deadline.at += SOON
    with watchdog.within(deadline):
        assert watchdog._timer is first
    with pytest.raises(TimeoutError), watchdog.within(deadline):
        await asyncio.sleep(FOREVER)
    assert virtual_loop().time() >= deadline.at


@in_virtual_time
async def test_follows_a_deadline_that_comes_nearer() -> None:
    watchdog = watch()
    with watchdog.within(late()):
        pass
    with pytest.raises(TimeoutError), watchdog.within(soon()):
        await asyncio.sleep(FOREVER)


@in_virtual_time
async def test_arms_no_timer_for_a_deadline_that_never_comes() -> None:
    watchdog = watch()
    with watchdog.within(Deadline(math.inf)):
        assert watchdog._timer is None


@in_virtual_time
async def test_lets_a_deadline_go_that_was_switched_off_meanwhile() -> None:
    watchdog = watch()
    deadline = soon()
    with watchdog.within(deadline):
        deadline.at = math.inf
        await off_duty(watchdog)


@in_virtual_time
async def test_leaves_the_time_between_waits_alone() -> None:
    watchdog = watch()
    with watchdog.within(soon()):
        pass
    await off_duty(watchdog)


@in_virtual_time
async def test_stopping_takes_the_timer_away() -> None:
    watchdog = watch()
    watchdog.stop()
    with watchdog.within(soon()):
        pass
    timer = watchdog._timer
    assert timer is not None
    watchdog.stop()
    assert timer.cancelled()


@in_virtual_time
async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def wait() -> None:
        with watch().within(late()):
            await asyncio.sleep(FOREVER)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@in_virtual_time
async def test_a_cancellation_from_elsewhere_goes_before_the_deadline() -> None:
    async def wait() -> None:
        with watch().within(Deadline(0.0)) as _:
            asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.sleep(FOREVER)

    task = asyncio.create_task(wait())
    with pytest.raises(asyncio.CancelledError):
        await task


@in_virtual_time
async def test_another_exception_of_the_wait_goes_before_the_deadline() -> None:
    async def wait() -> None:
        try:
            await asyncio.sleep(FOREVER)
        except asyncio.CancelledError as exc:
            raise KeyError from exc

    with pytest.raises(KeyError), watch().within(Deadline(0.0)):
        await wait()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
