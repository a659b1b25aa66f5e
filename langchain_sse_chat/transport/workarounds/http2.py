"""HTTP/2: leaving a stream, exceptions of h2, and servers that speak nothing else.

Should happen: (1) a response that is closed early resets its stream (RFC 9113, section
5.4.2) and acknowledges what it has received. (2) Every failure is an exception of
httpx. (3) The message about a server that answers HTTP/1.1 in HTTP/2 says so.

Happens instead: (1) httpcore forgets the stream. The server generates on, and nothing
acknowledges what it sends, until the window of the connection is used up and no stream
on it receives anything (section 5.2). (2) httpcore lets exceptions of h2 through while
it reads. (3) h11 reports an "illegal request line".

Upstream: (1) https://github.com/encode/httpcore/issues/943 (closed as "wontfix").
(2) and (3): no upstream issue is known.

Verified: 2026-11-28, httpcore 1.0.9, h2 4.4.1, h11 0.16.0.

Without this file: with `http2=True`, streams that are left block the others, some
errors are not an `SSEChatError`, and an HTTP/2-only port is hard to diagnose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx

from langchain_sse_chat.transport import late_httpcore as httpcore

PREFACE = b"PRI * HTTP/2.0"
"""The first bytes that a client sends on a connection (RFC 9113, section 3.4)."""

_CANCEL = 0x8
"""The error code for "no longer needed" (RFC 9113, section 7)."""

# Used as a request of httpcore: seconds for a few bytes.
_FLUSH = SimpleNamespace(extensions={"timeout": {"write": 5.0}})

# Attributes from httpx's response down to httpcore's connection, layer by layer.
_INNER = ("_stream", "_httpcore_stream", "_connection")

# HTTP/2 begins with a frame of settings (section 6.5).
_SETTINGS = re.compile(rb"\0..\x04[\0\x01]\0\0\0\0", re.DOTALL)


def refuse_http2(data: bytes) -> None:
    """Raise when a server answers a request of HTTP/1.1 in HTTP/2.

    Raises:
        httpcore.RemoteProtocolError: With the reason, which h11 does not see.
    """
    if _SETTINGS.match(data):
        msg = "illegal status line: the server speaks HTTP/2"
        raise httpcore.RemoteProtocolError(msg)


def connection_of(response: httpx.Response) -> Any:
    """Return the connection of httpcore below an answer, `None` if it is not found."""
    # There is no public way from an answer to its connection.
    layer: Any = response.stream
    while layer is not None:
        if hasattr(layer, "_h11_state") or hasattr(layer, "_h2_state"):
            return layer
        names = (name for name in _INNER if hasattr(layer, name))
        layer = getattr(layer, next(names, ""), None)
    return None


def as_httpx(exc: Exception) -> Exception:
    """Return an exception of h2 as the one that httpx would raise.

    Any other exception is returned unchanged.
    """
    if type(exc).__module__ != "h2.exceptions":
        return exc
    return httpx.RemoteProtocolError(f"HTTP/2: {exc}")


def flush_failures() -> tuple[type[Exception], ...]:
    """Return the errors of sending the last frames, which do not matter any more."""
    return (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.TimeoutException,
        OSError,
    )


def is_http2(response: httpx.Response) -> bool:
    """Return whether other responses share the connection of a response."""
    return response.http_version == "HTTP/2"


def own_stream(response: httpx.Response) -> Any | None:
    """Return httpcore's stream of a response that shares it with no other response."""
    return None if is_http2(response) else response.extensions.get("network_stream")


def reset(response: httpx.Response) -> Callable[[], Any] | None:
    """Reset the stream of an answer that was not read to its end.

    Returns:
        A function that sends the reset to the server; in async code, its result has to
        be awaited. It can raise `flush_failures()`. `None` when the answer has ended or
        does not use HTTP/2.
    """
    connection = connection_of(response)
    state = getattr(connection, "_h2_state", None)
    number = response.extensions.get("stream_id")
    stream = getattr(state, "streams", {}).get(number)
    write = getattr(connection, "_write_outgoing_data", None)
    if state is None or stream is None or stream.closed or write is None:
        return None
    events = getattr(connection, "_events", {}).get(number, ())
    unread = sum(getattr(event, "flow_controlled_length", 0) for event in events)
    with suppress(import_module("h2.exceptions").ProtocolError):  # it is closed
        if unread:
            state.acknowledge_received_data(unread, number)
        state.reset_stream(number, _CANCEL)
    return partial(write, _FLUSH)
