"""Libraries without the private names that the workarounds use.

The workaround does nothing then; answers, errors and cancellations stay what they are.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpcore
import httpx
import pytest

from langchain_sse_chat.errors import ConnectionFailedError
from langchain_sse_chat.transport.aiohttp_transport import aiohttp_transport
from langchain_sse_chat.transport.workarounds.leaked_connections import (
    is_pooled,
    taken_out,
)
from tests.unit_tests.transport import aiohttp_stand_in as stand_in
from tests.unit_tests.transport.http2_server import AsyncNetwork, Network, Server
from tests.unit_tests.transport.transport_scripts import (
    ScriptedExchange,
    astream,
    stream,
)

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
PART = b"2\r\na\n\r\n"
DONE = b"5\r\ndone\n\r\n0\r\n\r\n"


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a response of httpcore, by its public names alone."""

    def __init__(self, response: httpcore.Response) -> None:
        given: Any = response.stream
        self.__iter, self.__aiter = response.iter_stream, response.aiter_stream
        self.close = getattr(given, "close", None)  # type: ignore[assignment]
        self.aclose = getattr(given, "aclose", None)  # type: ignore[assignment]

    def __iter__(self) -> Iterator[bytes]:
        return self.__iter()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self.__aiter():
            yield data


class Opaque(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport of which nothing is known but that it sends requests."""

    def __init__(self, pool: Any) -> None:
        self.__pool = pool

    def _asked(self, request: httpx.Request) -> httpcore.Request:
        return httpcore.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=request.content,
            extensions=request.extensions,
        )

    def _answered(self, response: httpcore.Response) -> httpx.Response:
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=Body(response),
            extensions=response.extensions,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._answered(self.__pool.handle_request(self._asked(request)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.__pool.handle_async_request(self._asked(request))
        return self._answered(response)


class Unknown:
    """A pool of httpcore with its public methods alone."""

    def __init__(self, pool: Any) -> None:
        for name in ("handle_request", "handle_async_request", "close", "aclose"):
            if hasattr(pool, name):
                setattr(self, name, getattr(pool, name))


def opaque(pool: Any) -> Any:
    """Return a transport that hides a pool."""
    return Opaque(pool)


def changed(pool: Any) -> Any:
    """Return a transport of httpx whose pool has other private names."""
    is_sync = hasattr(pool, "handle_request")
    transport: Any = httpx.HTTPTransport() if is_sync else httpx.AsyncHTTPTransport()
    transport._pool = Unknown(pool)
    return transport


Hide = Callable[[Any], Any]


@pytest.fixture(params=[opaque, changed])
def hide(request: pytest.FixtureRequest) -> Hide:
    """Return a transport for a pool, without the names that the workarounds use."""
    found: Hide = request.param
    return found


def test_answers_are_read(hide: Hide) -> None:
    network = httpcore.MockBackend([HEAD + PART, DONE])
    with httpcore.ConnectionPool(network_backend=network) as pool:
        client = httpx.Client(transport=hide(pool))
        assert list(stream(client, ScriptedExchange())) == ["a", "end"]


def test_an_answer_that_is_left_is_closed(hide: Hide) -> None:
    network = httpcore.MockBackend([HEAD + PART, PART])
    with httpcore.ConnectionPool(network_backend=network) as pool:
        outputs = stream(httpx.Client(transport=hide(pool)), ScriptedExchange())
        assert next(outputs) == "a"
        outputs.close()
        assert pool.connections == []


def test_a_failure_is_reported() -> None:
    network = httpcore.MockBackend([b"no HTTP\r\n\r\n"])
    with httpcore.ConnectionPool(network_backend=network) as pool:
        client = httpx.Client(transport=changed(pool))
        with pytest.raises(ConnectionFailedError):
            list(stream(client, ScriptedExchange()))


class Silent(httpcore.AsyncMockStream):
    """A connection on which nothing more comes after what is scripted."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        data = await super().read(max_bytes, timeout)
        if not data:
            await asyncio.Event().wait()
        return data


class SilentNetwork(httpcore.AsyncMockBackend):
    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        return Silent([HEAD + PART])


async def test_a_cancelled_task_is_cancelled(hide: Hide) -> None:
    async with httpcore.AsyncConnectionPool(network_backend=SilentNetwork([])) as pool:
        client = httpx.AsyncClient(transport=hide(pool))
        outputs = astream(client, ScriptedExchange())
        assert await anext(outputs) == "a"
        reading = asyncio.ensure_future(anext(outputs))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading


def test_streams_of_http2_end(hide: Hide) -> None:
    server = Server()
    with httpcore.ConnectionPool(
        http1=False, http2=True, network_backend=Network(server)
    ) as pool:
        client = httpx.Client(transport=hide(pool))
        left, read = (stream(client, ScriptedExchange()) for _ in range(2))
        assert (next(left), next(read)) == ("a", "a")
        left.close()
        server.send(server.streams[1], b"done\n", end=True)
        assert list(read) == ["end"]
        assert not server.closed


async def test_a_cancelled_task_leaves_the_connection_to_others(hide: Hide) -> None:
    server = Server()
    async with httpcore.AsyncConnectionPool(
        http1=False, http2=True, network_backend=AsyncNetwork(server)
    ) as pool:
        client = httpx.AsyncClient(transport=hide(pool))
        left, read = (astream(client, ScriptedExchange()) for _ in range(2))
        assert (await anext(left), await anext(read)) == ("a", "a")
        waiting = asyncio.ensure_future(anext(left))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        server.send(server.streams[1], b"done\n", end=True)
        assert [each async for each in read] == ["end"]
        assert not server.closed


class HTTP2Stream(httpx.SyncByteStream):
    """A body over HTTP/2 whose connection has lost its other private names."""

    _h2_state = SimpleNamespace(streams={1: SimpleNamespace(closed=False)})

    def __iter__(self) -> Iterator[bytes]:
        yield b"a\n"
        yield b"b\n"


def test_a_stream_of_http2_that_cannot_be_reset_is_left() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=HTTP2Stream(), extensions={"stream_id": 1})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        outputs = stream(client, ScriptedExchange())
        assert next(outputs) == "a"
        outputs.close()


class Strange:
    """A connection of httpcore with other private names."""

    def is_idle(self) -> bool:
        return False

    def is_closed(self) -> bool:
        return True


def test_a_connection_of_an_unknown_kind_may_have_any_stream() -> None:
    """Or one that others use would be closed."""
    transport = httpx.HTTPTransport()
    with httpx.Client(transport=transport) as client:
        assert not is_pooled(client, object())
        transport._pool._connections.append(Strange())  # type: ignore[arg-type]
        assert is_pooled(client, object())
        assert taken_out(client) == []
        transport._pool._connections.clear()


@pytest.mark.parametrize(
    ("owner", "name"),
    [("protocol", "should_close"), ("transport", "set_protocol"), ("", "add_callback")],
)
async def test_aiohttp_sends_on_a_connection_of_an_unknown_kind(
    monkeypatch: pytest.MonkeyPatch, owner: str, name: str
) -> None:
    connection: Any = stand_in.Connection()
    kept = {
        "protocol": ["should_close", "exception", "force_close"],
        "transport": ["set_protocol", "get_protocol", "is_closing", "abort"],
        "": ["add_callback"],
    }

    def without(part: Any, names: list[str]) -> Any:
        known = [each for each in names if each != name]
        return SimpleNamespace(**{each: getattr(part, each) for each in known})

    given = without(connection, kept[""])
    for part in ("protocol", "transport"):
        setattr(given, part, without(getattr(connection, part), kept[part]))

    async def script(wire: stand_in.Wire) -> stand_in.Answer:
        await wire.send(given)
        return stand_in.Answer(b"a", connection=connection)

    response = await ask_aiohttp(monkeypatch, script)
    assert await response.aread() == b"a"


class Bridge(httpx.AsyncBaseTransport):
    """httpx-aiohttp whose response does not lead to that of aiohttp."""

    def __init__(self, **_: Any) -> None:
        pass

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        del request
        return httpx.Response(200, content=b"a")


async def test_aiohttp_gives_what_its_bridge_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    response = await ask_aiohttp(monkeypatch, bridge=Bridge)
    assert await response.aread() == b"a"


async def test_aiohttp_reports_the_end_without_what_came_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Unreadable(stand_in.Answer):
        def __getattribute__(self, name: str) -> Any:
            if name == "_read_nowait":
                raise AttributeError(name)
            return super().__getattribute__(name)

    async def script(_: stand_in.Wire) -> stand_in.Answer:
        return Unreadable(b"a", stand_in.ClientPayloadError("cut"), left=[b"b"])

    response = await ask_aiohttp(monkeypatch, script)
    parts = response.aiter_raw()
    assert await anext(parts) == b"a"
    with pytest.raises(httpx.RemoteProtocolError):
        await anext(parts)


async def ask_aiohttp(
    monkeypatch: pytest.MonkeyPatch,
    script: stand_in.Script | None = None,
    bridge: type | None = None,
) -> httpx.Response:
    for name, library in stand_in.libraries(script).items():
        if bridge is not None:
            library.__dict__["AiohttpTransport"] = bridge
        monkeypatch.setitem(sys.modules, name, library)
    transport = aiohttp_transport(
        "aiohttp", limits=httpx.Limits(), context=httpx.create_ssl_context()
    )
    assert transport is not None
    request = httpx.Request("POST", "https://h.example/", content=b"{}")
    return await transport.handle_async_request(request)
