"""Stand in for aiohttp and httpx-aiohttp, which need not be installed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import httpx


class ClientError(Exception):
    pass


class ClientConnectionError(ClientError):
    pass


class ClientOSError(ClientConnectionError, OSError):
    pass


class ClientConnectorError(ClientOSError):
    def __init__(self, os_error: OSError) -> None:
        super().__init__("Cannot connect to host h.example:443 ssl:default")
        self.os_error = os_error


class ClientConnectorCertificateError(ClientConnectorError, ValueError):
    pass


class ServerDisconnectedError(ClientConnectionError):
    pass


class ClientPayloadError(ClientError):
    pass


class ClientResponseError(ClientError):
    def __init__(self, message: str) -> None:
        super().__init__(f"400, {message}, url=https://h.example")
        self.message = message


class NonHttpUrlClientError(ClientError):
    pass


class InvalidURL(ClientError, ValueError):  # noqa: N818 - aiohttp's name
    pass


ERRORS = (
    ClientError,
    ClientConnectorError,
    ServerDisconnectedError,
    ClientPayloadError,
    ClientResponseError,
    NonHttpUrlClientError,
    InvalidURL,
)


class Protocol(asyncio.Protocol):
    """The protocol of a connection, which notes what it is told."""

    def __init__(self, lost: Exception | None) -> None:
        self.lost = lost
        self.should_close = False
        self.told: list[Any] = []

    def exception(self) -> Exception | None:
        return self.lost

    def force_close(self) -> None:
        self.should_close = True

    def eof_received(self) -> bool | None:
        self.told.append("eof")
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        self.told.append(exc)


class Transport:
    """The transport of a connection, which notes whether it was aborted."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol: Any = protocol
        self.aborted = 0

    def get_protocol(self) -> Any:
        return self.protocol

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def get_extra_info(self, name: str) -> None:
        """Return nothing: there is no socket."""

    def is_closing(self) -> bool:
        return self.aborted > 0

    def abort(self) -> None:
        self.aborted += 1


class Connection:
    """A connection of aiohttp."""

    def __init__(self, lost: Exception | None = None) -> None:
        self.protocol = Protocol(lost)
        self.made = Transport(self.protocol)
        self.transport: Any = self.made
        self._callbacks: list[Callable[[], None]] = []

    @property
    def aborted(self) -> int:
        return self.made.aborted

    def add_callback(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def release(self) -> None:
        """Give it back to the pool."""
        while self._callbacks:
            self._callbacks.pop()()


class Answer:
    """An answer of aiohttp: its reads, and what it has when one of them fails."""

    def __init__(
        self,
        *reads: bytes | Exception,
        left: list[bytes] | None = None,
        connection: Connection | None = None,
        status: int = 200,
        length: int | None = None,
    ) -> None:
        self.status = status
        self.headers = {} if length is None else {"content-length": str(length)}
        self._reads = [*reads, b""]
        self._left = [*(left or []), b""]
        self.connection = connection
        if connection is not None:
            self._protocol = connection.protocol
        self.closed = False
        self.content = self

    async def read(self, size: int) -> bytes:
        assert size == 64 * 1024
        given = self._reads.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def _read_nowait(self, size: int) -> bytes:
        assert size == 64 * 1024
        return self._left.pop(0)

    def close(self) -> None:
        self.closed = True


class Noted:
    """Anything that is made of keywords."""

    def __init__(self, **given: Any) -> None:
        self.given = given


class TraceConfig:
    def __init__(self) -> None:
        self.on_connection_create_start: list[Callable[..., Awaitable[None]]] = []


class ClientRequest:
    async def send(self, conn: Connection) -> Connection:
        return conn


class Wire:
    """The script of a test, which acts instead of aiohttp."""

    def __init__(self, session: Noted, request: httpx.Request) -> None:
        self.session = session
        self.request = request

    async def connect(self) -> None:
        [trace] = self.session.given["trace_configs"]
        for tell in trace.on_connection_create_start:
            await tell(None, None, None)

    async def send(self, connection: Connection) -> None:
        assert await self.session.given["request_class"]().send(connection)

    async def hang(self) -> None:
        await asyncio.Event().wait()


Script = Callable[[Wire], Awaitable[Answer]]


def libraries(script: Script | None = None) -> dict[str, ModuleType]:
    """Return both, by their names; `script` answers each request."""
    aiohttp: Any = ModuleType("aiohttp")
    for error in ERRORS:
        setattr(aiohttp, error.__name__, error)
    aiohttp.TCPConnector = aiohttp.ClientSession = Noted
    aiohttp.ThreadedResolver = aiohttp.DummyCookieJar = Noted
    aiohttp.TraceConfig = TraceConfig
    aiohttp.ClientRequest = ClientRequest

    class AiohttpTransport(httpx.AsyncBaseTransport):
        def __init__(self, verify: Any, client: Callable[[], Noted]) -> None:
            self.make = client
            self.closed = False

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert script is not None
            answer = await script(Wire(self.make(), request))
            body: Any = httpx.ByteStream(b"")
            body._aiohttp_response = answer
            return httpx.Response(
                answer.status, headers={"a": "b", **answer.headers}, stream=body
            )

        async def aclose(self) -> None:
            self.closed = True

    bridge: Any = ModuleType("httpx_aiohttp")
    bridge.AiohttpTransport = AiohttpTransport
    return {"aiohttp": aiohttp, "httpx_aiohttp": bridge}
