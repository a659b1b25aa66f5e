"""Send HTTP over a Unix socket: the transports for `http+unix` URLs."""

from __future__ import annotations

import httpx


class UnixSocketTransport(httpx.HTTPTransport):
    """Sends blocking requests for `http+unix` URLs through one socket."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response with an unread body."""
        return super().handle_request(_as_http(request))


class AsyncUnixSocketTransport(httpx.AsyncHTTPTransport):
    """Sends async requests for `http+unix` URLs through one socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response with an unread body."""
        return await super().handle_async_request(_as_http(request))


def _as_http(request: httpx.Request) -> httpx.Request:
    """Return the request with a URL that httpcore supports.

    The host is `localhost`, as with curl and Docker: servers reject a host that is not
    a valid name, such as the encoded path.
    """
    headers = request.headers.copy()
    if headers["Host"] == request.url.netloc.decode():  # keep a header of the user's
        headers["Host"] = "localhost"
    return httpx.Request(
        request.method,
        request.url.copy_with(scheme="http", host="localhost"),
        headers=headers,
        stream=request.stream,
        extensions=request.extensions,
    )
