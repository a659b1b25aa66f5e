"""Cancel a response over HTTP/2, where other responses share its connection.

httpcore 1.0 drops an abandoned stream without notifying the server, which keeps
generating. The data it sends is never acknowledged, until the flow-control window of
the connection is used up and all of its streams stall (RFC 9113, section 5.2).
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
"""The first bytes that a client sends on a connection (RFC 9113, section 3.4)."""

_CANCEL = 0x8
"""The code that says "no longer needed" (RFC 9113, section 7)."""

FLUSH_FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    OSError,
)
"""Exceptions of sending the last frames; they do not matter to the caller."""

# Stands in for an httpcore request; only its write timeout in seconds is used.
_FLUSH = SimpleNamespace(extensions={"timeout": {"write": 5.0}})

# Attributes from httpx's response down to httpcore's connection, layer by layer.
_INNER = ("_stream", "_httpcore_stream", "_connection")


# The header of a SETTINGS frame, which an HTTP/2 server sends first (section 6.5).
_SETTINGS = re.compile(rb"\0..\x04[\0\x01]\0\0\0\0", re.DOTALL)


def refuse_http2(data: bytes) -> None:
    """Reject a server that responds to an HTTP/1.1 request in HTTP/2.

    httpcore would wait for the end of a line, and then report a missing response.

    Raises:
        httpcore.RemoteProtocolError: The server responds in HTTP/2.
    """
    if _SETTINGS.match(data):
        msg = "illegal status line: the server speaks HTTP/2"
        raise httpcore.RemoteProtocolError(msg)


def connection_of(response: httpx.Response) -> Any:
    """Return httpcore's connection of a response, `None` when it has none."""
    # There is no public way from a response to its connection.
    layer: Any = response.stream
    while layer is not None:
        if hasattr(layer, "_h11_state") or hasattr(layer, "_h2_state"):
            return layer
        names = (name for name in _INNER if hasattr(layer, name))
        layer = getattr(layer, next(names, ""), None)
    return None


def as_httpx(exc: Exception) -> Exception:
    """Translate an exception of h2, which httpcore does not translate, into httpx's.

    Any other exception is returned unchanged.
    """
    if type(exc).__module__ != "h2.exceptions":
        return exc
    return httpx.RemoteProtocolError(f"HTTP/2: {exc}")


def is_http2(response: httpx.Response) -> bool:
    """Return whether other responses share the connection of a response."""
    return response.http_version == "HTTP/2"


def reset(response: httpx.Response) -> Callable[[], Any] | None:
    """Reset the HTTP/2 stream of an abandoned response.

    Returns:
        A function that sends the frames to the server and may raise `FLUSH_FAILURES`;
        in async code its result must be awaited. `None` when the response has ended or
        does not use HTTP/2.
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
