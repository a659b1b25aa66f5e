"""A stop button: the answer is left in the middle, and the server stops too.

Run it with `python examples/stop_button.py`; without `OPENAI_API_KEY` the embedded
server answers.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext, suppress

from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

QUESTION = "Count to a million."
ENOUGH = 60
ENDLESS = Reply.text([f"{number} " for number in range(1_000_000)], delay=0.01)


async def write(chat: ChatSSE, button: asyncio.Event) -> None:
    """Print the answer; somebody who has read enough presses the button."""
    message = AIMessageChunk(content="")
    try:
        async for chunk in chat.astream(QUESTION):
            message += chunk
            print(chunk.text, end="", flush=True)
            if len(message.text) > ENOUGH:
                button.set()
    finally:
        button.set()  # a short answer ends before anyone has read enough
        print(f"\n{len(message.text)} characters are kept")


async def talk(chat: ChatSSE) -> None:
    """Start an answer, and cancel it when the button is pressed."""
    button = asyncio.Event()
    writing = asyncio.create_task(write(chat, button))
    await button.wait()
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing


def main() -> None:
    """Start an answer and stop it."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer([ENDLESS]) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        asyncio.run(talk(ChatSSE(model="gpt-4o-mini", base_url=address)))
        if server:
            print("the server has noticed:", server.wait_for_disconnect())


if __name__ == "__main__":
    main()
