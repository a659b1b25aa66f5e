"""A reader of an agent's answer leaves a web server: the model stops."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from starlette.responses import StreamingResponse

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

PAGE = Path(__file__).parents[2] / "docs" / "timeouts-and-retries.md"
LONG = 20.0
SCOPE = {"type": "http", "method": "GET", "asgi": {"version": "3.0"}}


def recipe() -> Callable[[AsyncIterator[Any]], AsyncIterator[Any]]:
    """Return `in_own_task` as the page has it."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    [code] = [block for block in blocks if "def in_own_task" in block]
    names: dict[str, Any] = {"asyncio": asyncio}
    exec(code.split("async def texts")[0], names)  # noqa: S102 - our own page
    made: Callable[[AsyncIterator[Any]], AsyncIterator[Any]] = names["in_own_task"]
    return made


async def leave_after_the_first_text(body: AsyncIterator[str]) -> None:
    """Serve `body` as Starlette does, to a reader who leaves."""
    sent = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await sent.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            sent.set()

    await StreamingResponse(body)(SCOPE, receive, send)  # type: ignore[arg-type]


@pytest.mark.parametrize("pauses", [False, True])
async def test_the_recipe_of_the_page_stops_the_model(*, pauses: bool) -> None:
    reply = (
        Reply.text(["a", "b"], stall_after=1)
        if pauses
        else Reply.text(list("ab" * 200), delay=0.05)
    )
    with ScriptedServer([reply]) as server:
        chat = ChatSSE(model="m", base_url=server.base_url, api_key="k", max_retries=0)
        agent: Any = create_agent(chat)
        asked = {"messages": [("user", "hi")]}

        async def body() -> AsyncIterator[str]:
            chunks = agent.astream(asked, stream_mode="messages")
            async for chunk, _ in recipe()(chunks):
                yield chunk.text

        await leave_after_the_first_text(body())
        assert await asyncio.to_thread(server.wait_for_disconnect, LONG)
        await chat.aclose()


async def test_a_model_stops_without_a_recipe() -> None:
    with ScriptedServer([Reply.text(["a", "b"], stall_after=1)]) as server:
        chat = ChatSSE(model="m", base_url=server.base_url, api_key="k", max_retries=0)

        async def body() -> AsyncIterator[str]:
            async for chunk in chat.astream("hi"):
                yield chunk.text

        await leave_after_the_first_text(body())
        assert await asyncio.to_thread(server.wait_for_disconnect, LONG)
        await chat.aclose()
