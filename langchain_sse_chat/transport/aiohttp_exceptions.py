"""Translate aiohttp's exceptions into those of httpx."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import httpx

_CUT = "peer closed connection without sending complete message body (incomplete read)"
_NO_ANSWER = "Server disconnected without sending a response"
_NO_STATUS = "illegal status line"  # as h11 says it
_UNREADABLE = "it is not HTTP"


class Failures:
    """Translates aiohttp's exceptions into those of httpx.

    `httpx-aiohttp` reports a broken connection as a connect timeout, and does not
    translate some exceptions at all.
    """

    def __init__(self, aiohttp: ModuleType) -> None:
        self.known = (httpx.TransportError, aiohttp.ClientError, ValueError)
        # Their messages quote the request, or a response that may echo the request.
        self._quoting: tuple[tuple[type[Exception], str], ...] = (
            (aiohttp.ClientPayloadError, _CUT),
            (aiohttp.ServerDisconnectedError, _NO_ANSWER),
            (aiohttp.ClientResponseError, _UNREADABLE),
            (ValueError, _UNREADABLE),
        )
        # The first match wins.
        self._kinds: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
            (aiohttp.ClientConnectorError, httpx.ConnectError),
            (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
            (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
            (ValueError, httpx.LocalProtocolError),  # a header
            (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
            (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
            (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
        )

    def of_a_body(self, exc: Exception, connection: Any) -> httpx.TransportError:
        """Return httpx's exception for an incomplete body.

        The exception of the body only says that it is incomplete; the connection has
        the reason.
        """
        protocol = getattr(connection, "protocol", None)
        lost = None if protocol is None else protocol.exception()
        return self.translated(lost if isinstance(lost, OSError) else exc)

    def translated(self, exc: Exception) -> httpx.TransportError:
        """Return httpx's exception, with the system's own as its cause."""
        cause: BaseException = exc
        if isinstance(exc, httpx.TransportError) and exc.__cause__ is not None:
            cause = exc.__cause__
        kind = next((to for of, to in self._kinds if isinstance(cause, of)), None)
        words = next(
            (said for of, said in self._quoting if isinstance(cause, of)), None
        )
        # A refused certificate is a `ValueError` too.
        if words is not None and kind is not httpx.ConnectError:
            message = str(getattr(cause, "message", ""))
            if "Bad status line" in message or "Expected HTTP/" in message:
                words = _NO_STATUS
            return (kind or httpx.ReadError)(words)
        # The operating system's error is shorter, and tells a rejected certificate
        # from other failures.
        root = getattr(cause, "os_error", None) or cause.__cause__
        failure = (kind or httpx.ReadError)(str(root or cause))
        failure.__cause__ = root
        return failure
