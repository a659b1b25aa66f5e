"""A chat in the terminal: the conversation grows, each answer streams.

Run it with `python examples/chat_terminal.py`; without `OPENAI_API_KEY` the embedded
server answers. An empty line ends it.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext

from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.testing import ScriptedServer


def main() -> None:
    """Talk until an empty line."""
    embedded = not os.environ.get("OPENAI_API_KEY")
    with ScriptedServer() if embedded else nullcontext() as server:
        address = server.base_url if server else None
        chat = ChatSSE(model="gpt-4o-mini", base_url=address)
        history: list[BaseMessage] = []
        for line in sys.stdin:
            if not line.strip():
                break
            history.append(HumanMessage(line.strip()))
            history.append(answer(chat, history))


def answer(chat: ChatSSE, history: list[BaseMessage]) -> AIMessageChunk:
    """Print an answer as it comes; return the whole of it, or what came."""
    whole = AIMessageChunk(content="")
    try:
        for chunk in chat.stream(history):
            print(chunk.text, end="", flush=True)
            whole += chunk
    except SSEChatError as error:
        print(f"\n[{type(error).__name__}: {error}]", end="")
    print()
    return whole


if __name__ == "__main__":
    main()
