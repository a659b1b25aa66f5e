"""Transports under a shared client that send a request straight or through a proxy.

httpx picks a proxy by patterns of URLs, which know neither networks nor loopback
addresses, and it makes all proxies of the environment at once, those that cannot be
used too.
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
    """Decides what sends a request, and makes it when it is first needed."""

    def __init__(
        self,
        direct: TransportT,
        proxies: Proxies,
        through: Callable[[httpx.Proxy], TransportT],
        *,
        tls_problem: str = "",
    ) -> None:
        """Keep what requests are sent by.

        Args:
            direct: Sends the requests that need no proxy.
            proxies: Those of the field or of the environment.
            through: Makes what sends requests through a proxy.
            tls_problem: Why no request can be sent under TLS; empty if it can.
        """
        self._direct = direct
        self._proxies = proxies
        self._through = through
        self._tls_problem = tls_problem
        self._by_proxy: dict[Proxy, TransportT] = {}
        self._lock = threading.Lock()

    def of(self, request: httpx.Request) -> TransportT:
        """Return what sends a request, and note the proxy in its extensions.

        Raises:
            ConfigurationError: There is nothing that can send it.
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
        """Return those that were made."""
        return [self._direct, *self._by_proxy.values()]

    def _made(self, proxy: Proxy) -> TransportT:
        try:
            return self._through(proxy.as_httpx())
        except ImportError:
            msg = (
                f"The proxy cannot be used. {proxy.source} names a SOCKS proxy, which "
                "needs `pip install 'httpx[socks]'`."
            )
            raise ConfigurationError(msg) from None


class RoutedTransport(ManyPools, httpx.BaseTransport):
    """Sends blocking requests, each by its route."""

    def __init__(self, routes: Routes[httpx.BaseTransport]) -> None:
        """Keep the routes."""
        self._routes = routes

    def transports(self) -> list[httpx.BaseTransport]:
        """Return those that have the connections."""
        return self._routes.transports()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the head of the answer, with its body to be read."""
        return self._routes.of(request).handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        for transport in self._routes.transports():
            transport.close()


class AsyncRoutedTransport(ManyPools, httpx.AsyncBaseTransport):
    """Sends the requests of an event loop, each by its route."""

    def __init__(self, routes: Routes[httpx.AsyncBaseTransport]) -> None:
        """Keep the routes."""
        self._routes = routes

    def transports(self) -> list[httpx.AsyncBaseTransport]:
        """Return those that have the connections."""
        return self._routes.transports()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the head of the answer, with its body to be read."""
        return await self._routes.of(request).handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        for transport in self._routes.transports():
            await transport.aclose()
