"""Both ways to the protocol events of a model, and a handler for tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import (
    BaseCallbackHandler,
)
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
)

from langchain_sse_chat import ChatSSE

MakeChat = Callable[..., ChatSSE]
QUESTION: list[BaseMessage] = [HumanMessage("Hello")]


def hook(chat: ChatSSE, *, sync: bool, **kwargs: Any) -> list[Any]:
    """Return the events of the method that LangChain looks for."""
    if sync:
        return list(chat._stream_chat_model_events(QUESTION, **kwargs))

    async def gather() -> list[Any]:
        return [e async for e in chat._astream_chat_model_events(QUESTION, **kwargs)]

    return asyncio.run(gather())


def events_v3(chat: ChatSSE, *, sync: bool) -> tuple[list[Any], AIMessage]:
    """Return the events and the message of the public methods."""
    if sync:
        stream = chat.stream_events("Hello", version="v3")
        return list(stream), stream.output

    async def gather() -> tuple[list[Any], AIMessage]:
        stream = await chat.astream_events("Hello", version="v3")
        return [event async for event in stream], await stream.output

    return asyncio.run(gather())


class Tokens(BaseCallbackHandler):
    """Keeps what it is told of tokens."""

    def __init__(self) -> None:
        self.chunks: list[Any] = []

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
        assert chunk.text == token
        self.chunks.append(chunk)
