"""Many streams over the connections of the shared clients, which are in many pools."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from langchain_sse_chat.errors import TimedOutError
from langchain_sse_chat.transport.async_client import astream
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.sync_client import stream
from tests.integration_tests.transport_wire import (
    CHUNKED,
    END,
    LONG,
    OUTPUTS,
    Behavior,
    Exchange,
    Server,
    Wire,
    chunk,
    whole,
)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no proxy of the environment: with one there is one pool."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Gate:
    """Holds answers after their first token."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def hold(self, wire: Wire) -> None:
        wire.send(CHUNKED, chunk(b"a\n"))
        self._opened.wait(LONG)
        wire.send(chunk(b"b\n"), chunk(b"done\n"), END)

    def open(self) -> None:
        self._opened.set()


class Streams:
    """The streams of a test, in blocking code: all that it opens are open at a time."""

    def __init__(self, **settings: Any) -> None:
        self.clients = HTTPClients(ClientSettings(async_transport="httpx", **settings))

    def client(self) -> Any:
        return self.clients.sync_client()

    def open(self, exchanges: list[Exchange]) -> list[Any]:
        def begin(exchange: Exchange) -> Generator[str]:
            outputs = stream(self.client(), exchange)
            assert next(outputs) == "a"
            return outputs

        with ThreadPoolExecutor(30) as threads:
            return list(threads.map(begin, exchanges))

    def rest(self, streams: list[Any]) -> list[list[str]]:
        with ThreadPoolExecutor(30) as threads:
            return list(threads.map(list, streams))

    def read(self, exchanges: list[Exchange]) -> list[list[str]]:
        """Return all outputs of exchanges that begin and end at any time."""
        with ThreadPoolExecutor(80) as threads:
            return list(
                threads.map(lambda each: list(stream(self.client(), each)), exchanges)
            )

    def stop(self, one: Any) -> None:
        one.close()

    def close(self) -> None:
        self.clients.close()

    def taken(self) -> list[int]:
        """Return the numbers of open answers in the shards."""
        shards = self.client()._transport._shards._shards
        return [len(shard.taken) for shard in shards if shard is not None]

    def connections(self) -> list[list[Any]]:
        """Return the connections of each pool."""
        shards = self.client()._transport._shards
        return [list(one._pool.connections) for one in shards.transports()]


class AsyncStreams(Streams):
    """The same in an event loop."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.runner = asyncio.Runner()

    def client(self) -> Any:
        async def get() -> Any:
            return self.clients.async_client()

        return self.runner.run(get())

    def open(self, exchanges: list[Exchange]) -> list[Any]:
        async def begin(exchange: Exchange) -> AsyncGenerator[str]:
            outputs = astream(self.clients.async_client(), exchange)
            assert await anext(outputs) == "a"
            return outputs

        async def begin_all() -> list[Any]:
            return await asyncio.gather(*(begin(each) for each in exchanges))

        return self.runner.run(begin_all())

    def rest(self, streams: list[Any]) -> list[list[str]]:
        async def read(outputs: AsyncGenerator[str]) -> list[str]:
            return [output async for output in outputs]

        async def read_all() -> list[list[str]]:
            return await asyncio.gather(*(read(each) for each in streams))

        return self.runner.run(read_all())

    def read(self, exchanges: list[Exchange]) -> list[list[str]]:
        async def begin_all() -> list[Any]:
            return [astream(self.clients.async_client(), each) for each in exchanges]

        return self.rest(self.runner.run(begin_all()))

    def stop(self, one: Any) -> None:
        self.runner.run(one.aclose())

    def close(self) -> None:
        self.runner.run(self.clients.aclose())
        self.runner.close()


Making = Callable[..., Streams]


@pytest.fixture(params=[Streams, AsyncStreams], ids=["sync", "async"])
def making(request: pytest.FixtureRequest) -> Iterator[Making]:
    """Make streams of a client with settings, which is closed at the end."""
    with contextlib.ExitStack() as stack:

        def make(**settings: Any) -> Streams:
            streams: Streams = request.param(**settings)
            stack.callback(streams.close)
            return streams

        yield make


def test_many_streams_at_a_time_are_in_small_pools(making: Making) -> None:
    gate = Gate()
    streams = making()
    with Server(gate.hold) as server:
        open_ones = streams.open([Exchange(server.url) for _ in range(150)])
        assert [len(pool) for pool in streams.connections()] == [32, 32, 32, 32, 22]
        assert streams.taken() == [32, 32, 32, 32, 22]
        gate.open()
        assert streams.rest(open_ones) == [OUTPUTS[1:]] * 150
        assert server.connections == 150
        assert set(streams.taken()) == {0}


def test_the_connections_of_many_streams_are_used_again(making: Making) -> None:
    streams = making()
    with Server(whole) as server:
        for _ in range(3):
            open_ones = streams.open([Exchange(server.url) for _ in range(100)])
            assert streams.rest(open_ones) == [OUTPUTS[1:]] * 100
        assert server.connections == 100


def test_streams_in_a_row_use_one_connection(making: Making) -> None:
    streams = making()
    with Server(whole) as server:
        for _ in range(10):
            assert streams.rest(streams.open([Exchange(server.url)])) == [OUTPUTS[1:]]
        assert server.connections == 1


def test_no_more_idle_connections_are_kept_than_set(making: Making) -> None:
    gate = Gate()
    streams = making(max_keepalive_connections=40)
    with Server(gate.hold) as server:
        open_ones = streams.open([Exchange(server.url) for _ in range(100)])
        gate.open()
        streams.rest(open_ones)
        assert [len(pool) for pool in streams.connections()] == [32, 8, 0, 0]


def test_idle_connections_of_pools_that_are_not_used_are_closed(
    making: Making,
) -> None:
    gate = Gate()
    streams = making(keepalive_expiry=0.0)
    with Server(gate.hold) as server:
        open_ones = streams.open([Exchange(server.url) for _ in range(100)])
        gate.open()
        streams.rest(open_ones)
        streams.rest(streams.open([Exchange(server.url)]))
        for _ in range(100):
            assert server.saw_close()
        assert len(streams.connections()) == 1


def test_a_stream_that_finds_all_connections_in_use_has_its_time(
    making: Making,
) -> None:
    gate = Gate()
    streams = making(max_connections=40)
    with Server(gate.hold) as server:
        open_ones = streams.open([Exchange(server.url) for _ in range(40)])
        for _ in range(2):
            with pytest.raises(TimedOutError) as caught:
                streams.open([Exchange(server.url, pool=0.05)])
            assert caught.value.phase == "pool"
        streams.stop(open_ones.pop(35))
        open_ones += streams.open([Exchange(server.url)])
        assert [len(pool) for pool in streams.connections()] == [32, 8]
        gate.open()
        assert streams.rest(open_ones) == [OUTPUTS[1:]] * 40


def test_more_streams_than_connections_have_their_turn(making: Making) -> None:
    streams = making(max_connections=40)
    with Server(whole) as server:
        texts = streams.read([Exchange(server.url) for _ in range(200)])
        assert texts == [OUTPUTS] * 200
        assert server.connections <= 40


def slowly(wire: Wire) -> None:
    wire.send(CHUNKED)
    for _ in range(5):
        wire.send(chunk(b"a\n"))
    wire.send(chunk(b"done\n"), END)


@pytest.mark.parametrize("behavior", [slowly, whole])
async def test_streams_that_are_cancelled_at_any_time_leave_no_place_taken(
    behavior: Behavior,
) -> None:
    clients = HTTPClients(ClientSettings(async_transport="httpx", max_connections=40))

    async def read(url: str) -> None:
        async with contextlib.aclosing(
            astream(clients.async_client(), Exchange(url))
        ) as outputs:
            async for _ in outputs:
                pass

    with Server(behavior) as server:
        for turns in range(40):
            tasks = [asyncio.create_task(read(server.url)) for _ in range(60)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for task in tasks:
                task.cancel()
                if turns % 2:
                    asyncio.get_running_loop().call_soon(task.cancel)
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

        transport: Any = clients.async_client()._transport
        await asyncio.gather(*(read(server.url) for _ in range(40)))
        assert [len(shard.taken) for shard in transport._shards._shards] == [0, 0]
        pools = [one._pool for one in transport.transports()]
        assert all(each.is_idle() for pool in pools for each in pool.connections)
        await clients.aclose()
