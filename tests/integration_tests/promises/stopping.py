"""Run and judge each way to stop a stream."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
from langchain_core.messages import AIMessageChunk
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

AT_ONCE = 2.0
"""Seconds within which the server must see the connection close."""

ONE = httpx.Limits(max_connections=1)
STALLED = Reply.text(["a"] * 10, stall_after=3, keepalive=0.05)
PROMPT = ChatPromptTemplate.from_template("{question}")
QUESTION = {"question": "Hello"}

SCENARIOS: dict[str, Callable[[], None]] = {}

SyncStop = Callable[[ChatSSE, ScriptedServer], None]
AsyncStop = Callable[[ChatSSE, ScriptedServer], Awaitable[None]]


def chat_at(url: str, **fields: Any) -> ChatSSE:
    """Return a model of the server at an address."""
    return ChatSSE(**{"model": "m", "base_url": url, "max_retries": 0, **fields})


def blocking(stop: SyncStop) -> SyncStop:
    """Run a way to stop with a client that has one connection, and then a call."""

    def scenario() -> None:
        with ScriptedServer([STALLED]) as server, httpx.Client(limits=ONE) as client:
            chat = chat_at(server.base_url, http_client=client, timeout=AT_ONCE)
            stop(chat, server)
            assert server.wait_for_disconnect(AT_ONCE)
            assert "".join(str(c.content) for c in chat.stream("Hello"))
            assert server.disconnects == 1

    SCENARIOS[stop.__name__] = scenario
    return stop


def awaiting(stop: AsyncStop) -> AsyncStop:
    """Do so in an event loop."""

    async def run() -> None:
        with ScriptedServer([STALLED]) as server:
            async with httpx.AsyncClient(limits=ONE) as client:
                chat = chat_at(
                    server.base_url, http_async_client=client, timeout=AT_ONCE
                )
                await stop(chat, server)
                assert await asyncio.to_thread(server.wait_for_disconnect, AT_ONCE)
                assert await texts(chat)
                assert server.disconnects == 1

    SCENARIOS[stop.__name__] = lambda: asyncio.run(run())
    return stop


def by_itself(scenario: Callable[[], None]) -> Callable[[], None]:
    """Run a scenario that brings all it needs."""
    SCENARIOS[scenario.__name__] = scenario
    return scenario


async def begun(chat: ChatSSE) -> AsyncIterator[AIMessageChunk]:
    """Return a stream whose first chunk was read."""
    stream = chat.astream("Hello")
    await anext(stream)
    return stream


async def rest(stream: AsyncIterator[AIMessageChunk]) -> None:
    """Read a stream to its end."""
    async for _ in stream:
        pass


async def texts(chat: ChatSSE) -> str:
    """Return the text of a whole stream."""
    return "".join([str(chunk.content) async for chunk in chat.astream("Hello")])


@contextlib.contextmanager
def interrupted(moment: Callable[[], object]) -> Iterator[None]:
    """Press Ctrl-C a little after a moment, and expect to see that."""
    main = threading.main_thread().ident
    assert main is not None

    def press() -> None:
        moment()
        time.sleep(0.2)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        thread.join()
    raise AssertionError


async def cancelled(
    waiting: Awaitable[Any], moment: Callable[[], Any], *, after: float = 0.1
) -> None:
    """Cancel a task a little after a moment."""
    task = asyncio.ensure_future(waiting)
    await asyncio.to_thread(moment)
    await asyncio.sleep(after)
    assert not task.done()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
