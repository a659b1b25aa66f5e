"""Blocking reads that end when a deadline does, without a thread for each.

httpcore takes the read timeout once for a whole body. The limit here moves with every
token, so the `read` of a connection's stream, which httpcore hands out as the response
extension `network_stream` (https://www.encode.io/httpcore/extensions/#network_stream),
is replaced by one that asks for the time left.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from typing import Any

from langchain_sse_chat.transport.clock import Deadline

# 0 would make the socket non-blocking, and bytes that are there be an error.
_SHORTEST = 0.001

# Seconds past a deadline after which bytes are not read even if they are there: those
# of interim answers without end (RFC 9110, section 15.2), which httpcore reads over.
_LATEST = 1.0


class _Reading(threading.local):
    deadline: Deadline | None = None


reading = _Reading()
"""Until when the reads of this thread on guarded connections may take.

Set around each call that may read; `None` in between. It may move meanwhile."""

_guarded: weakref.WeakSet[Any] = weakref.WeakSet()


def guard(network_stream: Any) -> None:
    """Make the reads of a connection heed `reading`, for as long as it lives.

    Other users of the connection keep the timeouts that they pass.

    Args:
        network_stream: A stream of httpcore; nothing happens to what has no `read` that
            can be replaced.
    """
    if "read" in getattr(network_stream, "__dict__", {"read": None}):
        return
    # Weak, or the stream would be part of a cycle and its socket outlive the client.
    plain = weakref.WeakMethod(network_stream.read)

    def read(max_bytes: int, timeout: float | None = None) -> bytes:
        deadline = reading.deadline
        if deadline is not None:
            timeout = deadline.remaining(time.monotonic())
            if timeout is not None:
                if timeout < -_LATEST:
                    raise TimeoutError
                timeout = max(timeout, _SHORTEST)
        method: Any = plain()
        data: bytes = method(max_bytes, timeout)
        return data

    network_stream.read = read
    _guarded.add(network_stream)


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


def close_inherited() -> None:
    """Close this process's copies of the connections made before it was forked.

    While a copy is open, the server does not see that the parent closes its own.
    """
    for network_stream in list(_guarded):
        network_stream.close()
    _guarded.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=close_inherited)
