"""Faults of other libraries, shown without this package.

Each test says what should happen, and is expected to fail. When a new release of the
library does the right thing, the test passes, `strict` reports that as a failure, and
what the reason names can be deleted. See "Workarounds" in CONTRIBUTING.md.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import h2.events
import httpcore
import httpx
import pytest
from anyio._backends._asyncio import SocketStream, StreamProtocol
from httpcore._backends.anyio import AnyIOStream

from tests.unit_tests.transport.http2_server import AsyncNetwork as HTTP2Network
from tests.unit_tests.transport.http2_server import AsyncStream as HTTP2Stream
from tests.unit_tests.transport.http2_server import Network as SyncHTTP2Network
from tests.unit_tests.transport.http2_server import Server

URL = "http://chat.example/"
FIRST = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirst"
OTHER = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother"
TURNS = 20
"""Turns of the event loop, more than any of these takes."""


def canary(reason: str, **more: Any) -> pytest.MarkDecorator:
    more.setdefault("raises", AssertionError)
    return pytest.mark.xfail(strict=True, reason=reason, **more)


class Cancelling(httpcore.AsyncMockBackend):
    """Connects immediately, and has the task cancelled right after it."""

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().call_soon(task.cancel)
        return httpcore.AsyncMockStream([])


@canary("encode/httpcore#1093: delete transport/workarounds/leaked_connections.py")
async def test_httpcore_drops_the_connection_of_a_cancelled_request() -> None:
    async with httpcore.AsyncConnectionPool(network_backend=Cancelling([])) as pool:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(pool.request("GET", URL))
        assert pool.connections == []


class Tunnel(httpcore.MockBackend):
    """A proxy that opens tunnels in which the TLS handshake fails."""

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return NoTLS([b"HTTP/1.1 200 Connection established\r\n\r\n"])


class NoTLS(httpcore.MockStream):
    def start_tls(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise httpcore.ConnectError


@canary("httpcore and tunnels: delete transport/workarounds/leaked_connections.py")
def test_httpcore_drops_a_tunnel_whose_tls_handshake_fails() -> None:
    proxy = httpcore.HTTPProxy("http://proxy.example:1", network_backend=Tunnel([]))
    with proxy as pool:
        with pytest.raises(httpcore.ConnectError):
            pool.request("GET", "https://chat.example/")
        assert pool.connections == []


@canary("httpcore and trailing data: delete transport/workarounds/trailing_data.py")
def test_httpcore_takes_nothing_for_an_answer_that_came_before_the_request() -> None:
    network = httpcore.MockBackend([FIRST + OTHER])
    with httpcore.ConnectionPool(network_backend=network) as pool:
        assert pool.request("GET", URL).content == b"first"
        assert pool.request("GET", URL).content != b"other"


class Ahead(httpcore.AsyncNetworkBackend):
    """One connection by anyio, on which all is there before it is read."""

    def __init__(self, script: bytes) -> None:
        self.here, self.there = socket.socketpair()
        self.there.sendall(script)

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_connection(
            StreamProtocol, sock=self.here
        )
        transport.pause_reading()
        return AnyIOStream(SocketStream(transport, protocol))


@canary("anyio and trailing data: delete transport/workarounds/trailing_data.py")
async def test_httpcore_sees_what_anyio_has_read_ahead() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n"
    room = 65536 - len(head % 65000)
    answer = head % room + b"x" * room  # as long as a read
    network = Ahead(answer + OTHER)
    async with httpcore.AsyncConnectionPool(network_backend=network) as pool:
        response = await pool.request("GET", URL)
        stream = response.extensions["network_stream"]
        seen = stream.get_extra_info("is_readable")
    network.there.close()
    assert len(answer) == 65536
    assert seen


class Timed(httpcore.MockStream):
    """A connection that notes the timeouts of its reads."""

    def __init__(self, script: list[bytes]) -> None:
        super().__init__(script)
        self.timeouts: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.timeouts.append(timeout)
        return super().read(max_bytes, timeout)


@canary("encode/httpx#1450: delete transport/workarounds/socket_deadlines.py")
def test_httpcore_takes_a_timeout_that_changes_during_a_body() -> None:
    stream = Timed([b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"a", b"b"])
    origin = httpcore.Origin(b"http", b"chat.example", 80)
    timeouts = {"read": 10.0}
    with httpcore.HTTP11Connection(origin, stream) as connection:
        request = httpcore.Request(
            "GET",
            URL,
            headers={"Host": "chat.example"},
            extensions={"timeout": timeouts},
        )
        body = iter(connection.handle_request(request).iter_stream())
        assert next(body) == b"a"
        timeouts["read"] = 5.0
        assert next(body) == b"b"
    assert stream.timeouts == [10.0, 10.0, 5.0]


class Refusing(httpcore.AsyncMockStream):
    """A server that answers without reading a request, which is never sent whole."""

    def __init__(self) -> None:
        super().__init__([b"HTTP/1.1 413 Content Too Large\r\n\r\n"])
        self.reads = 0

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        if buffer == b"large":
            await asyncio.Event().wait()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        self.reads += 1
        return await super().read(max_bytes, timeout)


@canary("httpcore and early answers: delete transport/workarounds/socket_writes.py")
async def test_httpcore_notices_an_answer_while_it_writes() -> None:
    stream = Refusing()
    origin = httpcore.Origin(b"http", b"chat.example", 80)
    async with httpcore.AsyncHTTP11Connection(origin, stream) as connection:
        sending = asyncio.ensure_future(
            connection.request("POST", URL, content=b"large")
        )
        for _ in range(TURNS):
            await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait((sending,))
    assert stream.reads


class Halves(HTTP2Stream):
    """Takes each write in two parts, between which it waits."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        self.server.receive(buffer[:1])
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.server.receive(buffer[1:])
        self.server.wholes = True  # type: ignore[attr-defined]


@canary("httpcore and cut frames: delete transport/workarounds/socket_writes.py")
async def test_httpcore_writes_the_frames_of_a_cancelled_request_whole() -> None:
    server: Any = Server()
    server.wholes = False
    network = HTTP2Network(server, Halves)
    async with httpcore.AsyncConnectionPool(
        http1=False, http2=True, network_backend=network
    ) as pool:
        sending = asyncio.ensure_future(pool.request("GET", URL))
        await asyncio.sleep(0)
        sending.cancel()
        await asyncio.wait((sending,))
    assert server.wholes


@canary("encode/httpcore#943: delete `reset` in transport/workarounds/http2.py")
def test_httpcore_resets_a_stream_that_is_left() -> None:
    server = Server()
    with httpcore.ConnectionPool(
        http1=False, http2=True, network_backend=SyncHTTP2Network(server)
    ) as pool:
        with pool.stream("GET", URL) as response:
            assert next(response.iter_stream()) == b"a\n"
        assert server.resets


@canary("httpcore and h2: delete `as_httpx` in transport/workarounds/http2.py")
def test_httpcore_lets_no_exception_of_h2_through() -> None:
    server = Server()
    with (
        httpcore.ConnectionPool(
            http1=False, http2=True, network_backend=SyncHTTP2Network(server)
        ) as pool,
        pool.stream("GET", URL) as response,
    ):
        body = response.iter_stream()
        assert next(body) == b"a\n"
        server.out += b"\0\0\1\0\0\0\0\0\0x"  # data on stream 0
        try:
            next(body)
        except Exception as exc:  # noqa: BLE001 - it is looked at
            failure = exc
    assert isinstance(failure, httpcore.ProtocolError)


class AnsweringFirst(Server):
    """Answers when a request begins, and makes no room for the rest of it."""

    def receive(self, data: bytes) -> None:
        for event in self.state.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                head = [(":status", "413")]
                self.state.send_headers(event.stream_id or 0, head, end_stream=True)
        self.out += self.state.data_to_send()


@canary(
    "httpcore and HTTP/2: delete transport/workarounds/http2_early_answers.py",
    raises=httpcore.ReadTimeout,
)
def test_httpcore_reads_an_answer_of_http2_while_it_sends() -> None:
    with httpcore.ConnectionPool(
        http1=False, http2=True, network_backend=SyncHTTP2Network(AnsweringFirst())
    ) as pool:
        assert pool.request("POST", URL, content=b"x" * 100_000).status == 413


@canary("h11 and HTTP/2: delete `refuse_http2` in transport/workarounds/http2.py")
def test_h11_names_http2_that_it_was_not_asked_for() -> None:
    """It speaks of an "illegal request line", which nobody has sent."""
    settings = b"\0\0\0\4\0\0\0\0\0"
    origin = httpcore.Origin(b"http", b"chat.example", 80)
    stream = httpcore.MockStream([settings])
    with (
        httpcore.HTTP11Connection(origin, stream) as connection,
        pytest.raises(httpcore.RemoteProtocolError, match="HTTP/2"),
    ):
        connection.request("GET", URL)


async def waiting(closed: list[str]) -> AsyncGenerator[int]:
    try:
        yield 1
    finally:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        closed.append("inner")


async def reading(inner: AsyncGenerator[int]) -> AsyncGenerator[int]:
    async with aclosing(inner):
        async for number in inner:
            yield number


@canary("asyncio: delete transport/workarounds/asyncgen_hooks.py")
def test_asyncio_closes_a_generator_and_the_one_it_reads_from() -> None:
    reported: list[object] = []
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context))
    outer = reading(waiting([]))

    async def begin() -> int:
        return await anext(outer)

    loop.run_until_complete(begin())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    assert reported == []


@canary("httpx and bombs: delete transport/workarounds/bounded_inflate.py")
def test_httpx_inflates_in_bounded_steps() -> None:
    bomb = gzip.compress(bytes(1024 * 1024))
    stream = httpx.ByteStream(bomb)
    response = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=stream)
    assert max(map(len, response.iter_bytes())) <= 64 * 1024


@pytest.fixture
def unix_path() -> Iterator[str]:
    # Not `tmp_path`: a socket's path has at most about 100 characters.
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "s")


async def serve_twice(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, again: asyncio.Event
) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(FIRST)
    await again.wait()
    writer.write(OTHER)
    await reader.read()
    writer.close()


@canary("aio-libs/aiohttp#13656: delete transport/workarounds/aiohttp_idle.py")
async def test_aiohttp_takes_nothing_for_an_answer_on_an_idle_connection(
    unix_path: str,
) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    again = asyncio.Event()
    server = await asyncio.start_unix_server(
        lambda reader, writer: serve_twice(reader, writer, again), unix_path
    )
    connector = aiohttp.UnixConnector(unix_path)
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.get(URL) as response:
            assert await response.read() == b"first"
        again.set()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        wait = aiohttp.ClientTimeout(total=60.0)
        request = asyncio.ensure_future(session.get(URL, timeout=wait))
        for _ in range(TURNS):
            await asyncio.sleep(0)
        is_answered = request.done()
        request.cancel()
        await asyncio.wait((request,))
    server.close()
    assert not is_answered


@canary(
    "httpx-aiohttp: delete transport/workarounds/aiohttp_exceptions.py",
    raises=httpx.ConnectTimeout,
)
async def test_httpx_aiohttp_tells_a_refused_connection_from_a_timeout(
    unix_path: str,
) -> None:
    aiohttp = pytest.importorskip("aiohttp")
    bridge = pytest.importorskip("httpx_aiohttp")

    def session() -> Any:
        return aiohttp.ClientSession(connector=aiohttp.UnixConnector(unix_path))

    async with httpx.AsyncClient(
        transport=bridge.AiohttpTransport(client=session)
    ) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(URL)
