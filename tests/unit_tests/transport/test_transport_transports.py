from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from langchain_sse_chat.transport.shards import AsyncShardedTransport, ShardedTransport
from langchain_sse_chat.transport.transports import Kind, direct_transport, socket_mount
from langchain_sse_chat.transport.unix_socket import (
    AsyncUnixSocketTransport,
    UnixSocketTransport,
)

CONTEXT = ssl.create_default_context()
LIMITS = httpx.Limits(max_connections=7)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


KINDS = pytest.mark.parametrize(
    ("kind", "sharded", "plain", "by_socket"),
    [
        (
            httpx.Client,
            ShardedTransport,
            httpx.HTTPTransport,
            UnixSocketTransport,
        ),
        (
            httpx.AsyncClient,
            AsyncShardedTransport,
            httpx.AsyncHTTPTransport,
            AsyncUnixSocketTransport,
        ),
    ],
    ids=["sync", "async"],
)


def direct(kind: Kind, *, is_direct: bool = True) -> Any:
    return direct_transport(
        kind,
        async_transport="httpx",
        limits=LIMITS,
        context=CONTEXT,
        is_direct=is_direct,
    )


@KINDS
def test_requests_to_hosts_go_by_shards(
    kind: Kind, sharded: type[Any], plain: type, by_socket: type
) -> None:
    transport = direct(kind)
    assert type(transport) is sharded
    assert_shard_is(plain, transport)


def assert_shard_is(kind: type, transport: Any) -> None:
    place, _ = transport._shards.begin(0.0)
    pool: Any = place.transport._pool
    assert type(place.transport) is kind
    assert pool._max_connections == 7
    assert pool._ssl_context is CONTEXT


@KINDS
def test_requests_to_a_socket_go_by_shards(
    kind: Kind, sharded: type[Any], plain: type, by_socket: type
) -> None:
    mount = socket_mount(kind, "/run/a.sock", LIMITS, CONTEXT)
    assert mount is not None
    [(url, mounted)] = mount.items()
    transport: Any = mounted
    assert url == "http+unix://%2Frun%2Fa.sock"
    assert type(transport) is sharded
    assert_shard_is(by_socket, transport)
    assert transport._shards.transports()[0]._pool._uds == "/run/a.sock"


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_without_a_socket_nothing_is_mounted(kind: Kind) -> None:
    assert socket_mount(kind, None, LIMITS, CONTEXT) is None


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_requests_through_a_proxy_are_left_to_httpx(kind: Kind) -> None:
    assert direct(kind, is_direct=False) is None


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_are_left_to_httpx(
    kind: Kind, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "http://proxy.example:1")
    assert direct(kind) is None


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
def test_a_list_of_hosts_without_a_proxy_names_none(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert direct(kind) is not None
