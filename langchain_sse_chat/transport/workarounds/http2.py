"""Leaving an answer over HTTP/2, where a connection carries the answers of others too.

httpcore 1.0 forgets a stream that is left without telling the server, who generates on.
What is sent for it is never acknowledged, until the window of the connection is used up
and no stream on it gets anything (RFC 9113, section 5.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx

PREFACE = b"PRI * HTTP/2.0"
"""How the first write on a connection begins (RFC 9113, section 3.4)."""

_CANCEL = 0x8
"""The code that says "no longer needed" (RFC 9113, section 7)."""

FLUSH_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,
)
"""What sending the last frames may raise, which nobody needs then."""

# Stands for a request of httpcore; seconds for a few bytes.
_FLUSH = SimpleNamespace(extensions={"timeout": {"write": 5.0}})

# From an answer of httpx down to the connection of httpcore, layer by layer.
_INNER = ("_stream", "_httpcore_stream", "_connection")


# A frame of settings, which HTTP/2 begins with (section 6.5), after its length.
_SETTINGS = re.compile(rb"\0..\x04[\0\x01]\0\0\0\0", re.DOTALL)


def refuse_http2(data: bytes) -> None:
    """Fail when a server that was asked in HTTP/1.1 begins to speak HTTP/2.

    httpcore would wait for the end of a line, and then miss an answer.

    Raises:
        httpcore.RemoteProtocolError: It does.
    """
    if _SETTINGS.match(data):
        msg = "illegal status line: the server speaks HTTP/2"
        raise httpcore.RemoteProtocolError(msg)


def connection_of(response: httpx.Response) -> Any:
    """Return the connection of httpcore below an answer, `None` when there is none."""
    # There is no public way from an answer to its connection.
    layer: Any = response.stream
    while layer is not None:
        if hasattr(layer, "_h11_state") or hasattr(layer, "_h2_state"):
            return layer
        names = (name for name in _INNER if hasattr(layer, name))
        layer = getattr(layer, next(names, ""), None)
    return None


def as_httpx(exc: Exception) -> Exception:
    """Return an exception of h2, which httpcore lets through, as httpx would raise it.

    Any other is returned as it is.
    """
    if type(exc).__module__ != "h2.exceptions":
        return exc
    return httpx.RemoteProtocolError(f"HTTP/2: {exc}")


def is_http2(response: httpx.Response) -> bool:
    """Return whether an answer shares its connection with others."""
    return response.http_version == "HTTP/2"


def reset(response: httpx.Response) -> Callable[[], Any] | None:
    """Take the stream of an answer that is left off its connection.

    Returns:
        What tells the server, in async code when it is awaited; `None` when the answer
        is over, or not one of HTTP/2. It may raise `FLUSH_FAILURES`.
    """
    connection = connection_of(response)
    state = getattr(connection, "_h2_state", None)
    number = response.extensions.get("stream_id")
    stream = getattr(state, "streams", {}).get(number)
    if state is None or stream is None or stream.closed:
        return None
    events = connection._events.get(number, ())  # noqa: SLF001
    unread = sum(getattr(event, "flow_controlled_length", 0) for event in events)
    with suppress(import_module("h2.exceptions").ProtocolError):  # it is closed
        if unread:
            state.acknowledge_received_data(unread, number)
        state.reset_stream(number, _CANCEL)
    return partial(connection._write_outgoing_data, _FLUSH)  # noqa: SLF001
