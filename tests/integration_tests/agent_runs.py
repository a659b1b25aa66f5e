"""Share a tool and a way to run a graph between the tests of agents."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool

QUESTION = {"messages": "The weather?"}
BOTH = pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])


@tool
def get_weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


def call_of(city: str) -> dict[str, Any]:
    return {"name": "get_weather", "arguments": {"city": city}}


def usage_of(total: int) -> dict[str, int]:
    return {"prompt_tokens": total - 1, "completion_tokens": 1, "total_tokens": total}


async def streamed(graph: Any, *, sync: bool, mode: str | list[str]) -> list[Any]:
    if sync:
        return list(graph.stream(QUESTION, stream_mode=mode))
    return [part async for part in graph.astream(QUESTION, stream_mode=mode)]


async def invoked(graph: Any, *, sync: bool) -> dict[str, Any]:
    result = graph.invoke(QUESTION) if sync else await graph.ainvoke(QUESTION)
    return dict(result)


def steps_of(chunks: list[AIMessageChunk]) -> list[list[AIMessageChunk]]:
    """Return the chunks of each message by itself, by their ids."""
    by_id: dict[str | None, list[AIMessageChunk]] = {}
    for chunk in chunks:
        by_id.setdefault(chunk.id, []).append(chunk)
    return list(by_id.values())
