from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.progress import abuffered
from tests.unit_tests.chat_models.breaking import texts, whole
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

LONG = 1000.0


class Source:
    """A stream with silences: a number is a wait in seconds."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = pieces
        self.read: list[Any] = []
        self.closed_by: str | None = None
        self.slow = 0.0

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            for piece in self.pieces:
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                elif isinstance(piece, BaseException):
                    raise piece  # noqa: TRY301  the stream's own error
                else:
                    self.read.append(piece)
                    yield piece
        except BaseException as error:
            await asyncio.sleep(self.slow)
            self.closed_by = type(error).__name__
            raise
        else:
            self.closed_by = "end"


async def timed(chunks: AsyncIterator[Any]) -> list[tuple[Any, float]]:
    loop = virtual_loop()
    begun = loop.time()
    return [(chunk, round(loop.time() - begun, 3)) async for chunk in chunks]


async def collect(chunks: AsyncIterator[Any], got: list[Any]) -> None:
    async for chunk in chunks:
        got += [chunk]


@in_virtual_time
async def test_pieces_are_joined_by_number() -> None:
    source = Source(*"abcdefg")

    assert [each async for each in abuffered(source, size=3)] == ["abc", "def", "g"]
    assert source.closed_by == "end"


@in_virtual_time
async def test_a_piece_waits_for_the_interval_and_no_longer() -> None:
    source = Source("a", 1.0, "b", 9.0, "c", 0.5, "d")

    assert await timed(abuffered(source, interval=2.0)) == [
        ("ab", 2.0),
        ("c" + "d", 10.5),
    ]


@in_virtual_time
async def test_half_a_character_waits_for_the_other_half() -> None:
    source = Source("cafe", 5.0, "\u0301\n", 5.0, "x")
    chunks = abuffered(source, interval=2.0, whole="grapheme")

    assert await timed(chunks) == [("caf", 2.0), ("e\u0301\n", 5.0), ("x", 10.0)]


@in_virtual_time
async def test_an_error_is_raised_after_what_was_held() -> None:
    chunks = abuffered(Source("a", "b", ValueError("broken")), interval=LONG)

    assert await anext(chunks) == "ab"
    with pytest.raises(ValueError, match="broken"):
        await anext(chunks)


@in_virtual_time
async def test_a_stream_that_cancels_itself_is_passed_on_after_what_was_held() -> None:
    chunks = abuffered(Source("a", asyncio.CancelledError("by itself")))

    assert await anext(chunks) == "a"
    with pytest.raises(asyncio.CancelledError, match="by itself"):
        await anext(chunks)


@in_virtual_time
async def test_closing_stops_a_silent_stream_immediately() -> None:
    loop = virtual_loop()
    source = Source("a", LONG, "b")
    chunks = abuffered(source, interval=1.0)
    assert await anext(chunks) == "a"
    before = loop.time()

    await chunks.aclose()

    assert source.closed_by == "CancelledError"
    assert loop.time() == before
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_leaving_the_loop_closes_a_stream_that_waits_for_room() -> None:
    source = Source(*"a" * 1000)

    async for _ in abuffered(source, size=1):
        break
    for _ in range(9):
        await asyncio.sleep(0)

    assert source.closed_by == "GeneratorExit"
    assert len(source.read) < 20
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_an_error_while_the_stream_is_closed_is_raised() -> None:
    async def source() -> AsyncIterator[str]:
        try:
            yield "a"
            await asyncio.sleep(LONG)
        finally:
            msg = "not closed"
            raise ValueError(msg)

    chunks = abuffered(source(), size=1)
    await anext(chunks)

    with pytest.raises(ValueError, match="not closed"):
        await chunks.aclose()


@in_virtual_time
async def test_a_canceled_consumer_gets_what_is_held_first() -> None:
    source = Source("a", "b", LONG, "c")
    got: list[str] = []

    async def consume() -> None:
        await collect(abuffered(source, interval=LONG), got)

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel("enough")
    with pytest.raises(asyncio.CancelledError, match="enough"):
        await task

    assert got == ["ab"]
    assert source.closed_by == "CancelledError"
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_a_canceled_consumer_without_more_to_come_is_canceled() -> None:
    source = Source("a", LONG, "b")
    got: list[str] = []

    async def consume() -> None:
        await collect(abuffered(source, size=1), got)

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert got == ["a"]
    assert source.closed_by == "CancelledError"


@in_virtual_time
async def test_a_canceled_consumer_that_leaves_is_canceled_where_it_waits_next() -> (
    None
):
    source = Source("a", LONG, "b")
    steps: list[str] = []

    async def consume() -> None:
        async for chunk in abuffered(source, interval=LONG):
            steps.append(chunk)
            break
        try:
            await asyncio.sleep(1.0)
        finally:
            # Canceled once: cleaning up is not disturbed.
            await asyncio.sleep(1.0)
            steps.append("cleaned up")

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert steps == ["a", "cleaned up"]
    assert task.cancelling() == 1
    assert source.closed_by == "CancelledError"


@in_virtual_time
async def test_a_consumer_that_is_canceled_before_the_first_step_closes_too() -> None:
    closed: list[bool] = []

    class Response(Source):
        async def aclose(self) -> None:
            closed.append(True)

    async def consume() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await collect(abuffered(Response("a")), [])

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(consume())

    assert closed == [True]
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_the_stream_stops_before_the_canceled_consumer_has_left() -> None:
    source = Source("a", LONG, "b")
    chunks = abuffered(source, interval=LONG)
    seen: list[str | None] = []

    async def consume() -> None:
        await anext(chunks)
        try:
            await asyncio.sleep(LONG)
        except asyncio.CancelledError:
            await asyncio.sleep(1.0)
            seen.append(source.closed_by)
            raise

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.wait((task,))
    await chunks.aclose()

    assert seen == ["CancelledError"]


@in_virtual_time
async def test_a_consumer_that_asks_for_more_is_canceled_once() -> None:
    source = Source("a", LONG, "b")
    source.slow = 1.0
    steps: list[str | None] = []

    async def consume() -> None:
        try:
            await collect(abuffered(source, interval=LONG), steps)
        finally:
            steps.append(source.closed_by)
            await asyncio.sleep(1.0)
            steps.append("cleaned up")

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel()
    await asyncio.wait((task,))

    assert steps == ["a", "CancelledError", "cleaned up"]


@in_virtual_time
async def test_a_timeout_around_the_loop_is_a_timeout() -> None:
    got: list[str] = []

    async def consume() -> None:
        async with asyncio.timeout(5.0):
            await collect(abuffered(Source("a", LONG, "b"), interval=LONG), got)

    with pytest.raises(TimeoutError):
        await consume()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert got == ["a"]


@in_virtual_time
async def test_a_consumer_that_ignores_its_cancellation_gets_no_end() -> None:
    async def consume() -> str:
        chunks = abuffered(Source("a", LONG, "b"), interval=LONG)
        async for _ in chunks:
            try:
                await asyncio.sleep(LONG)
            except asyncio.CancelledError:
                continue
        return "complete"

    task = asyncio.create_task(consume())
    await asyncio.sleep(1.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@in_virtual_time
async def test_responses_and_iterators_are_closed_in_either_way() -> None:
    closed: list[str] = []

    class Response:
        def __aiter__(self) -> Any:
            return Steps()

        async def close(self) -> None:
            closed.append("response")

    class Steps:
        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> str:
            raise StopAsyncIteration

        def close(self) -> None:
            closed.append("iterator")

    class Bare(Steps):
        close = None  # type: ignore[assignment]

    assert [each async for each in abuffered(Response())] == []
    assert closed == ["iterator", "response"]
    assert [each async for each in abuffered(Bare())] == []


@in_virtual_time
async def test_the_stream_is_read_in_the_context_of_the_consumer() -> None:
    var: contextvars.ContextVar[str] = contextvars.ContextVar("var", default="none")
    var.set("here")

    async def source() -> AsyncIterator[str]:
        yield var.get()
        token = var.set("inside")
        try:
            yield var.get()
        finally:
            var.reset(token)

    assert [each async for each in abuffered(source(), size=1)] == ["here", "inside"]
    assert var.get() == "here"


@in_virtual_time
async def test_a_slow_consumer_gets_larger_chunks_and_all_of_them() -> None:
    source = Source(*["a", 0.1] * 1000)
    got = []
    async for chunk in abuffered(source, size=None, interval=1.0):
        got.append(chunk)
        await asyncio.sleep(5.0)

    assert "".join(got) == "a" * 1000
    assert len(got) < 30


@in_virtual_time
async def test_a_stream_without_waits_does_not_run_ahead() -> None:
    source = Source(*"a" * 1000)
    chunks = abuffered(source, size=2)

    assert [await anext(chunks), await anext(chunks)] == ["aa", "aa"]
    assert len(source.read) <= 2 * 2 + 2 * 8
    assert "".join([each async for each in chunks]) == "a" * (1000 - 4)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
async def test_a_model_streams_the_same_text_in_larger_chunks(
    make_chat: Callable[..., ChatSSE], size: int
) -> None:
    pieces = [f"word{number} " for number in range(9)]
    chat = make_chat(whole(*texts(*pieces)))
    stream = abuffered(chat.astream("x"), size=size, interval=LONG)
    chunks = [chunk async for chunk in stream]

    assert "".join(chunk.text for chunk in chunks) == "".join(pieces)
    assert chunks[-1].chunk_position == "last"
    assert chunks[-1].response_metadata["finish_reason"] == "stop"
    # The last piece has the metadata and no text.
    assert len(chunks) == -(-10 // size)


def test_invalid_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ConfigurationError, match="Invalid `characters`"):
        abuffered(Source(), characters=0)
