"""Send the requests of a shared client directly or through a proxy.

httpx chooses a proxy by URL patterns, which cannot express networks or loopback
addresses, and creates the transports of all proxies in the environment up front, so
that one invalid proxy breaks every request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

import httpx

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.proxies import EXTENSION, Proxies, Proxy
from langchain_sse_chat.transport.workarounds.leaked_connections import ManyPools

TransportT = TypeVar("TransportT")


class Routes(Generic[TransportT]):
    """Chooses the transport of a request, and creates it when first needed."""

    def __init__(
        self,
        direct: TransportT,
        proxies: Proxies,
        through: Callable[[httpx.Proxy], TransportT],
        *,
        tls_problem: str = "",
    ) -> None:
        """Store the transports.

        Args:
            direct: The transport for requests without a proxy.
            proxies: The proxies of the field or of the environment.
            through: Creates the transport for a proxy.
            tls_problem: Why TLS cannot be used; empty if it can.
        """
        self._direct = direct
        self._proxies = proxies
        self._through = through
        self._tls_problem = tls_problem
        self._by_proxy: dict[Proxy, TransportT] = {}
        self._lock = threading.Lock()

    def of(self, request: httpx.Request) -> TransportT:
        """Return the transport of a request; store the proxy in its extensions.

        Raises:
            ConfigurationError: The proxy or TLS cannot be used.
        """
        if self._tls_problem and request.url.scheme == "https":
            raise ConfigurationError(self._tls_problem)
        proxy = self._proxies.of(request.url)
        if proxy is None:
            return self._direct
        request.extensions[EXTENSION] = proxy
        with self._lock:
            if proxy not in self._by_proxy:
                self._by_proxy[proxy] = self._made(proxy)
            return self._by_proxy[proxy]

    def transports(self) -> list[TransportT]:
        """Return the transports that exist so far."""
        return [self._direct, *self._by_proxy.values()]

    def _made(self, proxy: Proxy) -> TransportT:
        try:
            return self._through(proxy.as_httpx())
        except ImportError:
            msg = (
                f"The proxy cannot be used. {proxy.source} is a SOCKS proxy, which "
                "needs `pip install 'httpx[socks]'`."
            )
            raise ConfigurationError(msg) from None


class RoutedTransport(ManyPools, httpx.BaseTransport):
    """Sends blocking requests, each by its route."""

    def __init__(self, routes: Routes[httpx.BaseTransport]) -> None:
        self._routes = routes

    def transports(self) -> list[httpx.BaseTransport]:
        """Return the transports that hold the connections."""
        return self._routes.transports()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response with an unread body."""
        return self._routes.of(request).handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        for transport in self._routes.transports():
            transport.close()


class AsyncRoutedTransport(ManyPools, httpx.AsyncBaseTransport):
    """Sends the requests of an event loop, each by its route."""

    def __init__(self, routes: Routes[httpx.AsyncBaseTransport]) -> None:
        self._routes = routes

    def transports(self) -> list[httpx.AsyncBaseTransport]:
        """Return the transports that hold the connections."""
        return self._routes.transports()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the response with an unread body."""
        return await self._routes.of(request).handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        for transport in self._routes.transports():
            await transport.aclose()
