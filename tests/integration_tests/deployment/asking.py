"""How the tests ask a model. Worker processes import this."""

from __future__ import annotations

import asyncio

from langchain_sse_chat import ChatSSE


def said(prompt: str) -> str:
    """Return the embedded server's answer to a prompt."""
    return f"You said: {prompt}"


def ask(chat: ChatSSE, prompt: str) -> str:
    """Stream an answer in blocking code and return its text."""
    return "".join(chunk.text for chunk in chat.stream(prompt))


async def aask(chat: ChatSSE, prompt: str) -> str:
    """Stream an answer in async code and return its text."""
    return "".join([chunk.text async for chunk in chat.astream(prompt)])


def ask_in_new_loop(chat: ChatSSE, prompt: str) -> str:
    """Stream an answer in an event loop that lasts for it alone."""
    return asyncio.run(aask(chat, prompt))


def ask_both_ways(chat: ChatSSE, prompt: str) -> str:
    """Stream an answer in blocking code and in async code; they are the same."""
    text = ask(chat, prompt)
    assert ask_in_new_loop(chat, prompt) == text
    return text
