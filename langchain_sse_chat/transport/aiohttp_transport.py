"""Send the requests of an `httpx.AsyncClient` with aiohttp.

aiohttp's parser is written in C and its pool is fast, so many concurrent streams need a
fraction of the CPU time. `httpx-aiohttp` translates requests and response headers; this
module adapts pool, limits, bodies and errors, so that both transports behave the same.
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
from langchain_sse_chat.transport.connection_numbers import CONNECTION
from langchain_sse_chat.transport.keep_alive import keep_alive, keep_alive_options
from langchain_sse_chat.transport.patched_httpx import is_httpx_patched
from langchain_sse_chat.transport.workarounds.aiohttp_exceptions import Failures
from langchain_sse_chat.transport.workarounds.aiohttp_idle import (
    SpoiltConnectionError,
    take,
)
from langchain_sse_chat.transport.workarounds.trailing_data import READ_BY_ALL

AsyncTransport = Literal["auto", "httpx", "aiohttp"]
"""The library that sends async requests."""

_PIECE = 64 * 1024
"""Largest size in bytes of one read, as in httpcore, and of one write."""

_LONGEST_HEADER = 64 * 1024
"""Limit on a header in bytes; gateways exceed aiohttp's default of 8,190."""

_NO_EXPIRY = 86_400.0
"""Seconds. aiohttp has no value for "never"."""

_TURNS = 3
"""Turns of the event loop before a request. In the first one the selector sees that a
server closed an idle connection while the loop was blocked, in the second the protocol
is notified; TLS takes one more. Unlike httpcore, aiohttp does not check by itself."""

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
    """Return a transport that uses aiohttp, or `None` to leave requests to httpx.

    Args:
        wanted: "auto" uses aiohttp when it is installed, but sends a request with httpx
            while httpx is patched, as test libraries do.
        limits: The limits of the pool. Their `max_keepalive_connections` has no effect,
            because aiohttp has no such limit.
        context: The TLS context.

    Raises:
        ConfigurationError: aiohttp is requested by name but not installed.
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
    """Sends requests with an aiohttp session, created for the first request."""

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
            # The system's resolver, as in httpcore. By default aiohttp uses aiodns
            # where it is installed.
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
        """Send a request; return the response with an unread body."""
        if not self._is_wanted and is_httpx_patched():
            if self._by_httpx is None:
                self._by_httpx = httpx.AsyncHTTPTransport(
                    verify=self._context,
                    limits=self._limits,
                    socket_options=keep_alive_options(),
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
            body = _Body(answer, self._failures, response.headers)
            return httpx.Response(
                response.status_code,
                headers=response.headers,
                stream=body,
                extensions={**response.extensions, CONNECTION: sending.transport},
            )
        finally:
            sending.limit = None
            _current.reset(token)
        sending.abort()
        # Raised outside the `except` block, because aiohttp's exceptions hold headers
        # and the URL and would become its context.
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        await self._bridge.aclose()
        if self._by_httpx is not None:
            await self._by_httpx.aclose()


class _Sending:
    """A request being sent, with the timeout of its current phase.

    aiohttp has no write timeout and no pool timeout, and buffers unsent data without
    limit.
    """

    def __init__(
        self, request: httpx.Request, limits: Mapping[str, float | None]
    ) -> None:
        self.phase = "pool"
        self.limit: asyncio.Timeout | None = None
        """The timeout of the current phase. Reset after sending, because it refers to
        the task, and callbacks in the connection's context refer to this object."""
        self._limits = limits
        self.transport: Any = None
        """The connection, as asyncio has it; `None` before there is one."""
        self._is_new = False
        self._is_large = len(request.content) > _PIECE
        self._is_read = len(request.content) <= READ_BY_ALL
        self.request = self._without_limits(request)

    def _without_limits(self, request: httpx.Request) -> httpx.Request:
        # A streamed body is sent only as fast as the server reads it. aiohttp warns
        # about `bytes` bodies above 1 MiB.
        content: dict[str, Any] = {"content": request.content}
        if self._is_large:
            content = {"stream": _Pieces(request.content, self)}
        return httpx.Request(
            request.method, request.url, headers=request.headers, **content
        )

    def connects(self) -> None:
        """Start the connect timeout: the pool has room for a new connection."""
        self._is_new = True
        self._begin("connect")

    def writes(self, transport: asyncio.Transport | None) -> None:
        """Start the write timeout on a connection, and keep a new one alive."""
        self.transport = transport
        if self._is_new and transport is not None:
            keep_alive(transport)
        self._begin("write" if self._is_large else "")

    def was_sent(self) -> None:
        """Stop the write timeout: the system has accepted the whole body."""
        self._begin("")

    def leave(self, connection: Any) -> None:
        """Do not reuse the connection of an error response to a large request.

        The server may never read the rest of the request (squid does not).

        Args:
            connection: aiohttp's connection; `None` when it is back in the pool.
        """
        if self._is_read:
            return
        if connection is None:
            self.abort()
        else:
            connection.protocol.force_close()

    def abort(self) -> None:
        """Close the connection immediately; aiohttp would send buffered data first."""
        if self.transport is not None:
            self.transport.abort()

    def _begin(self, phase: str) -> None:
        if self.limit is None:  # a server may answer before it has the request
            return
        self.phase = phase
        seconds = self._limits.get(phase)
        now = asyncio.get_running_loop().time()
        self.limit.reschedule(None if seconds is None else now + seconds)


_current: ContextVar[_Sending] = ContextVar("_current")


def _trace(aiohttp: ModuleType) -> Any:
    """Return a trace config, whose callbacks aiohttp calls in the sending task."""

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
            # A response that arrives early is read before the next write fails;
            # otherwise it would be lost.
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        self._sending.was_sent()


class _Body(httpx.AsyncByteStream):
    """The body of a response, as it is on the wire."""

    def __init__(self, answer: Any, failures: Failures, headers: httpx.Headers) -> None:
        self._answer = answer
        self._failures = failures
        # Without a length, the end of the connection is the end of the body (RFC 9112,
        # section 6.3), and only the connection knows whether that was regular.
        self._has_length = headers.keys() & {"content-length", "transfer-encoding"}

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._answer.content
        read = content.read
        try:
            while data := await read(_PIECE):
                yield data
        except self._failures.known as exc:
            failure = self._failures.of_a_body(exc, content)
        else:
            lost = None if self._has_length else self._failures.of_an_end(content)
            if lost is None:
                return
            failure = lost
        finally:
            self._close()  # a reader that is forgotten comes here, and to nothing else
        # It reports the end of a connection before it gives what came with that, and
        # has no public way to it.
        read_rest = getattr(content, "_read_nowait", lambda _: b"")
        while data := read_rest(_PIECE):
            yield data
        raise failure

    async def aclose(self) -> None:
        """Close the connection, unless the body was read and it is in the pool."""
        self._close()

    def _close(self) -> None:
        connection = self._answer.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._answer.close()
