"""Build the transports of shared clients, where httpx's own do not suffice."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from langchain_sse_chat.transport.aiohttp_transport import (
    AsyncTransport,
    aiohttp_transport,
)
from langchain_sse_chat.transport.keep_alive import keep_alive_options
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
    """Return a transport for requests to hosts, which keeps its connections alive.

    Args:
        kind: The type of the client.
        proxies: The proxies of the field or of the environment.
        async_transport: The library that sends async requests without a proxy.
        limits: The limits of each pool: one for direct connections, and one for each
            proxy.
        trust: The TLS context.

    Raises:
        ConfigurationError: aiohttp is requested by name but not installed.
    """
    direct = None
    if kind is httpx.AsyncClient:
        direct = aiohttp_transport(
            async_transport, limits=limits, context=trust.context
        )
    is_sync = kind is httpx.Client
    plain = httpx.HTTPTransport if is_sync else httpx.AsyncHTTPTransport

    def through(proxy: httpx.Proxy | None) -> Any:
        return plain(
            verify=trust.context,
            limits=limits,
            proxy=proxy,
            socket_options=keep_alive_options(),
        )

    direct = direct or through(None)
    if not (proxies or trust.problem):
        return direct
    routes: Routes[Any] = Routes(direct, proxies, through, tls_problem=trust.problem)
    return (RoutedTransport if is_sync else AsyncRoutedTransport)(routes)


def socket_mount(
    kind: Kind, uds: str | None, limits: httpx.Limits, context: ssl.SSLContext
) -> dict[str, Any] | None:
    """Return a mount of httpx for requests to a Unix socket, `None` without a socket.

    Args:
        kind: The type of the client.
        uds: The path of the socket.
        limits: The limits of the pool.
        context: The TLS context.
    """
    if uds is None:
        return None
    transport: Any = (
        UnixSocketTransport if kind is httpx.Client else AsyncUnixSocketTransport
    )
    return {socket_url(uds): transport(uds=uds, limits=limits, verify=context)}
