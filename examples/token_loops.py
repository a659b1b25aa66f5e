"""Tokens as they arrive: a sync loop, an async loop, and two concurrent streams.

Run it with `python examples/token_loops.py`; without `OPENAI_API_KEY` the embedded
server answers.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import ScriptedServer

SONG = "Write me a 1 verse song about goldfish on the moon"
QUESTION = "Why is the sky blue?"


def sync_loop(chat: ChatSSE) -> None:
    """Print a bar after each token."""
    for chunk in chat.stream(SONG):
        print(chunk.text, end="|", flush=True)
    print()


async def async_loop(chat: ChatSSE) -> None:
    """Do the same without keeping anything else waiting."""
    async for chunk in chat.astream(SONG):
        print(chunk.text, end="|", flush=True)
    print()


async def two_at_once(chat: ChatSSE) -> None:
    """Read two streams at the same time, each over a connection of its own."""

    async def count(question: str) -> None:
        tokens = 0
        async for chunk in chat.astream(question):
            tokens += bool(chunk.text)
        print(f"{tokens} tokens for {question!r}")

    async with asyncio.TaskGroup() as group:
        group.create_task(count(SONG))
        group.create_task(count(QUESTION))


async def main(chat: ChatSSE) -> None:
    """Run the async loops."""
    await async_loop(chat)
    await two_at_once(chat)


if __name__ == "__main__":
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        model = ChatSSE(model="gpt-4o-mini", base_url=address)
        sync_loop(model)
        asyncio.run(main(model))
