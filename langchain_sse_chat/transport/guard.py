"""Blocking reads and writes that end when a deadline does, without a thread for each.

httpcore takes the read timeout once for a whole body. The limit here moves with every
token, so the `read` of a connection's stream, which httpcore hands out as the response
extension `network_stream` (https://www.encode.io/httpcore/extensions/#network_stream),
is replaced by one that asks for the time left. Its `write` is replaced too: httpcore
gives each packet the whole timeout anew.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

from langchain_sse_chat.transport.clock import SHORTEST, Deadline, monotonic

_WRITTEN_AT_ONCE = 64 * 1024
"""Bytes between two looks at the deadline while a request is sent."""

# Seconds past a deadline after which bytes are not read even if they are there: those
# of interim answers without end (RFC 9110, section 15.2), which httpcore reads over.
_LATEST = 1.0


class _Reading(threading.local):
    deadline: Deadline | None = None
    closing: bool = False


reading = _Reading()
"""Until when reads and writes of this thread on guarded connections may take.

Set around each call that may read or write; `None` in between. It may move meanwhile.
`closing` is set around the closing of answers."""


def guard(network_stream: Any) -> None:
    """Make a connection heed `reading`, for as long as it lives.

    Other users of the connection keep the timeouts that they pass.

    Args:
        network_stream: A stream of httpcore; nothing happens to what has no `read` that
            can be replaced.
    """
    if "read" in getattr(network_stream, "__dict__", {"read": None}):
        return
    # Weak, or the stream would be part of a cycle and its socket outlive the client.
    plain = weakref.WeakMethod(network_stream.read)
    plain_write = weakref.WeakMethod(network_stream.write)

    def read(max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = reading.deadline
        if deadline is not None:
            timeout = deadline.remaining(monotonic())
            if timeout is not None:
                if timeout < -_LATEST:
                    raise TimeoutError
                timeout = max(timeout, SHORTEST)
        method: Any = plain()
        data: bytes = method(max_bytes, timeout)
        return data

    def write(buffer: bytes, timeout: float | None = None) -> None:
        method: Any = plain_write()
        deadline = reading.deadline
        if deadline is None:
            method(buffer, timeout)
            return
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            left = deadline.remaining(monotonic())
            if left is not None and left <= 0.0:
                raise TimeoutError
            limits = [limit for limit in (left, timeout) if limit is not None]
            part = buffer[start : start + _WRITTEN_AT_ONCE]
            method(part, min(limits, default=None))

    network_stream.read = read
    network_stream.write = write


def guard_new(_event: str, info: dict[str, Any]) -> None:
    """Guard each connection as it is made, so that reading the head is bounded too.

    This is a callback for httpcore's request extension `trace`
    (https://www.encode.io/httpcore/extensions/#trace).

    Args:
        info: Holds the stream as `return_value` after connecting and after the TLS
            handshake.
    """
    made = info.get("return_value")
    if hasattr(made, "get_extra_info"):
        guard(made)
