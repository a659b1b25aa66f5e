from __future__ import annotations

import contextlib
import gc
import socket
import threading
import weakref
from collections.abc import Iterator

import httpcore
import pytest

from langchain_sse_chat.transport.clock import Deadline, monotonic
from langchain_sse_chat.transport.workarounds.socket_deadlines import (
    PastDeadline,
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
    guard_new(None)
    guard_new((1, 2))
    guard_new(stream)
    with within(Left(0.0)):
        stream.read(1)
    assert stream.timeouts == [0.001]


class Talking(Stream):
    """A stream over a socket of which the other end may talk while it is written to."""

    def __init__(self, made: socket.socket, said: bytes | Exception | None) -> None:
        super().__init__()
        self.made = made
        self.said = said

    def get_extra_info(self, info: str) -> object:
        return self.made if info == "socket" else None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if isinstance(self.said, Exception):
            self.made.recv(10)  # what TLS keeps to itself
            raise self.said
        assert self.said is not None
        return self.said


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


Pair = tuple[socket.socket, socket.socket]
LARGE = bytes(200_000)


def test_a_large_request_stops_at_an_early_answer(pair: Pair) -> None:
    here, there = pair
    there.sendall(b"x")
    stream = Talking(here, b"HTTP/1.1 413 Payload Too Large")
    guard(stream)
    with within(Deadline(float("inf"))):
        with pytest.raises(httpcore.WriteError):
            stream.write(LARGE, timeout=7.0)
        assert stream.writes == []
        assert stream.read(100) == b"HTTP/1.1 413 Payload Too Large"
        stream.said = b"next"
        assert stream.read(100) == b"next"


def test_a_large_request_stops_at_a_broken_connection(pair: Pair) -> None:
    here, there = pair
    there.sendall(b"x")
    stream = Talking(here, httpcore.ReadError())
    guard(stream)
    with within(Deadline(float("inf"))), pytest.raises(httpcore.WriteError):
        stream.write(LARGE)


def test_what_tls_says_for_itself_is_no_answer(pair: Pair) -> None:
    here, there = pair
    there.sendall(b"ticket")
    stream = Talking(here, httpcore.ReadTimeout())
    guard(stream)
    with within(Deadline(float("inf"))):
        stream.write(LARGE)
    assert sum(size for size, _ in stream.writes) == len(LARGE)


def test_a_large_request_has_its_time_to_be_taken(pair: Pair) -> None:
    here, _ = pair
    here.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            here.send(LARGE)
    stream = Talking(here, None)
    guard(stream)
    with within(Deadline(float("inf"))), pytest.raises(httpcore.WriteTimeout):
        stream.write(LARGE, timeout=0.001)


def test_what_goes_over_http2_is_written_whole_whatever_the_deadline() -> None:
    stream = Stream()
    guard_new(stream)
    with within(Deadline(0.0)):
        stream.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", timeout=7.0)
        stream.write(b"x" * 150_000, timeout=7.0)
        with pytest.raises(PastDeadline):
            stream.read(1)
    assert stream.writes == [(24, 7.0), (150_000, 7.0)]


class Late(Stream):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        raise httpcore.ReadTimeout


def test_a_read_over_http1_times_out_as_httpcore_says_it() -> None:
    stream = Late()
    guard(stream)
    with pytest.raises(httpcore.ReadTimeout):
        stream.read(1)


def test_a_deadline_ends_the_wait_for_a_server_that_says_nothing_useful(
    pair: Pair,
) -> None:
    here, there = pair
    here.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            here.send(LARGE)
    there.sendall(b"ticket")
    deadline = Deadline(monotonic() + 50.0)

    class Ticket(Talking):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            deadline.at = 0.0
            return super().read(max_bytes, timeout)

    stream = Ticket(here, httpcore.ReadTimeout())
    guard(stream)
    with within(deadline), pytest.raises(TimeoutError):
        stream.write(LARGE)
