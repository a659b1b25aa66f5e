"""aiohttp under an `httpx.AsyncClient`: its parser is written in C, its pool is fast.

Many streams at once are read for a fraction of the processor time. `httpx-aiohttp`
translates requests and heads; pool, limits, bodies and errors are put right here, so
that a caller cannot tell the transports apart.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextvars import ContextVar
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import httpx

from langchain_sse_chat.errors import ConfigurationError

AsyncTransport = Literal["auto", "httpx", "aiohttp"]
"""What async requests are sent by."""

_PIECE = 64 * 1024
"""Bytes of a piece at most, as of a read of httpcore, and of what is sent in one."""

_LONGEST_HEADER = 64 * 1024
"""Bytes of a header; aiohttp's own limit of 8,190 is below what gateways send."""

_NO_EXPIRY = 86_400.0
"""Seconds; aiohttp has no word for never."""

_UNREADABLE = "it is not HTTP, or ended before it was complete"

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
        wanted: "auto" takes aiohttp when it is installed.
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
            "`async_transport='aiohttp'` needs httpx-aiohttp, and aiohttp 3.12 or "
            "later: `pip install 'langchain-sse-chat[aiohttp]'`. 'auto' works "
            "without it."
        )
        raise ConfigurationError(msg)
    return None if libraries is None else _Transport(*libraries, limits, context)


def _libraries() -> tuple[ModuleType, ModuleType] | None:
    try:
        aiohttp = import_module("aiohttp")
        bridge = import_module("httpx_aiohttp")
    except ImportError:
        return None
    # Since 3.12; another package may have brought an earlier one.
    return (aiohttp, bridge) if hasattr(aiohttp, "SocketFactoryType") else None


class _Transport(httpx.AsyncBaseTransport):
    """Sends requests by a session of aiohttp, which it makes at the first."""

    def __init__(
        self,
        aiohttp: ModuleType,
        bridge: ModuleType,
        limits: httpx.Limits,
        context: ssl.SSLContext,
    ) -> None:
        self._aiohttp = aiohttp
        self._limits = limits
        self._context = context
        self._failures = _Failures(aiohttp)
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
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        limits = request.extensions.get("timeout", {})
        sending = _Sending(request, limits)
        token = _current.set(sending)
        try:
            async with asyncio.timeout(limits.get("pool")) as sending.limit:
                response = await self._bridge.handle_async_request(sending.request)
        except TimeoutError as exc:
            failure: Exception = _TIMEOUTS[sending.phase](str(exc))
        except self._failures.known as exc:
            failure = self._failures.translated(exc)
        except BaseException:
            sending.abort()
            raise
        else:
            # There is no public way from the one response to the other.
            body = _Body(response.stream._aiohttp_response, self._failures)  # noqa: SLF001
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
        self._sending.was_sent()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, as it is on the wire."""

    def __init__(self, answer: Any, failures: _Failures) -> None:
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
        while data := content._read_nowait(_PIECE):  # noqa: SLF001
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


class _Failures:
    """aiohttp's exceptions as those that httpx raises by itself.

    `httpx-aiohttp` takes a connection that breaks for one that was not made in time,
    and lets others through.
    """

    def __init__(self, aiohttp: ModuleType) -> None:
        self.known = (httpx.TransportError, aiohttp.ClientError, ValueError)
        # They quote what was sent, or what came, which may be what was sent.
        self._quoting = (
            aiohttp.ClientResponseError,
            aiohttp.ClientPayloadError,
            ValueError,
        )
        # The first that fits.
        self._kinds: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
            (aiohttp.ClientConnectorError, httpx.ConnectError),
            (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
            (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
            (ValueError, httpx.LocalProtocolError),  # a header
            (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
            (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
            (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
        )

    def of_a_body(self, exc: Exception, connection: Any) -> httpx.TransportError:
        """Return httpx's exception for a body that came to no end.

        The body only says that it is not complete; why is known to its connection.
        """
        protocol = getattr(connection, "protocol", None)
        lost = None if protocol is None else protocol.exception()
        return self.translated(lost if isinstance(lost, OSError) else exc)

    def translated(self, exc: Exception) -> httpx.TransportError:
        """Return httpx's exception, with the system's own as its cause."""
        cause: BaseException = exc
        if isinstance(exc, httpx.TransportError) and exc.__cause__ is not None:
            cause = exc.__cause__
        kind = next((to for of, to in self._kinds if isinstance(cause, of)), None)
        # A refused certificate is a `ValueError` too.
        if kind is not httpx.ConnectError and isinstance(cause, self._quoting):
            return (kind or httpx.ReadError)(_UNREADABLE)
        # What the system said is shorter, and a refused certificate is known by it.
        root = getattr(cause, "os_error", None) or cause.__cause__
        failure = (kind or httpx.ReadError)(str(root or cause))
        failure.__cause__ = root
        return failure
