"""Libraries in place of aiohttp and httpx-aiohttp, which need not be installed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType, SimpleNamespace
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
    pass


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


class Connection:
    """A connection of aiohttp, which notes whether it was aborted."""

    def __init__(self, lost: Exception | None = None) -> None:
        self.aborted = 0
        self.transport: Any = SimpleNamespace(abort=self._abort)
        self.protocol = SimpleNamespace(exception=lambda: lost)

    def _abort(self) -> None:
        self.aborted += 1


class Answer:
    """An answer of aiohttp: its reads, and what it has when one of them fails."""

    def __init__(
        self,
        *reads: bytes | Exception,
        left: list[bytes] | None = None,
        connection: Connection | None = None,
    ) -> None:
        self._reads = [*reads, b""]
        self._left = [*(left or []), b""]
        self.connection = connection
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
    """What a script of a test does in the place of aiohttp."""

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
    aiohttp.SocketFactoryType = object
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
            return httpx.Response(200, headers={"a": "b"}, stream=body)

        async def aclose(self) -> None:
            self.closed = True

    bridge: Any = ModuleType("httpx_aiohttp")
    bridge.AiohttpTransport = AiohttpTransport
    return {"aiohttp": aiohttp, "httpx_aiohttp": bridge}
