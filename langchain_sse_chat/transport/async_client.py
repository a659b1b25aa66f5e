"""Run exchanges over an async client. I/O only: an `Attempt` makes all decisions."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar, cast

import httpx

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.transport.attempt import Attempt, ReadLimit
from langchain_sse_chat.transport.begun_streams import close_later
from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.encoding import abody
from langchain_sse_chat.transport.map_exceptions import READ_FAILURES, SEND_FAILURES
from langchain_sse_chat.transport.open_answers import forget, register
from langchain_sse_chat.transport.protocols import Exchange, NextAttempt
from langchain_sse_chat.transport.watchdog import Watchdog
from langchain_sse_chat.transport.workarounds.asyncgen_hooks import begin_unhooked
from langchain_sse_chat.transport.workarounds.http2 import (
    flush_failures,
    own_stream,
    reset,
)
from langchain_sse_chat.transport.workarounds.http2_early_answers import (
    notice_early_answers,
)
from langchain_sse_chat.transport.workarounds.leaked_connections import (
    is_pooled,
    taken_out,
)
from langchain_sse_chat.transport.workarounds.socket_writes import guard_writes
from langchain_sse_chat.transport.workarounds.trailing_data import has_surplus

OutputT = TypeVar("OutputT")


OnRetry = Callable[[Mapping[str, Any]], Awaitable[None]]


def astream(
    exchange: Exchange[OutputT], on_retry: OnRetry | None = None
) -> AsyncGenerator[OutputT]:
    """Run an exchange; yield each output as soon as its bytes arrive.

    Closing the iterator, or cancelling the task, closes the connection. The caller must
    close the iterator (`contextlib.aclosing`); the event loop does not.

    Args:
        exchange: The request of each attempt, the receiver of its response, and
            whether there is another attempt.
        on_retry: Called for each retry, before the delay.

    Raises:
        SSEChatError: The error of the last attempt.
    """
    outputs = _astream(exchange, on_retry)
    begin_unhooked(outputs)
    close_later(outputs)
    return cast("AsyncGenerator[OutputT]", outputs)


async def _astream(
    exchange: Exchange[OutputT], on_retry: OnRetry | None
) -> AsyncGenerator[OutputT | None]:
    yield None
    try:
        while True:
            attempt = await _next_attempt(exchange)
            answer = None
            try:
                answer = _Answer(attempt.clients.async_client(), attempt)
                await answer.open()
                while attempt.wants_more:
                    data = await answer.read(attempt.read_clock())
                    if data is None:
                        break
                    for output in attempt.feed(data):
                        yield output
                for output in attempt.close():
                    yield output
                await answer.collect(attempt.drain_limit())
            except SSEChatError as error:
                data = None  # in the traceback, it could show an echoed request
                next_attempt = attempt.next_after(error, exchange)
            else:
                if exchange.finished():
                    return
                next_attempt = NextAttempt(0.0)
            finally:
                if answer is not None:
                    await answer.close()
            await _pause(next_attempt, on_retry)
    finally:
        exchange.close()


async def _next_attempt(exchange: Exchange[OutputT]) -> Attempt[OutputT]:
    # Polled, because the other exchange may run in another event loop or thread.
    while isinstance(begun := exchange.begin(), float):  # noqa: ASYNC110
        await asyncio.sleep(begun)
    return Attempt(*begun)


async def _pause(next_attempt: NextAttempt, on_retry: OnRetry | None) -> None:
    if on_retry is not None and next_attempt.retry is not None:
        await on_retry(next_attempt.retry)
    await asyncio.sleep(next_attempt.seconds)


class _Answer(Generic[OutputT]):
    """A request and its response, on the wire."""

    def __init__(self, client: httpx.AsyncClient, attempt: Attempt[OutputT]) -> None:
        self._client = client
        self._attempt = attempt
        self._response: httpx.Response | None = None
        self._body: AsyncIterator[bytes]
        self._connected: Any = None
        self._at_end = False
        self._watchdog = Watchdog()

    async def open(self) -> None:
        """Send the request and read the status and headers of the response."""
        attempt = self._attempt
        register(self._client, self)
        clock = attempt.read_clock()
        try:
            with self._watchdog.within(clock):
                response = await self._client.send(
                    attempt.request(
                        self._client, extensions={"trace": self._note_event}
                    ),
                    stream=True,
                    follow_redirects=False,
                )
        except SEND_FAILURES as exc:
            attempt.fail(exc)
        finally:
            attempt.stop_tracing()
        self._response = response
        self._body = abody(response)
        if not attempt.open(response):
            said = await self.collect(attempt.error_body_limit())
            if attempt.spoils(response):
                await _spoil(response)
            raise attempt.error_response(response, said)

    async def _note_event(self, event: str, info: Mapping[str, Any]) -> None:
        """Store a connection that was opened for this request; notice an early answer.

        A callback for httpcore's request extension `trace`
        (https://www.encode.io/httpcore/extensions/#trace).
        """
        made = info.get("return_value")
        if hasattr(made, "get_extra_info"):
            self._connected = made
            guard_writes(made)
        notice_early_answers(event, self._client)

    async def read(self, deadline: Deadline) -> bytes | None:
        """Return the next bytes, `None` at the end."""
        try:
            with self._watchdog.within(deadline):
                return await anext(self._body)
        except StopAsyncIteration:
            self._at_end = True
            return None
        except Exception as exc:  # noqa: BLE001 - looked at there
            self._attempt.read_failed(exc)
            return None

    def stop(self) -> None:
        """Interrupt the task that reads."""
        self._attempt.clock.stop()
        self._watchdog.interrupt()

    async def collect(self, limit: ReadLimit) -> bytes:
        """Read up to a limit; stop silently at a failure."""
        with contextlib.suppress(SSEChatError):
            while limit.is_left:
                data = await self.read(limit)
                if data is None:
                    break
                limit.take(data)
        return limit.taken()

    async def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read."""
        forget(self._client, self)
        self._watchdog.stop()
        # httpcore 1.0 leaks the connection when this is cancelled.
        await asyncio.shield(
            _close(self._client, self._response, self._connected, self._at_end)
        )


async def _close(
    client: httpx.AsyncClient,
    response: httpx.Response | None,
    connected: Any,
    at_end: bool,  # noqa: FBT001 - as it is known to the answer
) -> None:
    with contextlib.suppress(*READ_FAILURES):
        try:
            if response is not None:
                if has_surplus(response):
                    await _spoil(response)
                flush = reset(response)
                if flush is not None:
                    with contextlib.suppress(*flush_failures()):
                        await flush()
                await response.aclose()
        finally:
            if not at_end:
                for lost in taken_out(client):
                    await lost.aclose()
                if response is not None:
                    await _spoil(response)
                elif connected is not None and not is_pooled(client, connected):
                    await connected.aclose()


async def _spoil(response: httpx.Response) -> None:
    """Close the connection of a response; the pool then drops it."""
    stream = own_stream(response)
    if stream is not None:
        await stream.aclose()
