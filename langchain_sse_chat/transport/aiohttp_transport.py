"""aiohttp under an `httpx.AsyncClient`: its parser is written in C, its pool is fast.

Many streams at once are read for a fraction of the processor time. `httpx-aiohttp`
translates requests and heads; pool, limits, bodies and errors are put right here, so
that a caller cannot tell the transports apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import httpx

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.patched_httpx import is_httpx_patched
from langchain_sse_chat.transport.workarounds.aiohttp_exceptions import Failures
from langchain_sse_chat.transport.workarounds.aiohttp_idle import (
    SpoiltConnectionError,
    take,
)
from langchain_sse_chat.transport.workarounds.trailing_data import READ_BY_ALL

AsyncTransport = Literal["auto", "httpx", "aiohttp"]
"""What async requests are sent by."""

_PIECE = 64 * 1024
"""Bytes of a piece at most, as of a read of httpcore, and of what is sent in one."""

_LONGEST_HEADER = 64 * 1024
"""Bytes of a header; aiohttp's own limit of 8,190 is below what gateways send."""

_NO_EXPIRY = 86_400.0
"""Seconds; aiohttp has no word for never."""

_TURNS = 3
"""Turns of the event loop before a request: it sees that a server has closed an idle
connection while it stood still, is told so, and once more under TLS. aiohttp does not
look for itself, as httpcore does."""

_TIMEOUTS = {
    "pool": httpx.PoolTimeout,
    "connect": httpx.ConnectTimeout,
    "write": httpx.WriteTimeout,
}


def aiohttp_transport(
    wanted: AsyncTransport,
    *,
    limits: httpx.Limits,
    context: ssl.SSLContext,
) -> httpx.AsyncBaseTransport | None:
    """Return what sends async requests by aiohttp, `None` to leave them to httpx.

    Args:
        wanted: "auto" takes aiohttp when it is installed, and leaves a request to httpx
            while somebody has patched that, as libraries for tests do.
        limits: Of the pool. Idle connections are kept for as long as they say, without
            a limit on their number, which aiohttp does not have.
        context: Whom to trust.

    Raises:
        ConfigurationError: It is wanted by name, and is not installed.
    """
    if wanted == "httpx":
        return None
    libraries = _libraries()
    if libraries is None and wanted == "aiohttp":
        msg = (
            "`async_transport='aiohttp'` needs httpx-aiohttp: `pip install "
            "'langchain-sse-chat[aiohttp]'`. 'auto' works without it."
        )
        raise ConfigurationError(msg)
    if libraries is None:
        return None
    return _Transport(*libraries, limits, context, is_wanted=wanted == "aiohttp")


def _libraries() -> tuple[ModuleType, ModuleType] | None:
    try:
        aiohttp = import_module("aiohttp")
        bridge = import_module("httpx_aiohttp")
    except ImportError:
        return None
    return aiohttp, bridge


class _Transport(httpx.AsyncBaseTransport):
    """Sends requests by a session of aiohttp, which it makes at the first."""

    def __init__(
        self,
        aiohttp: ModuleType,
        bridge: ModuleType,
        limits: httpx.Limits,
        context: ssl.SSLContext,
        *,
        is_wanted: bool,
    ) -> None:
        self._aiohttp = aiohttp
        self._is_wanted = is_wanted
        self._by_httpx: httpx.AsyncHTTPTransport | None = None
        self._limits = limits
        self._context = context
        self._failures = Failures(aiohttp)
        self._bridge = bridge.AiohttpTransport(verify=context, client=self._session)

    def _session(self) -> Any:
        aiohttp, limits = self._aiohttp, self._limits
        expiry = limits.keepalive_expiry
        self._context.set_alpn_protocols(["http/1.1"])  # as httpcore does
        connector = aiohttp.TCPConnector(
            ssl=self._context,
            limit=limits.max_connections or 0,
            keepalive_timeout=_NO_EXPIRY if expiry is None else expiry,
            # The system's, as httpcore asks: aiohttp takes aiodns where it is there.
            resolver=aiohttp.ThreadedResolver(),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
            request_class=_request_class(aiohttp),
            trace_configs=[_trace(aiohttp)],
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the head of the answer, with its body to be read."""
        if not self._is_wanted and is_httpx_patched():
            if self._by_httpx is None:
                self._by_httpx = httpx.AsyncHTTPTransport(
                    verify=self._context, limits=self._limits
                )
            return await self._by_httpx.handle_async_request(request)
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while True:
            with contextlib.suppress(SpoiltConnectionError):
                return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        limits = request.extensions.get("timeout", {})
        sending = _Sending(request, limits)
        token = _current.set(sending)
        try:
            async with asyncio.timeout(limits.get("pool")) as sending.limit:
                response: httpx.Response = await self._bridge.handle_async_request(
                    sending.request
                )
        except TimeoutError as exc:
            failure: Exception = _TIMEOUTS[sending.phase](str(exc))
        except self._failures.known as exc:
            failure = self._failures.translated(exc)
        except BaseException:
            sending.abort()
            raise
        else:
            # There is no public way from the one response to the other.
            answer = getattr(response.stream, "_aiohttp_response", None)
            if answer is None:
                return response
            if not response.is_success:
                sending.leave(answer.connection)
            body = _Body(answer, self._failures)
            return httpx.Response(
                response.status_code,
                headers=response.headers,
                stream=body,
                extensions=response.extensions,
            )
        finally:
            sending.limit = None
            _current.reset(token)
        sending.abort()
        # Here, so that it brings nothing along: aiohttp's errors hold headers and URL.
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        await self._bridge.aclose()
        if self._by_httpx is not None:
            await self._by_httpx.aclose()


class _Sending:
    """A request on its way, and the limit on the part that is under way.

    aiohttp has no limit on the sending, and none of its own on the wait for a free
    connection; it holds what it cannot send yet, however much.
    """

    def __init__(
        self, request: httpx.Request, limits: Mapping[str, float | None]
    ) -> None:
        self.phase = "pool"
        self.limit: asyncio.Timeout | None = None
        """Of the phase; taken off at the end, for it holds the task, and what runs by
        the connection's context holds this object."""
        self._limits = limits
        self._transport: Any = None
        self._is_large = len(request.content) > _PIECE
        self._is_read = len(request.content) <= READ_BY_ALL
        self.request = self._without_limits(request)

    def _without_limits(self, request: httpx.Request) -> httpx.Request:
        # A body that is a stream is sent as fast as the server takes it. aiohttp warns
        # of bytes above 1 MiB.
        content: dict[str, Any] = {"content": request.content}
        if self._is_large:
            content = {"stream": _Pieces(request.content, self)}
        return httpx.Request(
            request.method, request.url, headers=request.headers, **content
        )

    def connects(self) -> None:
        """Learn that a place in the pool is found, and a connection is made."""
        self._begin("connect")

    def writes(self, transport: asyncio.Transport | None) -> None:
        """Learn that there is a connection, and which."""
        self._transport = transport
        self._begin("write" if self._is_large else "")

    def was_sent(self) -> None:
        """Learn that the body was taken by the system."""
        self._begin("")

    def leave(self, connection: Any) -> None:
        """Have the connection of a refusal closed when a large request went before it.

        The server may never read the rest of that (squid does not).

        Args:
            connection: Of aiohttp; `None` when it is in the pool again.
        """
        if self._is_read:
            return
        if connection is None:
            self.abort()
        else:
            connection.protocol.force_close()

    def abort(self) -> None:
        """Close the connection at once: aiohttp would send first what is left."""
        if self._transport is not None:
            self._transport.abort()

    def _begin(self, phase: str) -> None:
        if self.limit is None:  # a server may answer before it has the request
            return
        self.phase = phase
        seconds = self._limits.get(phase)
        now = asyncio.get_running_loop().time()
        self.limit.reschedule(None if seconds is None else now + seconds)


_current: ContextVar[_Sending] = ContextVar("_current")


def _trace(aiohttp: ModuleType) -> Any:
    """Return a callback of aiohttp, which it calls in the task that sends."""

    async def connects(*_: object) -> None:
        _current.get().connects()

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(connects)
    return trace


def _request_class(aiohttp: ModuleType) -> type:
    class Request(aiohttp.ClientRequest):  # type: ignore[name-defined,misc]
        async def send(self, conn: Any) -> Any:
            take(conn)
            _current.get().writes(conn.transport)
            return await super().send(conn)

    return Request


class _Pieces(httpx.AsyncByteStream):
    """A body that is sent piece by piece."""

    def __init__(self, content: bytes, sending: _Sending) -> None:
        self._content = content
        self._sending = sending

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._content), _PIECE):
            yield self._content[start : start + _PIECE]
            # An answer that is there is read before a write fails, or it were lost.
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        self._sending.was_sent()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it is on the wire."""

    def __init__(self, answer: Any, failures: Failures) -> None:
        self._answer = answer
        self._failures = failures

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._answer.content
        read = content.read
        try:
            while data := await read(_PIECE):
                yield data
        except self._failures.known as exc:
            failure = self._failures.of_a_body(exc, self._answer.connection)
        else:
            return
        finally:
            self._close()  # a reader that is forgotten comes here, and to nothing else
        # It reports the end of a connection before it gives what came with that, and
        # has no public way to it.
        read_rest = getattr(content, "_read_nowait", lambda _: b"")
        while data := read_rest(_PIECE):
            yield data
        raise failure

    async def aclose(self) -> None:
        """Close the connection at once, unless all was read: it is in the pool then."""
        self._close()

    def _close(self) -> None:
        connection = self._answer.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._answer.close()
