"""Answers that share a connection of HTTP/2: what happens to one is its own affair."""

from __future__ import annotations

import asyncio

import pytest

from langchain_sse_chat.errors import (
    ConnectionFailedError,
    ModelClosedError,
    TimedOutError,
)
from langchain_sse_chat.transport.open_answers import stop_all
from tests.unit_tests.transport.http2_server import (
    AsyncStream,
    Server,
    async_client,
    client,
)
from tests.unit_tests.transport.transport_scripts import (
    ScriptedExchange,
    astream,
    spec,
    stream,
)

CANCEL = 8


def test_leaving_a_stream_leaves_the_others() -> None:
    server = Server()
    with client(server) as http2:
        left = stream(http2, ScriptedExchange())
        read = stream(http2, ScriptedExchange())
        assert (next(left), next(read)) == ("a", "a")
        left.close()
        assert server.resets == [(server.streams[0], CANCEL)]
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert list(read) == ["b", "end"]
        assert not server.closed
        more = stream(http2, ScriptedExchange())
        assert next(more) == "a"
        server.send(server.streams[-1], b"done\n", end=True)
        assert list(more) == ["end"]
    assert server.connections == 1


async def test_leaving_an_async_stream_leaves_the_others() -> None:
    server = Server()
    async with async_client(server) as http2:
        left = astream(http2, ScriptedExchange())
        read = astream(http2, ScriptedExchange())
        assert (await anext(left), await anext(read)) == ("a", "a")
        await left.aclose()
        assert server.resets == [(server.streams[0], CANCEL)]
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert [each async for each in read] == ["b", "end"]
        assert not server.closed
    assert server.connections == 1


@pytest.mark.parametrize("cancellations", [1, 2])
async def test_a_cancelled_task_leaves_the_streams_of_others(
    cancellations: int,
) -> None:
    server = Server()
    async with async_client(server) as http2:
        left = astream(http2, ScriptedExchange())
        read = astream(http2, ScriptedExchange())
        assert (await anext(left), await anext(read)) == ("a", "a")
        waiting = asyncio.ensure_future(anext(left))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        waiting.cancel()
        if cancellations == 2:
            asyncio.get_running_loop().call_soon(waiting.cancel)
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert server.resets == [(server.streams[0], CANCEL)]
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert [each async for each in read] == ["b", "end"]
        assert not server.closed


def test_a_clock_that_ends_a_stream_leaves_the_others() -> None:
    server = Server()
    with client(server) as http2:
        late = stream(http2, ScriptedExchange(spec=spec(gap=0.0)))
        read = stream(http2, ScriptedExchange())
        assert (next(late), next(read)) == ("a", "a")
        with pytest.raises(TimedOutError):
            next(late)
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert list(read) == ["b", "end"]
        assert not server.closed


def test_a_read_that_times_out_ends_its_own_stream_only() -> None:
    server = Server()
    with client(server) as http2:
        # The server sends nothing, so that the read itself comes to its limit.
        late = stream(http2, ScriptedExchange(spec=spec(gap=5.0)))
        read = stream(http2, ScriptedExchange())
        assert (next(late), next(read)) == ("a", "a")
        with pytest.raises(TimedOutError):
            next(late)
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert list(read) == ["b", "end"]


async def test_an_async_clock_that_ends_a_stream_leaves_the_others() -> None:
    server = Server()
    async with async_client(server) as http2:
        late = astream(http2, ScriptedExchange(spec=spec(gap=0.001)))
        read = astream(http2, ScriptedExchange())
        assert (await anext(late), await anext(read)) == ("a", "a")
        with pytest.raises(TimedOutError):
            await anext(late)
        server.send(server.streams[1], b"b\ndone\n", end=True)
        assert [each async for each in read] == ["b", "end"]
        assert not server.closed


def test_what_left_streams_have_not_read_is_acknowledged() -> None:
    """Or the window of the connection would shrink until nobody gets anything."""
    server = Server()
    with client(server) as http2:
        read = stream(http2, ScriptedExchange())
        assert next(read) == "a"
        # More than the 16 MiB that httpcore opens the window of a connection to.
        for _ in range(300):
            left = stream(http2, ScriptedExchange())
            assert next(left) == "a"
            for _ in range(4):
                server.send(server.streams[-1], bytes(16_000))
            server.send(server.streams[0], b"b\n")
            assert next(read) == "b"
            left.close()
        server.send(server.streams[0], b"done\n", end=True)
        assert list(read) == ["end"]


class SlowStream(AsyncStream):
    """Takes each write in two parts, between which it waits."""

    release: asyncio.Event

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.server.receive(buffer[:1])
        await type(self).release.wait()
        self.server.receive(buffer[1:])


async def test_a_cancelled_task_cuts_no_frame_of_others() -> None:
    SlowStream.release = asyncio.Event()
    SlowStream.release.set()
    server = Server()
    async with async_client(server, SlowStream) as http2:
        read = astream(http2, ScriptedExchange())
        assert await anext(read) == "a"
        SlowStream.release.clear()
        first = astream(http2, ScriptedExchange())
        second = astream(http2, ScriptedExchange())
        writing = asyncio.ensure_future(anext(first))
        waiting = asyncio.ensure_future(anext(second))
        for _ in range(20):
            await asyncio.sleep(0)
        writing.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        SlowStream.release.set()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert await waiting == "a"
        await second.aclose()
        server.send(server.streams[0], b"done\n", end=True)
        assert [each async for each in read] == ["end"]


def test_an_answer_that_is_whole_needs_no_end_of_its_stream() -> None:
    server = Server()
    with client(server) as http2:
        outputs = stream(http2, ScriptedExchange())
        assert next(outputs) == "a"
        server.send(server.streams[0], b"whole\n")
        assert list(outputs) == ["end"]


def test_a_server_that_does_not_answer_has_its_time() -> None:
    server = Server(answers=False)
    with client(server) as http2:
        outputs = stream(http2, ScriptedExchange(spec=spec(first_token=5.0)))
        with pytest.raises(TimedOutError):
            next(outputs)
        assert server.resets == [(1, CANCEL)] or not server.closed


def test_a_broken_protocol_is_an_error_of_the_connection() -> None:
    server = Server()
    with client(server) as http2:
        outputs = stream(http2, ScriptedExchange())
        assert next(outputs) == "a"
        server.out = b"\0\0\1\0\0\0\0\0\2x"  # a stream that nobody opened
        with pytest.raises(ConnectionFailedError, match="HTTP/2"):
            next(outputs)


def test_closing_the_client_ends_its_streams() -> None:
    server = Server()
    with client(server) as http2:
        outputs = stream(http2, ScriptedExchange())
        assert next(outputs) == "a"
        stop_all(http2)
        for left in (outputs, stream(http2, ScriptedExchange())):
            with pytest.raises(ModelClosedError):
                next(left)


async def test_closing_an_async_client_ends_its_streams() -> None:
    server = Server()
    async with async_client(server) as http2:
        outputs = astream(http2, ScriptedExchange())
        assert await anext(outputs) == "a"
        stop_all(http2)
        for left in (outputs, astream(http2, ScriptedExchange())):
            with pytest.raises(ModelClosedError):
                await anext(left)
