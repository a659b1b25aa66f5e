"""Measure the floor below any chat model: httpx, and LangChain's own loops."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

PROMPT = "Hello"


def body(prompt: str) -> dict[str, Any]:
    """Return a request for a stream with usage."""
    return {
        "model": "m",
        "messages": [{"role": "user", "content": prompt}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


class Httpx:
    """Reads the bytes and does nothing with them."""

    def __init__(self, url: str) -> None:
        """Read from a base URL."""
        limits = httpx.Limits(max_connections=None)
        self.url = f"{url}/chat/completions"
        self.client = httpx.Client(limits=limits, timeout=60)
        self.aclient = httpx.AsyncClient(limits=limits, timeout=60)

    def reads(self) -> Iterator[bytes]:
        """Give the bytes as they come."""
        with self.client.stream("POST", self.url, json=body(PROMPT)) as response:
            response.raise_for_status()
            yield from response.iter_raw()

    async def areads(self, prompt: str = PROMPT) -> AsyncIterator[bytes]:
        """Give the bytes as they come."""
        asked = body(prompt)
        async with self.aclient.stream("POST", self.url, json=asked) as response:
            response.raise_for_status()
            async for data in response.aiter_raw():
                yield data


class Floor(BaseChatModel):
    """Reads the bytes and yields a chunk for each event, without looking at it.

    Its protocol events come out of LangChain's own loop over events that are there
    already; it makes no chunks for them.
    """

    source: Any

    @property
    def _llm_type(self) -> str:
        return "floor"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        events = sum(data.count(b"\n\n") for data in self.source.reads())
        message = AIMessage(" word" * events)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(self, *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for data in self.source.reads():
            for _event in range(data.count(b"\n\n")):
                yield ChatGenerationChunk(message=AIMessageChunk(content=" word"))

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        async for data in self.source.areads():
            for _event in range(data.count(b"\n\n")):
                yield ChatGenerationChunk(message=AIMessageChunk(content=" word"))

    def _stream_chat_model_events(self, *_: Any, **__: Any) -> Iterator[dict[str, Any]]:
        for data in self.source.reads():
            for _event in range(data.count(b"\n\n")):
                yield _event_of(" word")

    async def _astream_chat_model_events(
        self, *_: Any, **__: Any
    ) -> AsyncIterator[dict[str, Any]]:
        async for data in self.source.areads():
            for _event in range(data.count(b"\n\n")):
                yield _event_of(" word")


def _event_of(text: str) -> dict[str, Any]:
    delta = {"type": "text-delta", "text": text}
    return {"event": "content-block-delta", "index": 0, "delta": delta}
