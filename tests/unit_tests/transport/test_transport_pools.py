from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.keep_alive import keep_alive_options
from langchain_sse_chat.transport.pools import Kind, routed_transport, socket_mount
from langchain_sse_chat.transport.proxies import Proxies, Proxy
from langchain_sse_chat.transport.tls import Trust
from langchain_sse_chat.transport.unix_socket import (
    AsyncUnixSocketTransport,
    UnixSocketTransport,
)

CONTEXT = ssl.create_default_context()
LIMITS = httpx.Limits(max_connections=7)
KINDS = pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (httpx.Client, httpx.HTTPTransport),
        (httpx.AsyncClient, httpx.AsyncHTTPTransport),
    ],
)


def sent_by(kind: Kind, proxies: Proxies | None = None, problem: str = "") -> Any:
    return routed_transport(
        kind,
        proxies=proxies or Proxies({}),
        async_transport="httpx",
        limits=LIMITS,
        trust=Trust(CONTEXT, problem),
    )


@KINDS
def test_httpx_sends_unless_aiohttp_does(kind: Kind, plain: type[Any]) -> None:
    transport = sent_by(kind)

    assert type(transport) is plain
    assert transport._pool._max_connections == 7
    assert transport._pool._ssl_context is CONTEXT


@KINDS
def test_requests_through_a_proxy_have_a_pool_of_their_own(
    kind: Kind, plain: type[Any]
) -> None:
    proxies = Proxies({"https": Proxy("http://p.example:1", "`proxy`")})
    routes = sent_by(kind, proxies)._routes
    direct = routes.of(httpx.Request("POST", "http://a.example"))
    through = routes.of(httpx.Request("POST", "https://a.example"))
    assert through is not direct
    for transport in (direct, through):
        assert type(transport) is plain
        assert transport._pool._socket_options == keep_alive_options()
        assert transport._pool._max_connections == 7
        assert transport._pool._ssl_context is CONTEXT


@KINDS
def test_without_a_context_there_is_no_tls(kind: Kind, plain: type[Any]) -> None:
    routes = sent_by(kind, problem="No authority.")._routes
    assert type(routes.of(httpx.Request("POST", "http://a.example"))) is plain
    with pytest.raises(ConfigurationError, match="No authority"):
        routes.of(httpx.Request("POST", "https://a.example"))


@pytest.mark.parametrize(
    ("kind", "by_socket"),
    [
        (httpx.Client, UnixSocketTransport),
        (httpx.AsyncClient, AsyncUnixSocketTransport),
    ],
)
def test_requests_to_a_socket_have_a_transport_of_their_own(
    kind: Kind, by_socket: type[Any]
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
