"""Bytes after an answer are not the answer to the next request."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import httpcore
import httpx
import pytest
from anyio._backends._asyncio import SocketStream, StreamProtocol
from httpcore._backends.anyio import AnyIOStream

from langchain_sse_chat.transport.protocols import RequestSpec
from langchain_sse_chat.transport.workarounds.trailing_data import has_surplus
from tests.unit_tests.transport.pooled_transports import (
    AsyncPooledTransport,
    PooledTransport,
)
from tests.unit_tests.transport.transport_scripts import (
    CLIENTS,
    ScriptedExchange,
    astream,
    stream,
)

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"content-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)
ANSWER = HEAD + b"7\r\na\ndone\n\r\n0\r\n\r\n"
OTHER = HEAD + b"7\r\nb\ndone\n\r\n0\r\n\r\n"


class Stream(httpcore.MockStream):
    """A connection that is readable when it is closed, as a socket is."""

    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()

    def get_extra_info(self, info: str) -> Any:
        return self.closed if info == "is_readable" else super().get_extra_info(info)


class AsyncStream(httpcore.AsyncMockStream):
    """The same for a loop."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True
        await super().aclose()

    def get_extra_info(self, info: str) -> Any:
        return self.closed if info == "is_readable" else super().get_extra_info(info)


class Network(httpcore.NetworkBackend):
    """Connections of which each gives a script, read by read."""

    def __init__(self, *script: bytes) -> None:
        self.script = script
        self.made: list[Any] = []

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.made.append(Stream(list(self.script)))
        made: httpcore.NetworkStream = self.made[-1]
        return made


class AsyncNetwork(httpcore.AsyncNetworkBackend):
    """The same for a loop."""

    def __init__(self, network: Network) -> None:
        self.network = network

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        made = AsyncStream(list(self.network.script))
        self.network.made.append(made)
        return made


Run = Callable[[Network], list[list[str]]]


def run_sync(network: Network) -> list[list[str]]:
    transport = PooledTransport(httpcore.ConnectionPool(network_backend=network))
    with httpx.Client(transport=transport, mounts={}) as client:
        return [list(stream(client, ScriptedExchange())) for _ in range(2)]


def run_async(network: Network) -> list[list[str]]:
    async def run() -> list[list[str]]:
        transport = AsyncPooledTransport(
            httpcore.AsyncConnectionPool(network_backend=AsyncNetwork(network))
        )
        async with httpx.AsyncClient(transport=transport, mounts={}) as client:
            return [
                [each async for each in astream(client, ScriptedExchange())]
                for _ in range(2)
            ]

    return asyncio.run(run())


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run two exchanges one after the other."""
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "surplus",
    [
        pytest.param(OTHER, id="another response"),
        pytest.param(b"\r\n", id="line ending"),
        pytest.param(b": keep-alive\n\n", id="comment"),
    ],
)
def test_bytes_read_with_the_end_of_an_answer_do_not_begin_the_next(
    run: Run, surplus: bytes
) -> None:
    network = Network(ANSWER + surplus)
    assert run(network) == [["a", "end"], ["a", "end"]]
    assert len(network.made) == 2
    assert network.made[0].closed


def test_a_connection_is_used_again_without_a_surplus(run: Run) -> None:
    network = Network(ANSWER, OTHER)
    assert run(network) == [["a", "end"], ["b", "end"]]
    assert len(network.made) == 1


def test_an_answer_of_another_transport_has_none() -> None:
    assert not has_surplus(httpx.Response(200, content=b"done\n"))


class Ahead(httpcore.AsyncNetworkBackend):
    """Connections by anyio, on which all is there before it is read."""

    def __init__(self, *scripts: bytes) -> None:
        self.scripts = list(scripts)
        self.servers: list[socket.socket] = []

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        here, there = socket.socketpair()
        self.servers.append(there)
        there.sendall(self.scripts.pop(0))
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(StreamProtocol, sock=here)
        transport.pause_reading()
        return AnyIOStream(SocketStream(transport, protocol))


async def test_bytes_that_anyio_has_read_ahead_do_not_begin_the_next_answer() -> None:
    """The answer is as long as a read, so that h11 does not see what follows."""
    comment = b":" + b"x" * (65536 - len(ANSWER) - 10) + b"\n"
    padded = HEAD + b"%x\r\n%b\r\n" % (len(comment), comment) + ANSWER[len(HEAD) :]
    assert len(padded) == 65536
    network = Ahead(padded + OTHER, OTHER)
    transport = AsyncPooledTransport(
        httpcore.AsyncConnectionPool(network_backend=network)
    )
    exchange = ScriptedExchange(
        spec=RequestSpec("http://chat.example/v1", {}, b"{}", CLIENTS)
    )
    async with httpx.AsyncClient(transport=transport, mounts={}) as client:
        assert [each async for each in astream(client, exchange)] == ["a", "end"]
        assert [each async for each in astream(client, exchange)] == ["b", "end"]
    for server in network.servers:
        server.close()
