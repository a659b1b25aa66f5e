"""A run gives its reader the bytes of one answer, and stops when it has to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from langchain_sse_chat.errors import RefusalError
from langchain_sse_chat.serve import PlainEncoder
from langchain_sse_chat.serve.failure.failure import Failure, draining
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

OPEN = b"id: 1\n\n"
LIMITS = RunLimits(commit_after=10, keep_alive=10, max_seconds=600, reader_seconds=30)
NEVER = RunLimits(
    commit_after=None, keep_alive=None, max_seconds=None, reader_seconds=None
)


def run_of(items: Items, limits: RunLimits = LIMITS) -> Run:
    return started(items.astream(), limits)


def started(items: AsyncIterator[object], limits: RunLimits = LIMITS) -> Run:
    encoder = PlainEncoder(answer_id="1")
    run = Run(items, encoder, limits=limits, request_id="req_1")
    run.start(lambda: None)
    return run


async def all_of(run: Run) -> list[bytes]:
    """Return the bytes of each read."""
    pieces = []
    while data := await run.read():
        pieces.append(data)
    await run.close()
    return pieces


@in_virtual_time
async def test_each_piece_is_there_when_the_model_has_given_it() -> None:
    run = run_of(Items("a", 1, "b", "c", 1))
    assert await run.wait_for_start() is None
    assert await run.read() == OPEN + b"data: a\n\n"
    assert await run.read() == b"data: b\n\ndata: c\n\n"
    assert await run.read() == b"event: end\ndata: abc\n\n"
    assert run.is_read
    assert await run.read() == b""
    await run.close()
    assert run.failure is None
    assert run.error is None


@in_virtual_time
async def test_items_without_bytes_do_not_begin_the_response() -> None:
    run = run_of(Items("", 5, "a"))
    begun = asyncio.ensure_future(run.wait_for_start())
    await asyncio.sleep(4)
    assert not begun.done()
    assert await begun is None
    assert run.first_bytes_at == run.started_at + 5
    await run.close()


@in_virtual_time
async def test_an_empty_answer_has_an_end() -> None:
    run = run_of(Items())
    assert await run.wait_for_start() is None
    assert await all_of(run) == [OPEN + b"event: end\ndata: \n\n"]


@in_virtual_time
async def test_a_failure_before_the_first_bytes_is_not_begun() -> None:
    error = RuntimeError("secret")
    run = run_of(Items(2, error))
    failure = await run.wait_for_start()
    assert failure is not None
    assert failure.status == 500
    assert failure.message.endswith("(request req_1)")
    assert "secret" not in failure.message
    assert run.error is error
    assert await all_of(run) == []


@in_virtual_time
async def test_a_failure_after_the_first_bytes_is_the_last_event() -> None:
    run = run_of(Items("a", RuntimeError("secret")))
    assert await run.wait_for_start() is None
    assert run.failure is not None
    [data] = await all_of(run)
    assert data.startswith(OPEN + b"data: a\n\nevent: failure\ndata: {")
    assert b"req_1" in data
    assert b"secret" not in data


@in_virtual_time
async def test_a_refusal_of_the_model_is_an_answer() -> None:
    run = run_of(Items(RefusalError("I will not.")))
    assert await run.wait_for_start() is None
    [data] = await all_of(run)
    assert data.startswith(OPEN + b"data: ")
    assert b"event: end" in data
    assert run.failure is None


@in_virtual_time
async def test_a_task_of_the_model_that_is_canceled_is_a_failure() -> None:
    run = run_of(Items(asyncio.CancelledError()))
    failure = await run.wait_for_start()
    assert failure is not None
    assert failure.status == 500
    await run.close()


@in_virtual_time
async def test_the_response_begins_after_a_time_without_bytes() -> None:
    run = run_of(Items(25, "a"))
    loop = virtual_loop()
    assert await run.wait_for_start() is None
    assert loop.time() == run.started_at + 10
    assert await run.read() == OPEN
    early = run.first_bytes_at
    assert early is None
    assert await run.read() == b":\n\n"
    assert loop.time() == run.started_at + 20
    assert b"data: a" in await run.read()
    assert run.first_bytes_at == loop.time() == run.started_at + 25
    await run.close()


@in_virtual_time
async def test_a_failure_after_that_time_is_an_event() -> None:
    run = run_of(Items(15, RuntimeError("secret")))
    assert await run.wait_for_start() is None
    assert await run.read() == OPEN
    assert (await run.read()).startswith(b"event: failure")
    await run.close()


@in_virtual_time
async def test_each_silence_gets_keep_alives() -> None:
    run = run_of(Items("a", 25, "b", 15, "c"))
    pieces = await all_of(run)
    kinds = [piece for piece in pieces if piece == b":\n\n"]
    assert len(kinds) == 3
    assert pieces.index(b":\n\n") == 1
    assert b"".join(pieces).replace(b":\n\n", b"") == (
        OPEN + b"data: a\n\ndata: b\n\ndata: c\n\nevent: end\ndata: abc\n\n"
    )


@in_virtual_time
async def test_keep_alives_may_be_shorter_than_the_wait_for_first_bytes() -> None:
    run = run_of(Items("a", 9, "b"), RunLimits(commit_after=10, keep_alive=2))
    assert (await all_of(run)).count(b":\n\n") == 4


@in_virtual_time
async def test_a_stream_that_is_never_silent_has_no_keep_alives() -> None:
    items: list[object] = ["a", 6] * 20
    assert b":\n\n" not in await all_of(run_of(Items(*items)))


@in_virtual_time
async def test_without_limits_a_run_waits_as_long_as_the_model() -> None:
    run = run_of(Items(100_000, "a"), NEVER)
    assert await run.wait_for_start() is None
    assert run.first_bytes_at == run.started_at + 100_000
    assert len(await all_of(run)) == 1


@in_virtual_time
async def test_an_answer_may_not_take_too_long() -> None:
    items = Items(...)
    run = run_of(items, RunLimits(commit_after=None, max_seconds=60))
    failure = await run.wait_for_start()
    assert failure is not None
    assert failure.status == 504
    assert virtual_loop().time() == run.started_at + 60
    await run.close()
    assert items.was_canceled


@in_virtual_time
async def test_an_answer_that_takes_too_long_ends_with_an_event() -> None:
    items = Items("a", ...)
    run = run_of(items, RunLimits(keep_alive=None, max_seconds=60))
    pieces = await all_of(run)
    assert pieces[1].startswith(b"event: failure")
    assert b"60 seconds" in pieces[1]
    assert items.was_closed


@in_virtual_time
async def test_the_model_waits_when_nobody_reads() -> None:
    items = Items(*["12345678"] * 100)
    run = run_of(items, RunLimits(buffer=100, reader_seconds=None))
    await asyncio.sleep(100)
    waiting = items.given
    assert waiting < 10
    await run.read()
    await asyncio.sleep(1)
    assert waiting < items.given < 20
    await run.close()
    assert items.was_closed


@in_virtual_time
async def test_all_of_a_long_answer_gets_through_a_small_buffer() -> None:
    words = [f"{number} " for number in range(500)]
    run = run_of(Items(*words), RunLimits(buffer=100))
    data = b"".join(await all_of(run))
    assert data.count(b"data: ") == 501
    assert f"event: end\ndata: {''.join(words)}\n\n".encode() in data


@pytest.mark.parametrize("before", [("a", ...), (...,)], ids=["in answer", "silent"])
@in_virtual_time
async def test_a_stop_reaches_the_model(before: tuple[Any, ...]) -> None:
    items = Items(*before)
    run = run_of(items)
    await asyncio.sleep(1)
    run.stop()
    assert run.ended
    assert run.failure is None
    await run.close()
    assert items.was_canceled


@in_virtual_time
async def test_a_stop_reaches_a_model_that_waits_for_its_reader() -> None:
    items = Items(*["12345678"] * 100)
    run = run_of(items, RunLimits(buffer=100))
    await asyncio.sleep(1)
    await run.close()
    assert items.was_closed
    assert items.given < 10


@in_virtual_time
async def test_what_there_is_at_a_stop_can_still_be_read() -> None:
    items = Items(*["12345678"] * 100)
    run = run_of(items, RunLimits(buffer=100))
    await asyncio.sleep(1)
    run.stop()
    assert (await run.read()).startswith(OPEN)
    assert run.is_read
    await run.close()


@in_virtual_time
async def test_a_stop_may_have_a_reason() -> None:
    run = run_of(Items("a", ...))
    await run.read()
    run.stop(draining())
    assert b"server_shutting_down" in await run.read()
    assert run.failure is not None
    assert run.failure.code == "server_shutting_down"
    await run.close()
    assert run.failure.code == "server_shutting_down"


@in_virtual_time
async def test_a_stop_before_the_response_has_begun_is_a_status() -> None:
    run = run_of(Items(...))
    begun = asyncio.ensure_future(run.wait_for_start())
    await asyncio.sleep(1)
    run.stop(Failure(503, "Stop.", "server_error"))
    failure = await begun
    assert failure is not None
    assert failure.status == 503
    await run.close()


@in_virtual_time
async def test_a_model_that_does_not_stop_is_not_waited_for_long() -> None:
    is_done = asyncio.Event()

    async def stubborn() -> AsyncIterator[object]:
        yield "a"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(100)
            is_done.set()
            raise ValueError from None

    run = started(stubborn())
    await run.read()
    before = virtual_loop().time()
    await run.close(patience=5)
    assert virtual_loop().time() == before + 5
    await is_done.wait()
    await asyncio.sleep(0)
    assert run.failure is None
    assert run.error is None


@in_virtual_time
async def test_a_model_that_ends_instead_of_being_canceled_sets_no_timer() -> None:
    async def deaf() -> AsyncIterator[object]:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
            yield "too late"

    slow: list[None] = []
    run = Run(deaf(), PlainEncoder(), limits=RunLimits(reader_seconds=5))
    run.start(lambda: slow.append(None))
    await asyncio.sleep(1)

    await run.close()
    await asyncio.sleep(60)

    assert slow == []


@in_virtual_time
async def test_any_iterator_is_an_answer() -> None:
    class Pair:
        def __init__(self) -> None:
            self.left = ["b", "a"]

        def __aiter__(self) -> Pair:
            return self

        async def __anext__(self) -> str:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop()

    assert b"data: ab" in (await all_of(started(Pair())))[0]


@in_virtual_time
async def test_a_reader_that_is_canceled_may_come_back() -> None:
    run = run_of(Items("a", 5, "b"))
    await run.read()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(run.read(), 1)
    assert b"data: b" in await run.read()
    await run.close()
