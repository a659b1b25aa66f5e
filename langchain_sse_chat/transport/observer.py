"""Observe an exchange: its requests, its responses and how they end.

Clients and receivers are not involved. An exchange without an observer is not wrapped
and costs nothing.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Generic, Literal, NamedTuple, Protocol, TypeVar

import httpx

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    SSEChatError,
    TimedOutError,
)
from langchain_sse_chat.transport.clock import monotonic
from langchain_sse_chat.transport.protocols import (
    Exchange,
    NextAttempt,
    Receiver,
    RequestSpec,
    ResponseHead,
)

OutputT = TypeVar("OutputT")

HowEnded = Literal["done", "error", "cut", "reset", "timeout", "closed"]
"""How an attempt ended.

`done`: the answer is complete. `error`: the server sent an error, or something that is
not an answer. `cut`: the server closed the connection before or during the answer.
`reset`: the connection broke, or could not be opened. `timeout`: nothing came in time.
`closed`: the caller left the stream, or closed the model.
"""


def cannot_record(folder: Path, error: OSError) -> ConfigurationError:
    """Return the error for a folder that recordings cannot be written to."""
    instead = (
        "Allow more open files (`ulimit -n`)"
        if error.errno in {errno.EMFILE, errno.ENFILE}
        else "Pass a writable folder as `record`"
    )
    msg = (
        f"Cannot record in {str(folder)!r}: {error.strerror}. {instead}, or "
        "`record=None` to record nothing."
    )
    return ConfigurationError(msg)


class Ending(NamedTuple):
    """The end of an attempt."""

    how: HowEnded
    at: float
    """Seconds since the attempt began."""
    progress: int
    """Number of events with a part of the answer."""
    first_output: float | None
    """Seconds until the first output, `None` without output."""
    error: SSEChatError | None = None
    """The error of a failed attempt, with the secrets of the request redacted."""
    pause: float | None = None
    """Seconds until the next attempt, `None` if no other one follows."""


class Observer(Protocol):
    """Receives the attempts of one exchange, one after the other.

    Times are in seconds since the attempt began.
    """

    def on_request(self, spec: RequestSpec) -> None:
        """Handle the start of an attempt, before its request is sent.

        Raises:
            ConfigurationError: The attempt cannot be observed; it is not made.
        """
        ...

    def on_response(self, head: ResponseHead, at: float) -> None:
        """Handle the status and headers of a response, successful or not."""
        ...

    def on_bytes(self, data: bytes, at: float) -> None:
        """Handle the next bytes of the body."""
        ...

    def on_end(self, ending: Ending) -> None:
        """Handle the end of the attempt."""
        ...


class ObservedExchange(Generic[OutputT]):
    """An exchange with an observer, which does not change its behavior."""

    def __init__(
        self,
        exchange: Exchange[OutputT],
        observer: Observer,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._exchange = exchange
        self._observer = observer
        self._now = now
        self._watched: _WatchedReceiver[OutputT] | None = None

    def begin(self) -> tuple[RequestSpec, Receiver[OutputT]] | float:
        """See `Exchange.begin`."""
        begun = self._exchange.begin()
        if isinstance(begun, float):
            return begun
        spec, receiver = begun
        self._observer.on_request(spec)
        self._watched = _WatchedReceiver(receiver, self._observer, self._now)
        return spec, self._watched

    def finished(self) -> bool:
        """See `Exchange.finished`."""
        is_over = self._exchange.finished()
        self._end("done")
        return is_over

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        """See `Exchange.failed`."""
        next_attempt = None
        try:
            # First, because the exchange redacts the secrets in the error.
            next_attempt = self._exchange.failed(error)
        finally:
            self._end(
                _how_failed(error),
                error,
                next_attempt.seconds if next_attempt else None,
            )
        return next_attempt

    def close(self) -> None:
        """See `Exchange.close`."""
        watched = self._watched
        if watched is not None:
            # A caller that leaves at the last output has the whole answer.
            self._end("done" if watched.at_end else "closed")
        self._exchange.close()

    def _end(
        self,
        how: HowEnded,
        error: SSEChatError | None = None,
        pause: float | None = None,
    ) -> None:
        watched, self._watched = self._watched, None
        if watched is not None:
            self._observer.on_end(watched.ending(how, error, pause))


class _WatchedReceiver(Generic[OutputT]):
    """A receiver that reports to an observer."""

    __slots__ = ("_begun", "_first", "_now", "_observer", "_receiver", "at_end")

    def __init__(
        self,
        receiver: Receiver[OutputT],
        observer: Observer,
        now: Callable[[], float],
    ) -> None:
        self._receiver = receiver
        self._observer = observer
        self._now = now
        self._begun = now()
        self._first: float | None = None
        self.at_end = False

    @property
    def wants_more(self) -> bool:
        return self._receiver.wants_more

    @property
    def is_complete(self) -> bool:
        return self._receiver.is_complete

    @property
    def progress(self) -> int:
        return self._receiver.progress

    def open(self, head: ResponseHead) -> None:
        self._observer.on_response(head, self._time())
        self._receiver.open(head)

    def feed(self, data: bytes) -> Sequence[OutputT]:
        at = self._time()
        self._observer.on_bytes(data, at)
        outputs = self._receiver.feed(data)
        if outputs and self._first is None:
            self._first = at
        return outputs

    def close(self) -> Iterator[OutputT]:
        for output in self._receiver.close():
            self.at_end = self._receiver.is_complete
            if self._first is None:
                self._first = self._time()
            yield output

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        at = self._time()
        self._observer.on_response(head, at)
        self._observer.on_bytes(body, at)
        return self._receiver.error_response(head, body)

    def ending(
        self, how: HowEnded, error: SSEChatError | None, pause: float | None
    ) -> Ending:
        progress = self._receiver.progress
        return Ending(how, self._time(), progress, self._first, error, pause)

    def _time(self) -> float:
        return self._now() - self._begun


def _how_failed(error: SSEChatError) -> HowEnded:
    if isinstance(error, TimedOutError):
        return "timeout"
    if not isinstance(error, ConnectionFailedError):
        return "error"
    # httpx raises this for a connection that was closed regularly, but too early.
    closed = isinstance(error.__cause__, httpx.RemoteProtocolError)
    return "cut" if closed else "reset"
