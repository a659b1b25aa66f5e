"""Blocking reads and writes that end at a deadline, without a thread for each.

Should happen: the timeout of a blocking read can change while a body is read, and the
timeout of a write holds for the whole request.

Happens instead: httpcore takes the read timeout once for a whole body, and gives each
packet of a write the whole timeout again. A server that sends a byte now and then is
waited for without end.

The `read` and `write` of a connection's stream, which httpcore hands out as the
response extension `network_stream`
(https://www.encode.io/httpcore/extensions/#network_stream), are therefore replaced by
ones that take the time left.

Upstream: https://github.com/encode/httpx/issues/1450.

Verified: 2026-11-28, httpcore 1.0.9.

Without this file: in sync code, `first_token_timeout` and `stream_chunk_timeout` count
bytes instead of tokens, so that keep-alive comments hide a server that hangs; and a
refusal that comes while a large request is sent is lost.
"""

from __future__ import annotations

import selectors
import threading
import weakref
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from langchain_sse_chat.transport import late_httpcore as httpcore
from langchain_sse_chat.transport.clock import MIN_TIMEOUT, Deadline, monotonic
from langchain_sse_chat.transport.workarounds.http2 import PREFACE, refuse_http2
from langchain_sse_chat.transport.workarounds.trailing_data import is_interim

_WRITTEN_AT_ONCE = 64 * 1024
"""Bytes between two looks at the deadline while a request is sent."""

_ROOM = 16 * 1024
"""Bytes that a writable socket takes in one call."""

_READ = 64 * 1024
"""Bytes of a read, as in httpcore."""

# Seconds after a deadline from which on bytes are not read even if they have arrived:
# httpcore skips interim answers (RFC 9110, section 15.2), which may never end.
_LATEST = 1.0


class PastDeadline(BaseException):
    """The deadline of a read over HTTP/2 has passed.

    It is not an `Exception`, because httpcore treats any of those as the end of the
    connection, and so of all its streams.
    """


class _Reading(threading.local):
    deadline: Deadline | None = None
    used: list[Any] | None = None
    closing: bool = False


reading = _Reading()
"""The deadline of this thread for reads and writes on guarded connections.

It is set around each call that can read or write, and `None` otherwise. It can move
during the call. `used` collects the connections that are written to. `closing` is set
while answers are closed."""


def guard(network_stream: Any, *, is_new: bool = False, is_http2: bool = False) -> None:
    """Make a connection observe `reading` for as long as it lives.

    Other users of the connection keep the timeouts that they pass.

    Args:
        network_stream: A stream of httpcore. One whose `read` cannot be replaced, or
            was replaced already, is left alone.
        is_new: Whether nothing was read from it yet.
        is_http2: Whether it speaks HTTP/2. A new one shows that by its first write.
    """
    if "read" in getattr(network_stream, "__dict__", {"read": None}):
        return
    # Weak references, or the stream would be part of a cycle and its socket would
    # outlive the client.
    speech = _Speech(is_http2=is_http2)
    read = _reader(weakref.WeakMethod(network_stream.read), speech)
    write = _writer(weakref.WeakMethod(network_stream.write), speech)
    network_stream.read = (
        _first_reader(network_stream, read, speech) if is_new else read
    )
    network_stream.write = write


class _Speech:
    """The protocol of a connection."""

    def __init__(self, *, is_http2: bool) -> None:
        self.is_http2 = is_http2


Read = Callable[..., bytes]


def _reader(plain: Any, speech: _Speech) -> Read:
    def read(max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = reading.deadline
        if deadline is not None:
            timeout = deadline.remaining(monotonic())
            if timeout is not None:
                if timeout < -_LATEST:
                    raise PastDeadline if speech.is_http2 else TimeoutError
                timeout = max(timeout, MIN_TIMEOUT)
        try:
            data: bytes = plain()(max_bytes, timeout)
        except httpcore.ReadTimeout as exc:
            if speech.is_http2:
                raise PastDeadline from exc
            raise
        return data

    return read


def _first_reader(network_stream: Any, read: Read, speech: _Speech) -> Read:
    made = weakref.ref(network_stream)

    def first_read(max_bytes: int, timeout: float | None = None) -> bytes:
        data = read(max_bytes, timeout)
        if not speech.is_http2:
            refuse_http2(data)
        made().read = read  # type: ignore[union-attr] # it is being read
        return data

    return first_read


def _writer(plain: Any, speech: _Speech) -> Callable[..., None]:
    def write(buffer: bytes, timeout: float | None = None) -> None:
        speech.is_http2 = speech.is_http2 or buffer.startswith(PREFACE)
        method: Any = plain()
        if reading.used is not None:
            reading.used.append(method.__self__)
        deadline = reading.deadline
        # A frame of HTTP/2 that is not written is missing for all streams.
        if deadline is None or speech.is_http2:
            method(buffer, timeout)
        else:
            _write(method, buffer, deadline, timeout)

    return write


def _write(
    method: Any, buffer: bytes, deadline: Deadline, timeout: float | None
) -> None:
    stream = method.__self__
    is_large = len(buffer) > _WRITTEN_AT_ONCE
    made: Any = stream.get_extra_info("socket") if is_large else None
    size = _WRITTEN_AT_ONCE if made is None else _ROOM
    with selectors.DefaultSelector() if made is not None else nullcontext() as room:
        if room is not None:
            room.register(made, selectors.EVENT_READ | selectors.EVENT_WRITE)
        for start in range(0, len(buffer), size):
            limit = _limit(deadline, timeout)
            while room is not None and not _has_room(stream, room, limit):
                limit = _limit(deadline, timeout)
            method(buffer[start : start + size], limit)


def _limit(deadline: Deadline, timeout: float | None) -> float | None:
    left = deadline.remaining(monotonic())
    if left is not None and left <= 0.0:
        raise TimeoutError
    return min((each for each in (left, timeout) if each is not None), default=None)


def _has_room(stream: Any, room: selectors.BaseSelector, limit: float | None) -> bool:
    """Wait for a socket; return whether it takes `_ROOM` bytes without blocking.

    Raises:
        httpcore.WriteError: The server has answered or closed the connection. httpcore
            then reads the answer.
        httpcore.WriteTimeout: Nothing happened within the limit.
    """
    ready = room.select(limit)
    if not ready:
        raise httpcore.WriteTimeout
    [(_, events)] = ready
    if events & selectors.EVENT_READ and _look_for_answer(stream):
        room.modify(stream.get_extra_info("socket"), selectors.EVENT_WRITE)
    return bool(events & selectors.EVENT_WRITE)


def _look_for_answer(stream: Any) -> bool:
    """Return whether an interim answer has arrived; the next read returns it."""
    # Only a read distinguishes an answer from messages of TLS itself, such as tickets.
    read = stream.read
    try:
        data: bytes = type(stream).read(stream, _READ, MIN_TIMEOUT)
    except httpcore.ReadTimeout:
        return False
    except httpcore.ReadError as exc:
        raise httpcore.WriteError from exc

    def give(*_: object, **__: object) -> bytes:
        stream.read = read
        return data

    stream.read = give
    if not is_interim(data):
        raise httpcore.WriteError
    return True


def guard_new(made: Any) -> None:
    """Guard a connection when it is made, so that the head is bounded too.

    Args:
        made: What httpcore has made: a stream after connecting and after the TLS
            handshake. Anything else is left alone.
    """
    if hasattr(made, "get_extra_info"):
        guard(made, is_new=True)
