"""The application that the servers of the tests run, in a process of their own.

It also shows its own state at `/_state`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app

STATE = {"open": 0, "given": 0}


@contextmanager
def opened() -> Iterator[None]:
    STATE["open"] += 1
    try:
        yield
    finally:
        STATE["open"] -= 1


async def words(messages: Any, request: Any) -> AsyncIterator[str]:
    for word in messages[-1].text.split():
        await asyncio.sleep(0.001)
        yield f"{word} "


async def silent(messages: Any, request: Any) -> AsyncIterator[str]:
    with opened():
        await asyncio.Event().wait()
        yield ""


async def begins(messages: Any, request: Any) -> AsyncIterator[str]:
    with opened():
        yield "Well"
        await asyncio.Event().wait()


async def flood(messages: Any, request: Any) -> AsyncIterator[str]:
    STATE["given"] = 0
    with opened():
        while True:
            await asyncio.sleep(0)
            STATE["given"] += 1
            yield "x" * 8000


async def paced(messages: Any, request: Any) -> AsyncIterator[str]:
    for number in range(5):
        yield f"{number} "
        await asyncio.sleep(0.2)


chat = ChatSSE(
    model="m",
    base_url=os.environ.get("UPSTREAM", "http://127.0.0.1:9/v1"),
    max_retries=0,
)

served = create_app(
    {
        "chat": chat,
        "words": words,
        "silent": silent,
        "begins": begins,
        "flood": flood,
        "paced": paced,
    },
    reader_seconds=float(os.environ.get("READER_SECONDS", "30")),
    body_seconds=float(os.environ.get("BODY_SECONDS", "60")),
    drain_seconds=float(os.environ.get("DRAIN_SECONDS", "0.5")),
)


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["path"] != "/_state":
        await served(scope, receive, send)
        return
    gc.collect()
    state = {
        **STATE,
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208,
    }
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(state).encode()})
