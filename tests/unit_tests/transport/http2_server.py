"""A server of HTTP/2 in memory, and clients whose connections lead to it."""

from __future__ import annotations

import asyncio
from typing import Any

import h2.config
import h2.connection
import h2.events
import httpcore
import httpx

from tests.unit_tests.transport.pooled_transports import (
    AsyncPooledTransport,
    PooledTransport,
)

HEAD = [(":status", "200"), ("content-type", "text/event-stream")]


class Server:
    """Answers each request with a head and `a`; what follows is the test's to send."""

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        config = h2.config.H2Configuration(client_side=False)
        self.state = h2.connection.H2Connection(config)
        self.state.initiate_connection()
        self.out = self.state.data_to_send()
        self.streams: list[int] = []
        self.resets: list[tuple[int, int]] = []
        self.acknowledged = 0
        self.connections = 0
        self.closed = False
        self.wrote = asyncio.Event()

    def receive(self, data: bytes) -> None:
        for event in self.state.receive_data(data):
            if isinstance(event, h2.events.StreamEnded):
                assert event.stream_id is not None
                self.streams.append(event.stream_id)
                if self.answers:
                    self.state.send_headers(event.stream_id, HEAD)
                    self.send(event.stream_id, b"a\n")
            elif isinstance(event, h2.events.StreamReset):
                self.resets.append((event.stream_id or 0, int(event.error_code or 0)))
            elif isinstance(event, h2.events.WindowUpdated) and event.stream_id == 0:
                self.acknowledged += event.delta or 0
        self.out += self.state.data_to_send()

    def send(self, stream: int, data: bytes, *, end: bool = False) -> None:
        self.state.send_data(stream, data, end_stream=end)
        self.out += self.state.data_to_send()
        self.wrote.set()

    def taken(self) -> bytes:
        out, self.out = self.out, b""
        return out


class Stream(httpcore.NetworkStream):
    """A connection to the server; a read without anything to be read times out."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self.server.taken()
        if not data:
            raise httpcore.ReadTimeout
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.server.receive(buffer)

    def close(self) -> None:
        self.server.closed = True

    def start_tls(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


class AsyncStream(httpcore.AsyncNetworkStream):
    """The same for a loop, where a read waits."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        while not self.server.out:
            self.server.wrote.clear()
            await self.server.wrote.wait()
        return self.server.taken()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        self.server.receive(buffer)

    async def aclose(self) -> None:
        self.server.closed = True

    async def start_tls(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return None


class Network(httpcore.NetworkBackend):
    def __init__(self, server: Server) -> None:
        self.server = server

    def connect_tcp(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.server.connections += 1
        return Stream(self.server)


class AsyncNetwork(httpcore.AsyncNetworkBackend):
    def __init__(self, server: Server, stream: type[AsyncStream] = AsyncStream) -> None:
        self.server = server
        self.stream = stream

    async def connect_tcp(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.server.connections += 1
        return self.stream(self.server)


def client(server: Server) -> httpx.Client:
    transport = PooledTransport(
        httpcore.ConnectionPool(
            http1=False, http2=True, network_backend=Network(server)
        )
    )
    return httpx.Client(transport=transport)


def async_client(
    server: Server, stream: type[AsyncStream] = AsyncStream
) -> httpx.AsyncClient:
    transport = AsyncPooledTransport(
        httpcore.AsyncConnectionPool(
            http1=False, http2=True, network_backend=AsyncNetwork(server, stream)
        )
    )
    return httpx.AsyncClient(transport=transport)
