"""A chain from the inside: the events of each of its steps, as they happen.

Run it with `python examples/chain_events.py`; without `OPENAI_API_KEY` the embedded
server answers by a script.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

PROMPT = ChatPromptTemplate.from_template("Tell me a joke about {subject}.")
SCRIPT = Reply.text("Why do parrots never get bored? They have someone to talk to.")


async def watch(chain: Runnable[dict[str, str], str]) -> None:
    """Print the tokens of the model, and where each step begins and ends."""
    async for event in chain.astream_events({"subject": "parrots"}, version="v2"):
        kind, name, data = event["event"], event["name"], event["data"]
        if kind == "on_chat_model_stream":
            print(f"{name}: {data['chunk'].text!r}")
        elif kind == "on_chat_model_end":
            print(f"{name} ends, with {data['output'].usage_metadata}")
        elif kind.endswith(("_start", "_end")):
            print(f"{name} {'begins' if kind.endswith('_start') else 'ends'}")


def main() -> None:
    """Ask for a joke."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer([SCRIPT]) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        asyncio.run(watch(PROMPT | chat | StrOutputParser()))


if __name__ == "__main__":
    main()
