"""What only an async exchange can meet: cancellation at an awkward moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from langchain_sse_chat.transport.async_client import astream
from tests.unit_tests.transport.transport_scripts import (
    Reply,
    ScriptedExchange,
    answers,
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
