"""Exchanges over a blocking client: I/O only, every decision is the `Attempt`'s."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator
from typing import Generic, TypeVar

import httpx

from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.transport.attempt import Allowance, Attempt, pause_after
from langchain_sse_chat.transport.clock import Deadline
from langchain_sse_chat.transport.encoding import body
from langchain_sse_chat.transport.failures import READ_FAILURES, SEND_FAILURES
from langchain_sse_chat.transport.guard import guard, guard_new, reading
from langchain_sse_chat.transport.spec import Exchange

OutputT = TypeVar("OutputT")


def stream(client: httpx.Client, exchange: Exchange[OutputT]) -> Generator[OutputT]:
    """Run an exchange; give each output as soon as its bytes are there.

    Closing the iterator closes the connection.

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
                time.sleep(begun)
                continue
            attempt = Attempt(*begun)
            answer = _Answer(client, attempt)
            try:
                answer.open()
                while not attempt.complete:
                    data = answer.read(attempt.waits())
                    if data is None:
                        break
                    yield from attempt.feed(data)
                yield from attempt.close()
                answer.collect(attempt.rest())
            except SSEChatError as error:
                data = None  # goes with the error, and may hold what was sent back
                pause = pause_after(exchange, error)
            else:
                if exchange.finished():
                    return
                pause = 0.0
            finally:
                answer.close()
            time.sleep(pause)
    finally:
        exchange.close()


class _Answer(Generic[OutputT]):
    """A request and the answer to it, on the wire."""

    def __init__(self, client: httpx.Client, attempt: Attempt[OutputT]) -> None:
        self._client = client
        self._attempt = attempt
        self._response: httpx.Response | None = None
        self._body: Iterator[bytes] = iter(())

    def open(self) -> None:
        """Send the request and read the head of the answer."""
        attempt = self._attempt
        reading.deadline = clock = attempt.waits()
        try:
            response = self._client.send(
                attempt.request(
                    self._client,
                    read_timeout=clock.remaining(time.monotonic()),
                    extensions={"trace": guard_new},
                ),
                stream=True,
                follow_redirects=False,
            )
        except SEND_FAILURES as exc:
            attempt.fail(exc)
        finally:
            reading.deadline = None
        self._response = response
        guard(response.extensions.get("network_stream"))
        self._body = body(response)
        if not attempt.open(response):
            raise attempt.refused(response, self.collect(attempt.refusal()))

    def read(self, deadline: Deadline) -> bytes | None:
        """Return the next bytes, `None` at the end."""
        reading.deadline = deadline
        try:
            return next(self._body, None)
        except READ_FAILURES as exc:
            self._attempt.broke(exc)
            return None
        finally:
            reading.deadline = None

    def collect(self, allowance: Allowance) -> bytes:
        """Read what is left, as far as it goes; a failure ends it."""
        with contextlib.suppress(SSEChatError):
            while allowance.is_left:
                data = self.read(allowance)
                if data is None:
                    break
                allowance.take(data)
        return allowance.taken()

    def close(self) -> None:
        """Give the connection back, or close it when the answer is not at its end."""
        if self._response is not None:
            with contextlib.suppress(*READ_FAILURES):
                self._response.close()
