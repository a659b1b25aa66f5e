"""What the shared clients send by, where httpx does not make that itself."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from langchain_sse_chat.transport.aiohttp_transport import (
    AsyncTransport,
    aiohttp_transport,
)
from langchain_sse_chat.transport.proxies import Proxies
from langchain_sse_chat.transport.routes import (
    AsyncRoutedTransport,
    RoutedTransport,
    Routes,
)
from langchain_sse_chat.transport.tls import Trust
from langchain_sse_chat.transport.unix_socket import (
    AsyncUnixSocketTransport,
    UnixSocketTransport,
)
from langchain_sse_chat.transport.url import socket_url

Kind = type[httpx.Client | httpx.AsyncClient]


def routed_transport(
    kind: Kind,
    *,
    proxies: Proxies,
    async_transport: AsyncTransport,
    limits: httpx.Limits,
    trust: Trust,
) -> Any:
    """Return what sends requests to hosts; `None` to leave that to httpx.

    Args:
        kind: What of httpx it is for.
        proxies: The proxies of the field or of the environment.
        async_transport: What async requests are to be sent by, where they need no
            proxy.
        limits: Of all connections; of those through a proxy, apart from the others.
        trust: Whom to trust.

    Raises:
        ConfigurationError: aiohttp is wanted by name, and is not installed.
    """
    direct = None
    if kind is httpx.AsyncClient:
        direct = aiohttp_transport(
            async_transport, limits=limits, context=trust.context
        )
    if not (proxies or trust.problem):
        return direct
    is_sync = kind is httpx.Client
    plain = httpx.HTTPTransport if is_sync else httpx.AsyncHTTPTransport

    def through(proxy: httpx.Proxy | None) -> Any:
        return plain(verify=trust.context, limits=limits, proxy=proxy)

    routes: Routes[Any] = Routes(
        direct or through(None), proxies, through, tls_problem=trust.problem
    )
    return (RoutedTransport if is_sync else AsyncRoutedTransport)(routes)


def socket_mount(
    kind: Kind, uds: str | None, limits: httpx.Limits, context: ssl.SSLContext
) -> dict[str, Any] | None:
    """Return what sends the requests that go to a Unix socket, and no others.

    Args:
        kind: What of httpx it is for.
        uds: The path of the socket; without one there is nothing to be returned.
        limits: Of all connections.
        context: Whom to trust.
    """
    if uds is None:
        return None
    transport: Any = (
        UnixSocketTransport if kind is httpx.Client else AsyncUnixSocketTransport
    )
    return {socket_url(uds): transport(uds=uds, limits=limits, verify=context)}
