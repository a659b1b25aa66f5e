"""Exceptions of aiohttp as the ones that httpx raises itself.

Should happen: `httpx-aiohttp` raises for each failure what httpx would raise, without
the request in the message.

Happens instead: it reports a refused connection and a failed TLS handshake as
`httpx.ConnectTimeout`, lets some exceptions of aiohttp through, and quotes headers and
bodies in messages. aiohttp reports a connection that was reset as the regular end of a
body without a length.

Upstream: no issue is known for the wrong timeout; a review of its copy in openai-python
describes it (https://github.com/openai/openai-python/pull/3594). A similar gap was
https://github.com/karpetrosyan/httpx-aiohttp/issues/24.

Verified: 2026-11-28, httpx-aiohttp 0.2.0 with aiohttp 3.14.5.

Without this file: over aiohttp, a wrong address is a `TimedOutError`, a certificate
that is refused is retried, a connection that was reset is a `StreamTruncatedError`, and
messages can contain keys.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import httpx

_CUT = "peer closed connection without sending complete message body (incomplete read)"
_NO_ANSWER = "Server disconnected without sending a response"
_NO_STATUS = "illegal status line"  # as h11 says it
_UNREADABLE = "it is not HTTP"


class Failures:
    """Translates the exceptions of aiohttp."""

    def __init__(self, aiohttp: ModuleType) -> None:
        self.known = (httpx.TransportError, aiohttp.ClientError, ValueError)
        # Their messages quote the request, or an answer that can quote the request.
        self._quoting: tuple[tuple[type[Exception], str], ...] = (
            (aiohttp.ClientPayloadError, _CUT),
            (aiohttp.ServerDisconnectedError, _NO_ANSWER),
            (aiohttp.ClientResponseError, _UNREADABLE),
            (ValueError, _UNREADABLE),
        )
        # The first match counts.
        self._kinds: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
            (aiohttp.ClientConnectorError, httpx.ConnectError),
            (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
            (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
            (ValueError, httpx.LocalProtocolError),  # a header
            (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
            (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
            (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
        )

    def of_a_body(self, exc: Exception, content: Any) -> httpx.TransportError:
        """Return httpx's exception for a body that is incomplete.

        The body only says that it is incomplete; its connection knows why.
        """
        return self.of_an_end(content) or self.translated(exc)

    def of_an_end(self, content: Any) -> httpx.TransportError | None:
        """Return httpx's exception if the system ended the connection of a body.

        Args:
            content: aiohttp's stream of the body, which has ended.
        """
        # There is no public way from a body to its connection, which is gone by then.
        protocol = getattr(content, "_protocol", None)
        lost = None if protocol is None else protocol.exception()
        return self.translated(lost) if isinstance(lost, OSError) else None

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
        # The message of the system is shorter, and shows a refused certificate.
        root = getattr(cause, "os_error", None) or cause.__cause__
        failure = (kind or httpx.ReadError)(str(root or cause))
        failure.__cause__ = root
        return failure
