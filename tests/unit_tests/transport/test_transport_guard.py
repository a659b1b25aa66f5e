from __future__ import annotations

import contextlib
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.guard import (
    guard,
    guard_new,
    reading,
)


class Stream:
    """A stream as httpcore hands it out, which notes the timeouts it is given."""

    def __init__(self) -> None:
        self.timeouts: list[float | None] = []
        self.writes: list[tuple[int, float | None]] = []
        self.closed = False

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.writes.append((len(buffer), timeout))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        return b"x" * max_bytes

    def close(self) -> None:
        self.closed = True

    def get_extra_info(self, info: str) -> object:
        return None


class Left(Deadline):
    """A deadline that is so far away, whenever somebody asks."""

    def __init__(self, seconds: float) -> None:
        super().__init__(float("inf"))
        self.seconds = seconds

    def remaining(self, now: float) -> float:
        return self.seconds


@contextlib.contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    reading.deadline = deadline
    try:
        yield
    finally:
        reading.deadline = None


def test_reads_take_the_time_that_is_left() -> None:
    stream = Stream()
    guard(stream)
    deadline = Left(50.0)
    with within(deadline):
        assert stream.read(3, timeout=7.0) == b"xxx"
        deadline.seconds = 150.0
        stream.read(1, timeout=7.0)
    assert stream.timeouts == [50.0, 150.0]


def test_reads_wait_without_end_for_a_deadline_that_never_comes() -> None:
    stream = Stream()
    guard(stream)
    with within(Deadline(float("inf"))):
        stream.read(1, timeout=7.0)
    assert stream.timeouts == [None]


def test_a_deadline_gone_by_leaves_time_for_bytes_that_are_there() -> None:
    stream = Stream()
    guard(stream)
    with within(Left(0.0)):
        stream.read(1)
    assert stream.timeouts == [0.001]


def test_writes_take_the_time_that_is_left_for_each_part() -> None:
    stream = Stream()
    guard(stream)
    with within(Left(50.0)):
        stream.write(b"x" * 150_000, timeout=7.0)
        stream.write(b"x", timeout=70.0)
        stream.write(b"x")
    sizes = [size for size, _ in stream.writes]
    assert sizes == [65536, 65536, 150_000 - 2 * 65536, 1, 1]
    assert [timeout for _, timeout in stream.writes] == [7.0, 7.0, 7.0, 50.0, 50.0]


def test_nothing_is_written_past_the_deadline() -> None:
    stream = Stream()
    guard(stream)
    with within(Deadline(0.0)), pytest.raises(TimeoutError):
        stream.write(b"x", timeout=7.0)
    assert stream.writes == []


def test_writes_keep_their_own_timeout_for_a_deadline_that_never_comes() -> None:
    stream = Stream()
    guard(stream)
    with within(Deadline(float("inf"))):
        stream.write(b"x", timeout=7.0)
        stream.write(b"x")
    assert stream.writes == [(1, 7.0), (1, None)]


def test_writes_outside_are_left_alone() -> None:
    stream = Stream()
    guard(stream)
    stream.write(b"x" * 150_000, timeout=7.0)
    assert stream.writes == [(150_000, 7.0)]


def test_long_after_a_deadline_bytes_that_are_there_are_not_read() -> None:
    stream = Stream()
    guard(stream)
    with within(Left(-1.5)), pytest.raises(TimeoutError):
        stream.read(1)
    assert stream.timeouts == []


def test_reads_outside_keep_their_own_timeout() -> None:
    stream = Stream()
    guard(stream)
    with within(Deadline(0.0)):
        pass
    stream.read(1, timeout=7.0)
    assert stream.timeouts == [7.0]


def test_a_deadline_is_for_its_own_thread() -> None:
    stream = Stream()
    guard(stream)
    with within(Deadline(0.0)):
        thread = threading.Thread(target=stream.read, args=(1, 7.0))
        thread.start()
        thread.join()
    assert stream.timeouts == [7.0]


def test_a_stream_is_guarded_once() -> None:
    stream = Stream()
    guard(stream)
    read = stream.read
    guard(stream)
    assert stream.read is read


def test_a_guarded_stream_goes_with_its_last_user() -> None:
    stream = Stream()
    guard(stream)
    gone = weakref.ref(stream)
    gc.disable()
    try:
        del stream
        assert gone() is None
    finally:
        gc.enable()


def test_what_is_no_stream_is_left_alone() -> None:
    guard(None)
    guard(object())


def test_new_connections_are_guarded_as_they_are_made() -> None:
    stream = Stream()
    guard_new("connection.connect_tcp.started", {"host": "h"})
    guard_new("http11.receive_response_headers.complete", {"return_value": (1, 2)})
    guard_new("connection.connect_tcp.complete", {"return_value": stream})
    with within(Left(0.0)):
        stream.read(1)
    assert stream.timeouts == [0.001]
