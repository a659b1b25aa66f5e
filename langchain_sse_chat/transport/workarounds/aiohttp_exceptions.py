"""What aiohttp raises, as httpx would raise it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import httpx

_CUT = "peer closed connection without sending complete message body (incomplete read)"
_NO_ANSWER = "Server disconnected without sending a response"
_NO_STATUS = "illegal status line"  # as h11 says it
_UNREADABLE = "it is not HTTP"


class Failures:
    """aiohttp's exceptions as those that httpx raises by itself.

    `httpx-aiohttp` takes a connection that breaks for one that was not made in time,
    and lets others through.
    """

    def __init__(self, aiohttp: ModuleType) -> None:
        self.known = (httpx.TransportError, aiohttp.ClientError, ValueError)
        # They quote what was sent, or what came, which may be what was sent.
        self._quoting: tuple[tuple[type[Exception], str], ...] = (
            (aiohttp.ClientPayloadError, _CUT),
            (aiohttp.ServerDisconnectedError, _NO_ANSWER),
            (aiohttp.ClientResponseError, _UNREADABLE),
            (ValueError, _UNREADABLE),
        )
        # The first that fits.
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
        """Return httpx's exception for a body that came to no end.

        The body only says that it is not complete; why is known to its connection.
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
        # What the system said is shorter, and a refused certificate is known by it.
        root = getattr(cause, "os_error", None) or cause.__cause__
        failure = (kind or httpx.ReadError)(str(root or cause))
        failure.__cause__ = root
        return failure
