"""Cancellation at awkward moments, which only async exchanges meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpcore
import httpx
import pytest

from langchain_sse_chat.errors import TimedOutError
from tests.unit_tests.transport.pooled_transports import AsyncPooledTransport
from tests.unit_tests.transport.transport_scripts import (
    Reply,
    ScriptedExchange,
    answers,
    astream,
    spec,
)


class SlowToClose(httpx.AsyncByteStream):
    """A body whose closing takes until it is allowed."""

    def __init__(self) -> None:
        self.closing = asyncio.Event()
        self.allowed = asyncio.Event()
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a\ndone\n"

    async def aclose(self) -> None:
        self.closing.set()
        await self.allowed.wait()
        self.closed.set()


async def test_a_cancellation_does_not_interrupt_the_closing() -> None:
    body = SlowToClose()
    handler = answers(httpx.Response(200, stream=body))
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:

        async def run() -> list[str]:
            return [each async for each in astream(client, ScriptedExchange())]

        task = asyncio.create_task(run())
        await body.closing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not body.closed.is_set()
        body.allowed.set()
        await body.closed.wait()


async def test_an_exchange_that_ended_leaves_no_timer() -> None:
    handler = answers(Reply(b"a\n", b"done\n"))
    loop = asyncio.get_running_loop()
    timers: list[asyncio.TimerHandle] = []
    call_later = loop.call_later

    def noted(*args: object, **kwargs: object) -> asyncio.TimerHandle:
        timers.append(call_later(*args, **kwargs))  # type: ignore[arg-type]
        return timers[-1]

    loop.call_later = noted  # type: ignore[method-assign]
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as client:
        outputs = [each async for each in astream(client, ScriptedExchange())]
    assert outputs == ["a", "end"]
    assert timers
    assert all(timer.cancelled() for timer in timers)


class NetworkStream(httpcore.AsyncNetworkStream):
    """A connection as httpcore shows it to `trace`."""

    def __init__(self) -> None:
        self.closed = False

    def get_extra_info(self, info: str) -> None:
        return None

    async def aclose(self) -> None:
        self.closed = True


class Handshaking(AsyncPooledTransport):
    """Connects, and then comes to no end, as httpcore under an endless handshake."""

    def __init__(self) -> None:
        super().__init__(httpcore.AsyncConnectionPool())
        self.stream = NetworkStream()
        self.connected = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trace = request.extensions["trace"]
        await trace("connection.connect_tcp.started", {"host": "h"})
        await trace("connection.connect_tcp.complete", {"return_value": self.stream})
        self.connected.set()
        await asyncio.Event().wait()
        raise NotImplementedError


async def test_a_cancellation_while_connecting_closes_what_was_connected() -> None:
    transport = Handshaking()
    async with httpx.AsyncClient(transport=transport) as client:
        waiting = asyncio.ensure_future(anext(astream(client, ScriptedExchange())))
        await transport.connected.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert transport.stream.closed


async def test_a_clock_that_ends_connecting_closes_what_was_connected() -> None:
    transport = Handshaking()
    exchange = ScriptedExchange(spec=spec(first_token=0.02))
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(TimedOutError):
            await anext(astream(client, exchange))
    assert transport.stream.closed
