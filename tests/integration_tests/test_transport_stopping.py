"""A stream that is stopped closes its connection, as the server sees it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import pytest

from langchain_sse_chat.errors import (
    SSEChatError,
)
from langchain_sse_chat.transport.clients import HTTPClients
from tests.integration_tests.transport_wire import (
    LONG,
    OUTPUTS,
    Exchange,
    Server,
    astream,
    endless,
    no_answer,
    silent,
    stream,
    whole,
)


@pytest.fixture
def clients() -> HTTPClients:
    return HTTPClients()


def test_closing_a_stream_closes_its_connection(clients: HTTPClients) -> None:
    with Server(endless) as server:
        outputs = stream(clients.sync_client(), Exchange(server.url))
        assert next(outputs) == "a"
        outputs.close()
        assert server.saw_close()


def test_dropping_a_stream_closes_its_connection(clients: HTTPClients) -> None:
    with Server(endless) as server:
        for output in stream(clients.sync_client(), Exchange(server.url)):
            assert output == "a"
            break
        gc.collect()
        assert server.saw_close()


Stop = Callable[[AsyncGenerator[str]], Awaitable[None]]


async def aclose(outputs: AsyncGenerator[str]) -> None:
    await outputs.aclose()


async def cancel(outputs: AsyncGenerator[str]) -> None:
    waiting = asyncio.ensure_future(anext(outputs))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def time_out(outputs: AsyncGenerator[str]) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(outputs), 0.05)


@pytest.mark.parametrize("stop", [aclose, cancel, time_out])
async def test_stopping_an_async_stream_closes_its_connection(
    clients: HTTPClients, stop: Stop
) -> None:
    with Server(endless) as server:
        outputs = astream(clients.async_client(), Exchange(server.url))
        assert await anext(outputs) == "a"
        await stop(outputs)
        assert await asyncio.to_thread(server.saw_close)


async def test_dropping_what_reads_an_async_stream_closes_its_connection(
    clients: HTTPClients,
) -> None:
    async def read(url: str) -> AsyncGenerator[str]:
        async with aclosing(astream(clients.async_client(), Exchange(url))) as outputs:
            async for output in outputs:
                yield output

    with Server(endless) as server:
        async for output in read(server.url):
            assert output == "a"
            break
        gc.collect()
        assert await asyncio.to_thread(server.saw_close)


async def test_cancelling_before_the_answer_closes_the_connection(
    clients: HTTPClients,
) -> None:
    with Server(silent) as server:
        outputs = astream(clients.async_client(), Exchange(server.url))
        waiting = asyncio.ensure_future(anext(outputs))
        await asyncio.to_thread(server.reached.get, timeout=LONG)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await asyncio.to_thread(server.saw_close)


async def test_cancelling_between_attempts_ends_the_exchange(
    clients: HTTPClients,
) -> None:
    with Server(no_answer) as server:
        exchange = Exchange(server.url, pauses=(LONG,))
        outputs = astream(clients.async_client(), exchange)
        waiting = asyncio.ensure_future(anext(outputs))
        await exchange.failed_once.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert len(server.requests) == 1


async def test_a_stopped_stream_leaves_a_pool_that_works(clients: HTTPClients) -> None:
    with Server(endless, silent, whole) as server:
        client = clients.async_client()
        outputs = astream(client, Exchange(server.url))
        assert await anext(outputs) == "a"
        await outputs.aclose()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(astream(client, Exchange(server.url)))
        assert [each async for each in astream(client, Exchange(server.url))] == OUTPUTS


async def test_a_timeout_of_the_caller_is_not_taken_for_the_clock(
    clients: HTTPClients,
) -> None:
    with Server(endless) as server:
        outputs = astream(clients.async_client(), Exchange(server.url, gap=LONG))
        assert await anext(outputs) == "a"
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(0.05):
                await anext(outputs)
        assert not isinstance(caught.value, SSEChatError)
