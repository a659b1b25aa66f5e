"""Functions that the tests of the application serve."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from langchain_sse_chat.serve import create_app
from langchain_sse_chat.serve.asgi.app import ServeApp


async def echo(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "You said: "
    yield messages[-1].text


async def silent(messages: Any, request: Any) -> AsyncIterator[str]:
    await asyncio.Event().wait()
    yield ""


async def begins(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "Well"
    await asyncio.Event().wait()


async def fails(messages: Any, request: Any) -> str:
    msg = "secret"
    raise RuntimeError(msg)


TARGETS = {"echo": echo, "silent": silent, "begins": begins, "org/fails": fails}


def application(targets: Any = TARGETS, **settings: Any) -> ServeApp:
    return create_app(targets, **settings)
