"""Decide about one request and its response, for both clients alike. No I/O."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, NoReturn, TypeVar

import httpx

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.secrets.masking import without_frames
from langchain_sse_chat.transport.clock import (
    MIN_TIMEOUT,
    Deadline,
    Limits,
    StreamClock,
    monotonic,
)
from langchain_sse_chat.transport.connection_numbers import connection_number
from langchain_sse_chat.transport.map_exceptions import fail
from langchain_sse_chat.transport.protocols import (
    Clients,
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
    ResponseHead,
)
from langchain_sse_chat.transport.proxies import name_proxy
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.transport.workarounds.http2 import as_httpx
from langchain_sse_chat.transport.workarounds.trailing_data import READ_BY_ALL

OutputT = TypeVar("OutputT")

# Bytes after the end of an answer (the last chunk of the framing, trailers) are read so
# that the connection can be reused. A new connection costs one to three round trips, so
# waiting any longer for them would not pay off.
_DRAIN_SECONDS = 0.05
_DRAIN_BYTES = 64 * 1024

_ERROR_BODY_BYTES = 64 * 1024


class ReadLimit(Deadline):
    """A limit in bytes and seconds for what is read in addition to the answer."""

    __slots__ = ("_now", "_parts", "_room")

    def __init__(self, seconds: float, size: int, now: Callable[[], float]) -> None:
        super().__init__(now() + seconds)
        self._now = now
        self._room = size
        self._parts: list[bytes] = []

    @property
    def is_left(self) -> bool:
        """Whether more may be read."""
        return self._room > 0 and self._now() < self.at

    def take(self, data: bytes) -> None:
        """Count and keep bytes that were read."""
        self._parts.append(data[: self._room])
        self._room -= len(data)

    def taken(self) -> bytes:
        """Return the bytes that were read, up to the limit."""
        return b"".join(self._parts)


class Attempt(Generic[OutputT]):
    """One attempt of an exchange: its request, its timeouts, its receiver."""

    def __init__(
        self,
        spec: RequestSpec,
        receiver: Receiver[OutputT],
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.clients: Clients = spec.clients
        """The clients that send the request."""
        self._spec = spec
        self._receiver = receiver
        self._now = now
        self._url = safe_url(spec.url)
        self._progress = receiver.progress
        self.wants_more = True
        """Whether the answer needs more bytes."""
        self._moved = False
        self._has_had_its_time = False
        self._client: httpx.Client | httpx.AsyncClient | None = None
        self._request: httpx.Request | None = None
        self.clock = StreamClock(
            spec.timeouts, now(), streamed=spec.streamed, url=self._url
        )

    def request(
        self,
        client: httpx.Client | httpx.AsyncClient,
        *,
        bounded: bool = False,
        extensions: Mapping[str, Any] | None = None,
    ) -> httpx.Request:
        """Return the request as `client` sends it.

        Args:
            client: The client that is going to send it.
            bounded: Whether to limit each phase to the time left for the answer. For
                sync code, where nothing else ends a phase.
            extensions: Extensions of httpx for this request.
        """
        limits = self._spec.timeouts
        timeout: dict[str, float | None] = {
            "connect": limits.connect,
            "write": limits.write,
            "pool": limits.pool,
            "read": None,
        }
        for name, limit in timeout.items():
            if limit is not None and limit < MIN_TIMEOUT:
                timeout[name] = MIN_TIMEOUT  # 0 would make a socket non-blocking
        if bounded:
            timeout = Limits(timeout, self.clock, self._now)
        self._client = client
        self._request = client.build_request(
            self._spec.method,
            _parsed(self._spec.url),
            headers=dict(self._spec.headers),
            content=self._spec.body,
            extensions={**(extensions or {}), "timeout": timeout},
        )
        return self._request

    def stop_tracing(self) -> None:
        """Take `trace` off the request: connections are made while it is sent.

        The callback belongs to what holds the request, so that both would stay until a
        collection of garbage; and httpcore would call it for each read.
        """
        if self._request is not None:  # pragma: no branch - a client that makes none
            self._request.extensions.pop("trace", None)

    def open(self, response: httpx.Response) -> bool:
        """Handle status and headers; return whether the status is a success (2xx)."""
        if response.is_success:
            self._receiver.open(self._head(response))
        return response.is_success

    def error_response(self, response: httpx.Response, body: bytes) -> SSEChatError:
        """Return the error for a response that is not a success.

        Args:
            response: The response.
            body: The beginning of its body.
        """
        return self._receiver.error_response(self._head(response), body)

    def _head(self, response: httpx.Response) -> ResponseHead:
        # httpx lowercases names and joins repeated headers.
        headers = dict(response.headers.items())
        # Not `response.url`, which lowercases the path of a Unix socket. No redirect is
        # followed, so the URL is that of the request.
        return ResponseHead(
            response.status_code,
            headers,
            self._url,
            response.http_version,
            connection_number(response),
        )

    def feed(self, data: bytes) -> Sequence[OutputT]:
        """Return the outputs that the next bytes complete."""
        receiver = self._receiver
        outputs = receiver.feed(data)
        progress = receiver.progress
        # An output counts as progress even without a complete event, so that the time
        # the caller spends on it is not charged to the server.
        self._moved = bool(outputs) or progress != self._progress
        self._progress = progress
        self.wants_more = receiver.wants_more and not self._has_had_its_time
        return outputs

    def close(self) -> Iterable[OutputT]:
        """Return the outputs that the end of the answer completes.

        Raises:
            ModelClosedError: The model was closed before that end.
        """
        if self.clock.is_stopped and not self._receiver.is_complete:
            raise self.clock.timed_out()
        return self._receiver.close()

    def read_clock(self) -> StreamClock:
        """Return the clock for the next read.

        The gap starts here and not when the progress was made: between two reads the
        time is the caller's, who may work on an output for longer than any timeout.

        Raises:
            TimedOutError: The answer is incomplete and its time is up, although bytes
                keep coming: a trickle of keep-alive comments never makes a read time
                out.
        """
        clock = self.clock
        now = self._now()
        if self._moved:
            self._moved = False
            clock.progressed(now)
        # Not `expired`: this runs for each token.
        if now >= clock.at:
            if not self._receiver.is_complete:
                raise clock.timed_out()
            # The answer is complete and nothing it lacks can follow. Without this, a
            # server that never stops sending would be read forever.
            self._has_had_its_time = True
        return clock

    def spoils(self, response: httpx.Response) -> bool:
        """Return whether the connection of a response must not be reused.

        A server that rejects a large request may not have read all of it, and some
        (squid) never do: the next request on that connection would get no response.
        """
        return not response.is_success and len(self._spec.body) > READ_BY_ALL

    def drain_limit(self) -> ReadLimit:
        """Return the limit on what is read after the end of an answer."""
        return ReadLimit(_DRAIN_SECONDS, _DRAIN_BYTES, self._now)

    def error_body_limit(self) -> ReadLimit:
        """Return the limit on the body of an error response."""
        seconds = self._spec.timeouts.error_body
        limit = math.inf if seconds is None else seconds
        return ReadLimit(limit, _ERROR_BODY_BYTES, self._now)

    def read_failed(self, exc: Exception) -> None:
        """Raise for a read failure, unless the answer is already complete.

        Args:
            exc: The exception of httpx or, over HTTP/2, of h2.

        Raises:
            SSEChatError: This package's error for the exception.
        """
        if self._client is not None and self._client.is_closed:
            self.clock.stop()
        if not self._receiver.is_complete:
            self.fail(as_httpx(exc))

    def next_after(
        self, error: SSEChatError, exchange: Exchange[OutputT]
    ) -> NextAttempt:
        """Return when the next attempt begins.

        Args:
            error: The error of this attempt.
            exchange: Decides whether there is another one.

        Raises:
            SSEChatError: There is no next attempt. The error is `error`, with the proxy
                of the request, or another one that the exchange raises instead.
        """
        name_proxy(error, self._request, self._client)
        if error.__suppress_context__ and error.__cause__ is None:
            error.__context__ = None  # suppressed because it holds a header value
        raised = error
        try:
            next_attempt = exchange.failed(error)
        except SSEChatError as instead:
            next_attempt, raised = None, instead
        if next_attempt is None:
            # The frames include httpcore's, whose variables hold the headers as sent.
            raise without_frames(raised) from raised.__cause__
        return next_attempt

    def fail(self, exc: Exception) -> NoReturn:
        """Raise this package's error for an exception of httpx."""
        if self.clock.is_stopped:
            raise self.clock.timed_out() from exc
        fail(
            exc,
            url=self._url,
            timeouts=self._spec.timeouts,
            clock=self.clock,
            tls_hint=self._spec.tls_hint,
            address=self._spec.address,
        )


@lru_cache(maxsize=16)
def _parsed(url: str) -> httpx.URL:
    """Return the parsed URL, cached because most requests go to the same one."""
    return httpx.URL(url)
