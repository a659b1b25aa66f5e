"""Places in the pool that an interrupted task must give back."""

from __future__ import annotations

import asyncio
from typing import Any

import httpcore
import httpx
import pytest

from langchain_sse_chat.errors import ConnectionFailedError
from tests.unit_tests.transport.pooled_transports import (
    AsyncPooledTransport,
    PooledTransport,
)
from tests.unit_tests.transport.transport_scripts import (
    ScriptedExchange,
    astream,
    stream,
)

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"content-type: text/event-stream\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)

DONE = b"5\r\ndone\n\r\n0\r\n\r\n"


class Stream(httpcore.AsyncMockStream):
    """A connection on which nothing more comes after what is scripted."""

    def __init__(self, script: list[bytes]) -> None:
        super().__init__(list(script))
        self.closed = False
        self.silent = asyncio.Event()

    async def read(self, max_bytes: int, *_: Any, **__: Any) -> bytes:
        data = await super().read(max_bytes)
        if not data:
            self.silent.set()
            await asyncio.Event().wait()
        return data

    async def aclose(self) -> None:
        self.closed = True
        await asyncio.sleep(0)  # as a socket does
        await super().aclose()


class Network(httpcore.AsyncNetworkBackend):
    """Connects immediately, and may have the task cancelled right after it."""

    def __init__(self, script: list[bytes], *, cancels: bool = False) -> None:
        self.stream = Stream(script)
        self.cancels = cancels

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        task = asyncio.current_task()
        if self.cancels and task is not None:
            asyncio.get_running_loop().call_soon(task.cancel)
        return self.stream


def pooled(network: Network, connections: int = 10) -> httpx.AsyncClient:
    transport = AsyncPooledTransport(
        httpcore.AsyncConnectionPool(
            network_backend=network, max_connections=connections
        )
    )
    return httpx.AsyncClient(transport=transport, mounts={"https://": None})


def open_connections(client: httpx.AsyncClient) -> list[Any]:
    transport: Any = client._transport
    return [c for c in transport.pool.connections if not c.is_closed()]


async def outputs_of(client: httpx.AsyncClient) -> list[str]:
    return [each async for each in astream(client, ScriptedExchange())]


async def test_a_cancellation_right_after_connecting_gives_the_place_back() -> None:
    network = Network([], cancels=True)
    async with pooled(network) as client:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(anext(astream(client, ScriptedExchange())))

        assert open_connections(client) == []
        assert network.stream.closed


async def test_a_second_cancellation_gives_the_place_back() -> None:
    network = Network([HEAD, b"2\r\na\n\r\n"])
    async with pooled(network) as client:
        outputs = astream(client, ScriptedExchange())
        assert await anext(outputs) == "a"
        waiting = asyncio.create_task(anext(outputs))
        await network.stream.silent.wait()
        waiting.cancel()
        # The first one is being dealt with by now.
        asyncio.get_running_loop().call_soon(waiting.cancel)
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert open_connections(client) == []
        assert network.stream.closed


async def test_a_second_cancellation_gives_a_place_back_that_was_used_before() -> None:
    network = Network([HEAD, b"5\r\ndone\n\r\n0\r\n\r\n"])
    async with pooled(network) as client:
        async for _ in astream(client, ScriptedExchange()):
            pass
        assert not network.stream.silent.is_set()
        waiting = asyncio.create_task(anext(astream(client, ScriptedExchange())))
        await network.stream.silent.wait()
        [connection] = open_connections(client)
        waiting.cancel()
        # The first one is being dealt with by now.
        asyncio.get_running_loop().call_soon(waiting.cancel)
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert connection.is_closed()
        assert network.stream.closed


async def test_a_request_that_waits_has_the_place_that_was_lost() -> None:
    network = Network([HEAD, b"5\r\ndone\n\r\n0\r\n\r\n"])
    async with pooled(network, 1) as client:
        await outputs_of(client)
        first = asyncio.create_task(anext(astream(client, ScriptedExchange())))
        await network.stream.silent.wait()
        network.stream = Stream([HEAD, b"5\r\ndone\n\r\n0\r\n\r\n"])
        second = asyncio.create_task(outputs_of(client))
        await asyncio.sleep(0)
        first.cancel()
        asyncio.get_running_loop().call_soon(first.cancel)

        assert await asyncio.wait_for(second, 60.0) == ["end"]
        assert first.cancelled()


@pytest.mark.parametrize("turns", range(12))
async def test_a_connection_that_was_never_made_gives_its_place_back(
    turns: int,
) -> None:
    """A task is cancelled when it has just got the place of another one."""
    network = Network([HEAD, b"2\r\na\n\r\n"])
    async with pooled(network, 1) as client:
        first = astream(client, ScriptedExchange())
        assert await anext(first) == "a"
        network.stream = Stream([HEAD, DONE, HEAD, DONE])
        second = asyncio.ensure_future(outputs_of(client))
        for _ in range(5):
            await asyncio.sleep(0)
        leaving = asyncio.ensure_future(first.aclose())
        for _ in range(turns):
            await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(leaving, second, return_exceptions=True)
        network.stream = Stream([HEAD, DONE, HEAD, DONE])

        assert await asyncio.wait_for(outputs_of(client), 5.0) == ["end"]
        transport: Any = client._transport
        assert transport._pool._requests == []


async def test_a_cancellation_leaves_the_connections_of_others_open() -> None:
    network = Network([HEAD, b"2\r\na\n\r\n"])
    async with pooled(network) as client:
        outputs = astream(client, ScriptedExchange())
        assert await anext(outputs) == "a"
        network.cancels = True
        network.stream, first = Stream([]), network.stream
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(anext(astream(client, ScriptedExchange())))

        assert network.stream.closed
        assert not first.closed
        await outputs.aclose()


async def test_an_answer_at_its_end_leaves_the_connection_open() -> None:
    network = Network([HEAD, b"2\r\na\n\r\n", b"5\r\ndone\n\r\n0\r\n\r\n"])
    async with pooled(network) as client:
        outputs = [each async for each in astream(client, ScriptedExchange())]

        assert outputs == ["a", "end"]
        [connection] = open_connections(client)
        assert connection.is_idle()
        assert not network.stream.closed


class Tunnel(httpcore.MockBackend):
    """A proxy that opens tunnels, in which no TLS is spoken."""

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return NoTLS([b"HTTP/1.1 200 Connection established\r\n\r\n"])


class NoTLS(httpcore.MockStream):
    def start_tls(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError


def test_a_tunnel_that_fails_gives_its_place_back() -> None:
    transport = PooledTransport(
        httpcore.HTTPProxy(
            "http://proxy.example:1", network_backend=Tunnel([]), max_connections=1
        )
    )
    with httpx.Client(transport=transport) as client:
        for _ in range(3):
            with pytest.raises(ConnectionFailedError):
                list(stream(client, ScriptedExchange()))
        assert transport.pool.connections == []
