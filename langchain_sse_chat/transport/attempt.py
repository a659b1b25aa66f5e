"""One request and its answer: everything that both clients decide alike. No I/O."""

from __future__ import annotations

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
from langchain_sse_chat.transport.map_exceptions import fail
from langchain_sse_chat.transport.protocols import (
    Again,
    Clients,
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
    ResponseHead,
)
from langchain_sse_chat.transport.proxies import name_proxy
from langchain_sse_chat.transport.url import safe_url
from langchain_sse_chat.transport.workarounds.trailing_data import READ_BY_ALL

OutputT = TypeVar("OutputT")

# What may come after the end of an answer (the last chunk of the framing, trailers) is
# read so that the connection can be used again. A new one costs a round trip or three,
# so more time than that is never won back.
_DRAIN_SECONDS = 0.05
_DRAIN_BYTES = 64 * 1024

# The body of a refusal is read for its words only: the status says enough without.
_ERROR_BODY_SECONDS = 5.0
_ERROR_BODY_BYTES = 64 * 1024


class ReadLimit(Deadline):
    """What is read beside the answer itself: so many bytes, and so long."""

    __slots__ = ("_now", "_parts", "_room")

    def __init__(self, seconds: float, size: int, now: Callable[[], float]) -> None:
        """Start to count.

        Args:
            seconds: The longest time.
            size: The number of bytes that ends it.
            now: The clock, as `monotonic`.
        """
        super().__init__(now() + seconds)
        self._now = now
        self._room = size
        self._parts: list[bytes] = []

    @property
    def is_left(self) -> bool:
        """Whether more may be read."""
        return self._room > 0 and self._now() < self.at

    def take(self, data: bytes) -> None:
        """Take what was read."""
        self._parts.append(data[: self._room])
        self._room -= len(data)

    def taken(self) -> bytes:
        """Return all that was read, up to the limit."""
        return b"".join(self._parts)


class Attempt(Generic[OutputT]):
    """One attempt of an exchange: its request, its clock, its receiver."""

    def __init__(
        self,
        spec: RequestSpec,
        receiver: Receiver[OutputT],
        now: Callable[[], float] = monotonic,
    ) -> None:
        """Start the clock; nothing is sent yet.

        Args:
            spec: What to send.
            receiver: Who takes the answer.
            now: The clock, in seconds.
        """
        self._spec = spec
        self._receiver = receiver
        self._now = now
        self._url = safe_url(spec.url)
        self._progress = receiver.events_read
        self.wants_more = True
        """Whether the answer has not said yet that it is over."""
        self._moved = False
        self._has_had_its_time = False
        self._client: httpx.Client | httpx.AsyncClient | None = None
        self._request: httpx.Request | None = None
        self.clock = StreamClock(
            spec.timeouts, now(), streamed=spec.streamed, url=self._url
        )

    @property
    def clients(self) -> Clients:
        """What sends the request."""
        return self._spec.clients

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
            bounded: Whether no part may outlast the clock of the answer, because
                nothing else ends it.
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
            "POST",
            _parsed(self._spec.url),
            headers=dict(self._spec.headers),
            content=self._spec.body,
            extensions={**(extensions or {}), "timeout": timeout},
        )
        return self._request

    def open(self, response: httpx.Response) -> bool:
        """Look at the head of the answer; return whether it is a success (2xx)."""
        if response.is_success:
            self._receiver.open(self._head(response))
        return response.is_success

    def error_response(self, response: httpx.Response, body: bytes) -> SSEChatError:
        """Return the error for an answer that is no success.

        Args:
            response: The answer.
            body: What could be read of its body.
        """
        return self._receiver.error_response(self._head(response), body)

    def _head(self, response: httpx.Response) -> ResponseHead:
        # httpx gives names in lower case and joins what comes several times.
        headers = dict(response.headers.items())
        # Not `response.url`, where the path of a Unix socket is in lower case. They are
        # the same, as no redirect is followed.
        return ResponseHead(response.status_code, headers, self._url)

    def feed(self, data: bytes) -> Sequence[OutputT]:
        """Return what the next bytes complete."""
        receiver = self._receiver
        outputs = receiver.feed(data)
        progress = receiver.events_read
        # An output counts too: the time in which the caller works on it is not the
        # server's.
        self._moved = bool(outputs) or progress != self._progress
        self._progress = progress
        self.wants_more = receiver.wants_more and not self._has_had_its_time
        return outputs

    def close(self) -> Iterable[OutputT]:
        """Return what the end of the answer completes.

        Raises:
            ModelClosedError: The model was closed before that end.
        """
        if self.clock.is_stopped and not self._receiver.is_complete:
            raise self.clock.timed_out()
        return self._receiver.close()

    def waits(self) -> StreamClock:
        """Return the clock, set for the wait that begins now.

        Raises:
            TimedOutError: It has run out, although bytes keep coming, and the answer is
                not whole.
        """
        clock = self.clock
        now = self._now()
        if self._moved:
            self._moved = False
            clock.progressed(now)
        # Not `expired`, for this is done for each token.
        if now >= clock.at:
            if not self._receiver.is_complete:
                raise clock.timed_out()
            # It is whole, and what may follow has had its time: a server that never
            # stops sending would be read for ever.
            self._has_had_its_time = True
        return clock

    def spoils(self, response: httpx.Response) -> bool:
        """Return whether the connection of an answer must not be used again.

        A server that refuses a request may not have read it, and some (squid) never
        read the rest: the next request on that connection would have no answer.
        """
        return not response.is_success and len(self._spec.body) > READ_BY_ALL

    def drain_limit(self) -> ReadLimit:
        """Return how much to read after the end of the answer."""
        return ReadLimit(_DRAIN_SECONDS, _DRAIN_BYTES, self._now)

    def error_body_limit(self) -> ReadLimit:
        """Return how much to read of the body of a refusal."""
        return ReadLimit(_ERROR_BODY_SECONDS, _ERROR_BODY_BYTES, self._now)

    def read_failed(self, exc: Exception) -> None:
        """Take a failure of reading: it is none when the answer is whole by then.

        Raises:
            SSEChatError: This package's error for the exception.
        """
        if not self._receiver.is_complete:
            self.fail(exc)

    def explain(self, error: SSEChatError) -> SSEChatError:
        """Name the proxy of the request in an error, and return it."""
        name_proxy(error, self._request, self._client)
        return error

    def fail(self, exc: Exception) -> NoReturn:
        """Raise this package's error for an exception out of httpx."""
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
    """Return a URL that httpx need not parse again for each request."""
    return httpx.URL(url)


def next_attempt_after(exchange: Exchange[OutputT], error: SSEChatError) -> NextAttempt:
    """Return when the next attempt begins.

    Args:
        exchange: Who decides.
        error: What the last attempt failed with.

    Raises:
        SSEChatError: `error`, when there is no next attempt, or the one that the
            exchange has for it.
    """
    if error.__suppress_context__ and error.__cause__ is None:
        error.__context__ = None  # was hidden because it holds a header value
    raised = error
    try:
        next_attempt = exchange.failed(error)
    except SSEChatError as instead:
        next_attempt, raised = None, instead
    if next_attempt is None:
        # Among the frames are httpcore's, with the headers as they were sent.
        raise without_frames(raised) from raised.__cause__
    return next_attempt
