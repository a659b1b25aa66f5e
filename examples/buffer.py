"""Fewer updates of an interface: tokens in larger chunks, sync and async.

Run it with `python examples/buffer.py`; without `OPENAI_API_KEY` the embedded server
answers.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.progress import StreamBuffer, abuffered, buffered
from langchain_sse_chat.testing import ScriptedServer

QUESTION = "Write me a song about goldfish on the moon, with an emoji in each line 🐟"


def sync_loop(chat: ChatSSE) -> None:
    """Print a bar after each update; no emoji is split by one."""
    for chunk in buffered(chat.stream(QUESTION), size=5, whole="grapheme"):
        print(chunk.text, end="|", flush=True)
    print()


async def async_loop(chat: ChatSSE) -> None:
    """Do the same ten times a second, regardless of the number of tokens."""
    stream = chat.astream(QUESTION)
    async for chunk in abuffered(stream, size=None, interval=0.1):
        print(chunk.text, end="|", flush=True)
    print()


def with_a_function(chat: ChatSSE) -> None:
    """Hand the text to a function, as an interface has one."""

    def show(text: str) -> None:
        print(text, end="|", flush=True)

    with StreamBuffer(show, characters=40) as buffer:
        for chunk in chat.stream(QUESTION):
            buffer.add(chunk.text)
    print()


if __name__ == "__main__":
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        model = ChatSSE(model="gpt-4o-mini", base_url=address)
        sync_loop(model)
        asyncio.run(async_loop(model))
        with_a_function(model)
