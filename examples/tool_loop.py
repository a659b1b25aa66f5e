"""An agent in thirty lines: the model calls a tool until it has its answer.

Run it with `python examples/tool_loop.py`; without `OPENAI_API_KEY` the embedded server
answers by a script.
"""

from __future__ import annotations

import asyncio
import os

from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.tools import tool

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

MOST_ROUNDS = 10


@tool
def get_weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


async def ask(chat: ChatSSE, question: str) -> str:
    """Return the model's answer after the tool calls that it makes.

    Raises:
        RuntimeError: It keeps calling tools, and each round costs money.
    """
    model = chat.bind_tools([get_weather])
    messages: list[BaseMessage] = [HumanMessage(question)]
    for _ in range(MOST_ROUNDS):
        answer = await model.ainvoke(messages)
        messages.append(answer)
        if not answer.tool_calls:
            return answer.text
        for call in answer.tool_calls:
            print(f"calling {call['name']} with {call['args']}")
            messages.append(await get_weather.ainvoke(call))
    msg = f"no answer after {MOST_ROUNDS} rounds of tool calls"
    raise RuntimeError(msg)


def main() -> None:
    """Ask about the weather."""
    question = "What is the weather in Rome?"
    if os.environ.get("OPENAI_API_KEY"):
        print(asyncio.run(ask(ChatSSE(model="gpt-4o-mini"), question)))
        return
    script = [
        Reply.text(tool_calls=[{"name": "get_weather", "arguments": {"city": "Rome"}}]),
        Reply.text("It is sunny in Rome."),
    ]
    with ScriptedServer(script) as server:
        chat = ChatSSE(model="echo", base_url=server.base_url)
        print(asyncio.run(ask(chat, question)))


if __name__ == "__main__":
    main()
