"""Tool calls while they are written: the arguments grow, then the calls are whole.

Run it with `python examples/tool_arguments.py`; without `OPENAI_API_KEY` the embedded
server answers by a script.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

QUESTION = "Plan a day in Rome and a weekend in Oslo."


def plan_trip(city: str, days: int, sights: list[str]) -> None:
    """Plan a trip to a city."""


SCRIPT = Reply.text(
    tool_calls=[
        {
            "name": "plan_trip",
            "arguments": {"city": "Rome", "days": 1, "sights": ["Forum", "Pantheon"]},
        },
        {
            "name": "plan_trip",
            "arguments": {"city": "Oslo", "days": 2, "sights": ["Opera"]},
        },
    ],
    delay=0.02,
)


def show_growth(chat: ChatSSE) -> AIMessageChunk:
    """Print what is known of each call whenever more is; return the whole message."""
    whole = AIMessageChunk(content="")
    for chunk in chat.bind_tools([plan_trip]).stream(QUESTION):
        if isinstance(chunk, AIMessageChunk):
            whole += chunk
            # Arguments that are not complete yet are read as far as they go.
            print(" ", [call["args"] for call in whole.tool_calls])
    return whole


def main() -> None:
    """Print the calls as they grow, and at the end."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer([SCRIPT]) if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        message = show_growth(chat)
    for call in message.tool_calls:
        print(f"{call['name']} {call['args']}")
    # Never run these: they were truncated, or are not a JSON object.
    for invalid in message.invalid_tool_calls:
        print(f"not valid: {invalid['name']} {invalid['args']}")


if __name__ == "__main__":
    main()
