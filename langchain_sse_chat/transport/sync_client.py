"""Run exchanges over a blocking client. I/O only: an `Attempt` makes all decisions."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Generic, TypeVar

import httpx

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.transport.attempt import Attempt, ReadLimit
from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.encoding import body
from langchain_sse_chat.transport.map_exceptions import READ_FAILURES, SEND_FAILURES
from langchain_sse_chat.transport.open_answers import forget, register
from langchain_sse_chat.transport.protocols import Exchange, NextAttempt
from langchain_sse_chat.transport.workarounds.http2 import (
    flush_failures,
    is_http2,
    own_stream,
    reset,
)
from langchain_sse_chat.transport.workarounds.http2_early_answers import (
    notice_early_answers,
)
from langchain_sse_chat.transport.workarounds.leaked_connections import taken_out
from langchain_sse_chat.transport.workarounds.socket_deadlines import (
    PastDeadline,
    guard,
    guard_new,
    reading,
)
from langchain_sse_chat.transport.workarounds.trailing_data import has_surplus

OutputT = TypeVar("OutputT")

_left: deque[httpx.Response] = deque()
"""Responses that could not be closed yet; the next one to be closed closes them too.

The garbage collector closes an abandoned iterator that is part of a reference cycle. It
may do so during another call of the client, on a thread that holds the lock of
httpcore's pool: closing the response right there would deadlock."""


OnRetry = Callable[[Mapping[str, Any]], None]


def stream(
    exchange: Exchange[OutputT], on_retry: OnRetry | None = None
) -> Generator[OutputT]:
    """Run an exchange; give each output as soon as its bytes are there.

    Closing the iterator closes the connection.

    Args:
        exchange: The request of each attempt, the receiver of its response, and
            whether there is another attempt.
        on_retry: Called for each retry, before the delay.

    Raises:
        SSEChatError: The error of the last attempt.
    """
    try:
        while True:
            attempt = _next_attempt(exchange)
            answer = None
            try:
                answer = _Answer(attempt.clients.sync_client(), attempt)
                answer.open()
                while attempt.wants_more:
                    data = answer.read(attempt.read_clock())
                    if data is None:
                        break
                    yield from attempt.feed(data)
                yield from attempt.close()
                answer.collect(attempt.drain_limit())
            except SSEChatError as error:
                data = None  # in the traceback, it could show an echoed request
                next_attempt = attempt.next_after(error, exchange)
            else:
                if exchange.finished():
                    return
                next_attempt = NextAttempt(0.0)
            finally:
                if answer is not None:
                    answer.close()
            _pause(next_attempt, on_retry)
    finally:
        exchange.close()


def _next_attempt(exchange: Exchange[OutputT]) -> Attempt[OutputT]:
    while isinstance(begun := exchange.begin(), float):
        time.sleep(begun)
    return Attempt(*begun)


def _pause(next_attempt: NextAttempt, on_retry: OnRetry | None) -> None:
    if on_retry is not None and next_attempt.retry is not None:
        on_retry(next_attempt.retry)
    time.sleep(next_attempt.seconds)


class _Answer(Generic[OutputT]):
    """A request and its response, on the wire."""

    def __init__(self, client: httpx.Client, attempt: Attempt[OutputT]) -> None:
        self._client = client
        self._attempt = attempt
        self._response: httpx.Response | None = None
        self._body: Iterator[bytes] = iter(())
        self._used: list[Any] = []

    def open(self) -> None:
        """Send the request and read the status and headers of the response."""
        attempt = self._attempt
        register(self._client, self)
        reading.deadline = attempt.read_clock()
        reading.used = self._used
        try:
            response = self._client.send(
                attempt.request(
                    self._client, bounded=True, extensions={"trace": self._note_event}
                ),
                stream=True,
                follow_redirects=False,
            )
        except PastDeadline:
            attempt.fail(TimeoutError())
        except SEND_FAILURES as exc:
            for lost in taken_out(self._client):
                lost.close()
            attempt.fail(exc)
        finally:
            reading.deadline = reading.used = None
            attempt.stop_tracing()
        self._response = response
        stream = response.extensions.get("network_stream")
        guard(stream, is_http2=is_http2(response))
        self._body = body(response)
        if not attempt.open(response):
            said = self.collect(attempt.error_body_limit())
            if attempt.spoils(response):
                _spoil(response)
            raise attempt.error_response(response, said)

    def _note_event(self, event: str, info: Mapping[str, Any]) -> None:
        """Bound a new connection; notice an early answer.

        A callback for httpcore's request extension `trace`
        (https://www.encode.io/httpcore/extensions/#trace).
        """
        guard_new(info.get("return_value"))
        notice_early_answers(event, self._client)

    def read(self, deadline: Deadline) -> bytes | None:
        """Return the next bytes, `None` at the end."""
        reading.deadline = deadline
        try:
            return next(self._body, None)
        except PastDeadline:
            self._attempt.read_failed(TimeoutError())
            return None
        except Exception as exc:  # noqa: BLE001 - looked at there
            self._attempt.read_failed(exc)
            return None
        finally:
            reading.deadline = None

    def stop(self) -> None:
        """Interrupt the thread that reads. Closing the socket would not wake it."""
        self._attempt.clock.stop()
        for stream in self._used:
            made = stream.get_extra_info("socket")
            if made is not None:
                with contextlib.suppress(OSError):  # it is closed
                    socket.socket.shutdown(made, socket.SHUT_RDWR)

    def collect(self, limit: ReadLimit) -> bytes:
        """Read up to a limit; stop silently at a failure."""
        with contextlib.suppress(SSEChatError):
            while limit.is_left:
                data = self.read(limit)
                if data is None:
                    break
                limit.take(data)
        return limit.taken()

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read."""
        response, self._response = self._response, None
        forget(self._client, self)
        if response is None:
            return
        if reading.deadline is not None or reading.closing:
            _left.append(response)
            return
        reading.closing = True
        try:
            for one in (response, *_taken()):
                with contextlib.suppress(*READ_FAILURES):
                    if has_surplus(one):
                        _spoil(one)
                    flush = reset(one)
                    if flush is not None:
                        with contextlib.suppress(*flush_failures()):
                            flush()
                    one.close()
        finally:
            reading.closing = False


def _spoil(response: httpx.Response) -> None:
    """Close the connection of a response; the pool then drops it."""
    stream = own_stream(response)
    if stream is not None:
        stream.close()


def _taken() -> Iterator[httpx.Response]:
    with contextlib.suppress(IndexError):
        while True:
            yield _left.popleft()
