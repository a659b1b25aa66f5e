from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from langchain_sse_chat.transport.transports import Kind, direct_transport, socket_mount
from langchain_sse_chat.transport.unix_socket import (
    AsyncUnixSocketTransport,
    UnixSocketTransport,
)

CONTEXT = ssl.create_default_context()
LIMITS = httpx.Limits(max_connections=7)


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_httpx_sends_by_itself_unless_aiohttp_does(kind: Kind) -> None:
    made = direct_transport(
        kind, async_transport="httpx", limits=LIMITS, context=CONTEXT, is_direct=True
    )
    assert made is None


@pytest.mark.parametrize(
    ("kind", "by_socket"),
    [
        (httpx.Client, UnixSocketTransport),
        (httpx.AsyncClient, AsyncUnixSocketTransport),
    ],
)
def test_requests_to_a_socket_have_a_transport_of_their_own(
    kind: Kind, by_socket: type
) -> None:
    mount = socket_mount(kind, "/run/a.sock", LIMITS, CONTEXT)
    assert mount is not None
    [(url, mounted)] = mount.items()
    transport: Any = mounted
    assert url == "http+unix://%2Frun%2Fa.sock"
    pool = transport._pool
    assert type(transport) is by_socket
    assert pool._uds == "/run/a.sock"
    assert pool._max_connections == 7
    assert pool._ssl_context is CONTEXT


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_without_a_socket_nothing_is_mounted(kind: Kind) -> None:
    assert socket_mount(kind, None, LIMITS, CONTEXT) is None
