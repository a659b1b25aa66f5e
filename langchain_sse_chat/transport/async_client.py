"""Exchanges over an async client: I/O only, every decision is the `Attempt`'s."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Generic, TypeVar

import httpx

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.transport.attempt import Allowance, Attempt, pause_after
from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.encoding import abody
from langchain_sse_chat.transport.failures import READ_FAILURES, SEND_FAILURES
from langchain_sse_chat.transport.spec import Exchange
from langchain_sse_chat.transport.watchdog import Watchdog

OutputT = TypeVar("OutputT")


async def astream(
    client: httpx.AsyncClient, exchange: Exchange[OutputT]
) -> AsyncGenerator[OutputT]:
    """Run an exchange; give each output as soon as its bytes are there.

    Closing the iterator, or cancelling the task, closes the connection.

    Args:
        client: Sends the requests; it is not closed.
        exchange: What to send, who takes the answers, and whether to try again.

    Raises:
        SSEChatError: The error after which the exchange wants no other attempt.
    """
    try:
        while True:
            begun = exchange.begin()
            if isinstance(begun, float):
                await asyncio.sleep(begun)
                continue
            attempt = Attempt(*begun)
            answer = _Answer(client, attempt)
            try:
                await answer.open()
                while not attempt.complete:
                    data = await answer.read(attempt.waits())
                    if data is None:
                        break
                    for output in attempt.feed(data):
                        yield output
                for output in attempt.close():
                    yield output
                await answer.collect(attempt.rest())
            except SSEChatError as error:
                data = None  # goes with the error, and may hold what was sent back
                pause = pause_after(exchange, error)
            else:
                if exchange.finished():
                    return
                pause = 0.0
            finally:
                await answer.close()
            await asyncio.sleep(pause)
    finally:
        exchange.close()


class _Answer(Generic[OutputT]):
    """A request and the answer to it, on the wire."""

    def __init__(self, client: httpx.AsyncClient, attempt: Attempt[OutputT]) -> None:
        self._client = client
        self._attempt = attempt
        self._response: httpx.Response | None = None
        self._body: AsyncIterator[bytes]
        self._watchdog = Watchdog()

    async def open(self) -> None:
        """Send the request and read the head of the answer."""
        attempt = self._attempt
        clock = attempt.waits()
        try:
            with self._watchdog.within(clock):
                response = await self._client.send(
                    attempt.request(self._client), stream=True, follow_redirects=False
                )
        except SEND_FAILURES as exc:
            attempt.fail(exc)
        self._response = response
        self._body = abody(response)
        if not attempt.open(response):
            raise attempt.refused(response, await self.collect(attempt.refusal()))

    async def read(self, deadline: Deadline) -> bytes | None:
        """Return the next bytes, `None` at the end."""
        try:
            with self._watchdog.within(deadline):
                return await anext(self._body)
        except StopAsyncIteration:
            return None
        except READ_FAILURES as exc:
            self._attempt.broke(exc)
            return None

    async def collect(self, allowance: Allowance) -> bytes:
        """Read what is left, as far as it goes; a failure ends it."""
        with contextlib.suppress(SSEChatError):
            while allowance.is_left:
                data = await self.read(allowance)
                if data is None:
                    break
                allowance.take(data)
        return allowance.taken()

    async def close(self) -> None:
        """Give the connection back, or close it when the answer is not at its end."""
        self._watchdog.stop()
        if self._response is not None:
            # httpcore 1.0 loses a connection for good when it is interrupted in this.
            await asyncio.shield(_close(self._response))


async def _close(response: httpx.Response) -> None:
    with contextlib.suppress(*READ_FAILURES):
        await response.aclose()
