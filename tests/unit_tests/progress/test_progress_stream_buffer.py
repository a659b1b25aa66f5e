from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.progress import StreamBuffer
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

LONG = 1000.0


def still() -> float:
    """Return the time of a clock that stands still."""
    return 0.0


def timers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if isinstance(each, threading.Timer)]


def ended(threads: list[threading.Thread]) -> bool:
    for thread in threads:
        thread.join(30)
    return not any(thread.is_alive() for thread in threads)


def test_the_buffer_delivers_ten_pieces_together_and_the_rest_when_flushed() -> None:
    got: list[str] = []
    buffer = StreamBuffer(got.append, 10, LONG)

    for piece in "abcdefghijkl":
        buffer.add(piece)
    assert got == ["abcdefghij"]
    buffer.flush()

    assert got == ["abcdefghij", "kl"]
    buffer.flush()
    assert got == ["abcdefghij", "kl"]


def test_the_buffer_delivers_after_the_interval_when_nothing_more_comes() -> None:
    delivered = threading.Event()
    got: list[tuple[str, bool]] = []

    def take(text: str) -> None:
        got.append((text, threading.current_thread().daemon))
        delivered.set()

    StreamBuffer(take, interval=0.01).add("a")

    assert delivered.wait(30)
    assert got == [("a", True)]


def test_a_flush_stops_the_timer_and_the_next_piece_starts_another() -> None:
    got: list[str] = []
    buffer = StreamBuffer(got.append, interval=LONG, clock=still)
    before = timers()

    buffer.add("a")
    begun = [each for each in timers() if each not in before]
    buffer.add("b")
    assert len(begun) == 1
    buffer.flush()
    assert ended(begun)

    buffer.add("c")
    again = [each for each in timers() if each not in before and each not in begun]
    assert len(again) == 1
    buffer.flush()
    assert ended(again)
    assert got == ["ab", "c"]


@in_virtual_time
async def test_in_an_event_loop_the_function_is_called_by_the_loop() -> None:
    loop = virtual_loop()
    got: list[tuple[str, float]] = []
    begun = loop.time()

    def take(text: str) -> None:
        got.append((text, round(loop.time() - begun, 3)))

    buffer = StreamBuffer(take, interval=2.0, clock=loop.time)
    buffer.add("a")
    await asyncio.sleep(1.0)
    buffer.add("b")
    await asyncio.sleep(5.0)
    assert got == [("ab", 2.0)]
    buffer.add("c")
    await asyncio.sleep(1.0)
    buffer.flush()
    await asyncio.sleep(5.0)

    assert [text for text, _ in got] == ["ab", "c"]


def test_a_timer_that_is_early_waits_for_the_rest() -> None:
    delivered = threading.Event()
    moments = iter([0.0, 0.0, 0.0, 0.5])
    got: list[str] = []

    def take(text: str) -> None:
        got.append(text)
        delivered.set()

    def clock() -> float:
        return next(moments, 1.0)

    StreamBuffer(take, interval=0.51, clock=clock).add("a")

    assert delivered.wait(30)
    assert got == ["a"]


def test_leaving_the_block_delivers_what_is_held_also_after_an_error() -> None:
    got: list[str] = []

    def feed() -> None:
        with StreamBuffer(got.append, interval=None) as buffer:
            buffer.add("a")
            msg = "broken"
            raise ValueError(msg)

    with pytest.raises(ValueError, match="broken"):
        feed()
    assert got == ["a"]


def test_an_error_of_the_function_is_raised_where_the_piece_was_added() -> None:
    def fail(text: str) -> None:
        raise ValueError(text)

    buffer = StreamBuffer(fail, size=1)

    with pytest.raises(ValueError, match="a"):
        buffer.add("a")


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda buffer: buffer.add("b"), id="add"),
        pytest.param(lambda buffer: buffer.flush(), id="flush"),
    ],
)
def test_an_error_in_the_timer_is_raised_by_the_next_call(
    call: Callable[[StreamBuffer[str]], None],
) -> None:
    called = threading.Event()

    def fail(text: str) -> None:
        called.set()
        raise ValueError(text)

    buffer = StreamBuffer(fail, interval=0.01)
    buffer.add("a")
    assert called.wait(30)

    with pytest.raises(ValueError, match="a"):
        call(buffer)
    # Once: a call that succeeds raises nothing.
    buffer._on_flush = lambda _: None
    buffer.flush()


def test_the_function_may_add_pieces() -> None:
    got: list[str] = []

    def take(text: str) -> None:
        got.append(text)
        if len(got) < 3:
            buffer.add("x")

    buffer = StreamBuffer(take, size=1)
    buffer.add("a")

    assert got == ["a", "x", "x"]


def test_many_threads_lose_and_repeat_nothing() -> None:
    got: list[str] = []
    buffer = StreamBuffer(got.append, size=7, interval=0.001)

    def feed(letter: str) -> None:
        for _ in range(500):
            buffer.add(letter)

    threads = [threading.Thread(target=feed, args=(each,)) for each in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    buffer.flush()

    assert sorted("".join(got)) == sorted("abcd" * 500)


def test_message_chunks_are_added() -> None:
    got: list[AIMessageChunk] = []
    with StreamBuffer(got.append, size=2) as buffer:
        for text in "abc":
            buffer.add(AIMessageChunk(content=text))

    assert [chunk.content for chunk in got] == ["ab", "c"]


def test_characters_and_fences_stay_whole() -> None:
    got: list[str] = []
    with StreamBuffer(got.append, 1, whole="grapheme") as buffer:
        for piece in ["e", "\u0301", "!"]:
            buffer.add(piece)

    assert got == ["e\u0301", "!"]


def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="Invalid `size`: 0"):
        StreamBuffer(print, size=0)
