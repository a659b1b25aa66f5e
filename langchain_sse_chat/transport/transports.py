"""What the shared clients send by, where that is not the transport httpx makes itself.

httpx asks the environment for proxies only when it makes the transports itself.
"""

from __future__ import annotations

import ssl
from typing import Any

import httpx

from langchain_sse_chat.transport.aiohttp_transport import (
    AsyncTransport,
    aiohttp_transport,
)
from langchain_sse_chat.transport.unix_socket import (
    AsyncUnixSocketTransport,
    UnixSocketTransport,
)
from langchain_sse_chat.transport.url import socket_url

Kind = type[httpx.Client | httpx.AsyncClient]


def direct_transport(
    kind: Kind,
    *,
    async_transport: AsyncTransport,
    limits: httpx.Limits,
    context: ssl.SSLContext,
    is_direct: bool,
) -> Any:
    """Return what sends requests to hosts; `None` to leave that to httpx.

    Args:
        kind: What of httpx it is for.
        async_transport: What async requests are to be sent by.
        limits: Of all connections.
        context: Whom to trust.
        is_direct: Whether the field names no proxy and the URL no Unix socket.

    Raises:
        ConfigurationError: aiohttp is wanted by name, and is not installed.
    """
    if kind is httpx.Client:
        return None
    return aiohttp_transport(
        async_transport, limits=limits, context=context, is_direct=is_direct
    )


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
