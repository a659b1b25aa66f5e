"""HTTP over a Unix socket: the transports for `http+unix` URLs."""

from __future__ import annotations

import httpx


class UnixSocketTransport(httpx.HTTPTransport):
    """Sends blocking requests for `http+unix` URLs through one socket."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the answer to it."""
        return super().handle_request(_as_http(request))


class AsyncUnixSocketTransport(httpx.AsyncHTTPTransport):
    """Sends async requests for `http+unix` URLs through one socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the answer to it."""
        return await super().handle_async_request(_as_http(request))


def _as_http(request: httpx.Request) -> httpx.Request:
    """Return a request with the URL that httpcore knows how to send.

    The host is `localhost`, as curl and Docker have it: servers refuse a host that is
    no name, such as the encoded path.
    """
    headers = request.headers.copy()
    if headers["Host"] == request.url.netloc.decode():  # not one of the caller's own
        headers["Host"] = "localhost"
    return httpx.Request(
        request.method,
        request.url.copy_with(scheme="http", host="localhost"),
        headers=headers,
        stream=request.stream,
        extensions=request.extensions,
    )
