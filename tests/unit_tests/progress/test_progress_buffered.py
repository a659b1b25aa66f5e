from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.progress import buffered
from langchain_sse_chat.progress.buffer_core import BufferCore
from langchain_sse_chat.progress.buffered import _Reader
from tests.unit_tests.chat_models.breaking import texts, whole

LONG = 1000.0
NAME = "langchain-sse-chat buffer"


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == NAME]


def until_full(source: Any) -> _Reader[Any]:
    """Return a reader whose thread waits for room."""
    core: BufferCore[Any] = BufferCore(1, LONG)
    reader = _Reader(source, core)
    reader.start()
    with reader._changed:
        assert reader._changed.wait_for(
            lambda: core.is_full(0.0) and not reader._is_reading, 30
        )
    return reader


class Source:
    """A stream that waits before its last piece, and notes when it is closed."""

    def __init__(self, *pieces: Any, held: bool = True) -> None:
        self.pieces = pieces
        self.held = held
        self.go = threading.Event()
        self.waits = threading.Event()
        self.closed = threading.Event()
        self.read: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        try:
            for piece in self.pieces[:-1]:
                self.read.append(piece)
                yield piece
            self.waits.set()
            if self.held:
                assert self.go.wait(30)
            last = self.pieces[-1]
            if isinstance(last, BaseException):
                raise last
            yield last
        finally:
            self.closed.set()


def test_pieces_are_joined_by_number() -> None:
    source = Source(*"abcdefg", held=False)

    assert list(buffered(source, size=3, interval=LONG)) == ["abc", "def", "g"]
    assert source.closed.is_set()


def test_pieces_are_delivered_after_the_interval_while_the_stream_is_silent() -> None:
    source = Source("a", "b")
    chunks = buffered(source, interval=0.01)

    assert next(chunks) == "a"
    source.go.set()
    assert list(chunks) == ["b"]


def test_an_error_is_raised_after_what_was_held() -> None:
    chunks = buffered(Source("a", "b", ValueError("broken"), held=False), interval=LONG)

    assert next(chunks) == "ab"
    with pytest.raises(ValueError, match="broken"):
        next(chunks)
    assert list(chunks) == []


def test_leaving_the_loop_closes_the_stream_and_ends_the_thread() -> None:
    source = Source(*"a" * 1000, held=False)

    for _ in buffered(source, size=1):
        break
    for reader in readers():
        reader.join(30)

    assert source.closed.is_set()
    assert len(source.read) < 30
    assert readers() == []


def test_closing_waits_until_a_stream_that_is_not_read_is_closed() -> None:
    source = Source(*"a" * 1000, held=False)
    reader = until_full(source)

    reader.stop()

    assert source.closed.is_set()
    assert readers() == []


def test_a_stream_that_waits_is_closed_when_its_next_piece_comes() -> None:
    source = Source("a", "b", "c")
    chunks = buffered(source, size=2, interval=LONG)
    assert next(chunks) == "ab"
    assert source.waits.wait(30)
    [reader] = readers()

    chunks.close()
    assert not source.closed.is_set()
    source.go.set()
    reader.join(30)

    assert source.closed.is_set()
    assert not reader.is_alive()


def test_a_late_error_of_a_stream_that_nobody_reads_is_dropped() -> None:
    source = Source("a", ValueError("late"))
    chunks = buffered(source, size=1)
    assert next(chunks) == "a"
    assert source.waits.wait(30)
    [reader] = readers()

    chunks.close()
    source.go.set()
    reader.join(30)

    assert not reader.is_alive()


def test_an_error_while_the_stream_is_closed_is_raised() -> None:
    def source() -> Iterator[str]:
        try:
            while True:
                yield "a"
        finally:
            msg = "not closed"
            raise ValueError(msg)

    reader = until_full(source())

    with pytest.raises(ValueError, match="not closed"):
        reader.stop()


def test_the_error_of_a_stream_that_ended_before_the_reader_left_is_dropped() -> None:
    source = Source("a", "b", ValueError("unread"), held=False)
    chunks = buffered(source, size=1)
    assert next(chunks) == "a"
    for reader in readers():
        reader.join(30)

    chunks.close()


def test_a_response_around_the_iterator_is_closed_too() -> None:
    class Response:
        closed = 0

        def __iter__(self) -> Iterator[str]:
            return iter(["a"])

        def close(self) -> None:
            self.closed += 1

    response = Response()

    assert list(buffered(response)) == ["a"]
    assert response.closed == 1


def test_lists_have_nothing_to_close() -> None:
    assert list(buffered(["a", "b"])) == ["ab"]
    assert list(buffered([])) == []


def test_the_stream_is_read_in_the_context_of_the_caller() -> None:
    var: contextvars.ContextVar[str] = contextvars.ContextVar("var", default="none")
    var.set("here")

    def source() -> Iterator[str]:
        yield var.get()
        token = var.set("inside")
        try:
            yield var.get()
        finally:
            var.reset(token)

    assert list(buffered(source(), size=1)) == ["here", "inside"]
    assert var.get() == "here"


def test_a_slow_consumer_is_not_left_far_behind() -> None:
    source = Source(*"a" * 1000, held=False)
    chunks = buffered(source, size=2, interval=LONG)

    assert [next(chunks), next(chunks)] == ["aa", "aa"]
    assert len(source.read) < 2 * 2 + 2 * 8 + 2
    assert "".join(chunks) == "a" * (1000 - 4)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_model_streams_the_same_message_in_larger_chunks(
    make_chat: Callable[..., ChatSSE], size: int
) -> None:
    pieces = [f"word{number} " for number in range(9)]
    plain = list(make_chat(whole(*texts(*pieces))).stream("x"))
    chat = make_chat(whole(*texts(*pieces)))
    chunks = list(buffered(chat.stream("x"), size=size, interval=LONG))

    def sum_of(parts: list[Any]) -> AIMessageChunk:
        total: AIMessageChunk = parts[0]
        for part in parts[1:]:
            total = total + part
        return total.model_copy(update={"id": None})

    assert sum_of(chunks).text == "".join(pieces)
    assert sum_of(chunks) == sum_of(plain)
    assert len(chunks) == -(-len(plain) // size)


def test_invalid_arguments_are_refused_at_the_call() -> None:
    with pytest.raises(ConfigurationError, match="Invalid `interval`"):
        buffered([], interval=-1)
