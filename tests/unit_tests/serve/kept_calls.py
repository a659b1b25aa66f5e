"""Clients of an application that keeps answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from langchain_sse_chat.serve.asgi.app import ServeApp
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder
from tests.unit_tests.serve.asgi_calls import Client, Reply
from tests.unit_tests.serve.served import application

TEXT = "".join(f"{number} слово, " for number in range(20))


async def slow(messages: Any, request: Any) -> AsyncIterator[str]:
    for number in range(20):
        await asyncio.sleep(1)
        yield f"{number} слово, "


async def breaks(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "Well"
    await asyncio.sleep(1)
    raise TimeoutError


async def refuses(messages: Any, request: Any) -> str:
    raise TimeoutError


TARGETS = {"slow": slow, "breaks": breaks, "refuses": refuses}


def keeping(**settings: Any) -> ServeApp:
    return application(TARGETS, **{"keep": "memory://", **settings})


def events_of(reply: Reply) -> list[ServerSentEvent]:
    decoder = SSEDecoder()
    return [*decoder.feed(reply.body), *decoder.close()]


def text_of(events: list[ServerSentEvent]) -> str:
    return "".join(event.data for event in events if event.event == "message")


def listen(
    app: ServeApp, last: str | None = None, *, key: str = "", model: str = "slow"
) -> Client:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    if last is not None:
        headers["last-event-id"] = last
    query = f"message=Hello&model={model}"
    return Client(app, "GET", "/events", headers=headers, query=query)


def reconnect(app: ServeApp, last: str | None = None, key: str = "") -> Client:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    if last is not None:
        headers["last-event-id"] = last
    return Client(app, "GET", "/chat/chat-1/stream", headers=headers)


async def part(client: Client, seconds: float) -> Reply:
    """Read for some time, then lose the connection."""
    task = client.start()
    await asyncio.sleep(seconds)
    client.leave()
    await task
    return client.reply
