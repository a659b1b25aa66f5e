from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.keep_alive import keep_alive, keep_alive_options

pytestmark = pytest.mark.enable_socket

OPEN = Reply.text(["Hi", " there"], stall_after=1)
"""An answer whose connection stays open."""

BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}

ON = (socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def times(sock: Any) -> list[int]:
    """Return idle time, interval and count, as far as the system has them."""
    names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
    known = [getattr(socket, name) for name in names if hasattr(socket, name)]
    return [sock.getsockopt(socket.IPPROTO_TCP, name) for name in known]


def test_a_blocking_client_keeps_its_connections_alive() -> None:
    clients = HTTPClients()
    with ScriptedServer([OPEN]) as server:
        url = f"{server.base_url}/chat/completions"
        with clients.sync_client().stream("POST", url, json=BODY) as response:
            made = response.extensions["network_stream"].get_extra_info("socket")
            assert made.getsockopt(*ON)
            assert times(made) == [60, 15, 4][: len(times(made))]
    clients.close()


@pytest.mark.parametrize("library", ["httpx", "aiohttp"])
def test_an_async_client_keeps_its_connections_alive(library: Any) -> None:
    if library == "aiohttp":
        pytest.importorskip("httpx_aiohttp")

    async def ask(url: str) -> list[int]:
        clients = HTTPClients(ClientSettings(async_transport=library))
        client = clients.async_client()
        async with client.stream("POST", url, json=BODY) as response:
            made = socket_of(response)
            seen = [made.getsockopt(*ON) and 1, *times(made)]
        await clients.aclose()
        return seen

    with ScriptedServer([OPEN]) as server:
        seen = asyncio.run(ask(f"{server.base_url}/chat/completions"))

    assert seen == [1, 60, 15, 4][: len(seen)]


def socket_of(response: httpx.Response) -> Any:
    """Return the socket of an answer, from either library."""
    stream = response.extensions.get("network_stream")
    if stream is not None:
        return stream.get_extra_info("socket")
    answer: Any = response.stream
    while not hasattr(answer, "_answer"):
        answer = answer._stream
    return answer._answer.connection.transport.get_extra_info("socket")


def test_options_that_the_system_does_not_have_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_alive_options.cache_clear()
    for name in ("TCP_KEEPIDLE", "TCP_KEEPALIVE", "TCP_KEEPINTVL", "TCP_KEEPCNT"):
        monkeypatch.delattr(socket, name, raising=False)

    assert keep_alive_options() == ((*ON, 1),)

    keep_alive_options.cache_clear()


def test_a_socket_of_another_kind_is_left_alone() -> None:
    class Transport:
        def get_extra_info(self, _: str) -> Any:
            return self.sock

        sock: Any = None

    transport = Transport()
    keep_alive(transport)
    with socket.socket() as transport.sock:
        keep_alive(transport)
        assert transport.sock.getsockopt(*ON)
    transport.sock, other = socket.socketpair()
    with transport.sock, other:
        keep_alive(transport)
        assert transport.sock.family == socket.AF_UNIX
