"""Every way to ask for an answer, and the content blocks that it has."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import (
    AIMessageChunk,
)

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import streamed

Blocks = list[dict[str, Any]]
Way = Callable[[bytes], Blocks]


def model(body: bytes, **fields: Any) -> ChatSSE:
    """Return a model whose server answers with this stream."""

    def answer(_: httpx.Request) -> httpx.Response:
        return streamed(body)

    return ChatSSE(
        model="m",
        base_url="http://test/v1",
        max_retries=0,
        http_client=httpx.Client(transport=httpx.MockTransport(answer)),
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
        **fields,
    )


def merged(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    """Return the message that the chunks add up to."""
    return chunks[0] + chunks[1:] if len(chunks) > 1 else chunks[0]


async def gathered(chat: ChatSSE) -> list[AIMessageChunk]:
    """Return all chunks of `astream`."""
    return [c async for c in chat.astream("Hello")]


async def answered(chat: ChatSSE) -> Any:
    """Return the message of `astream_events`."""
    return await (await chat.astream_events("Hello", version="v3")).output


def unindexed(blocks: Any) -> Blocks:
    """Return blocks without their indices."""
    return [{k: v for k, v in block.items() if k != "index"} for block in blocks]


def by_invoke(body: bytes, **fields: Any) -> Blocks:
    """Return the blocks of an answer, asked for by `invoke`."""
    return unindexed(model(body, **fields).invoke("Hello").content_blocks)


def by_ainvoke(body: bytes, **fields: Any) -> Blocks:
    """Return the blocks of an answer, asked for by `ainvoke`."""
    message = asyncio.run(model(body, **fields).ainvoke("Hello"))
    return unindexed(message.content_blocks)


def by_stream(body: bytes, **fields: Any) -> Blocks:
    """Return the blocks of an answer, asked for by `stream`."""
    chunks: Any = list(model(body, **fields).stream("Hello"))
    return unindexed(merged(chunks).content_blocks)


def by_astream(body: bytes, **fields: Any) -> Blocks:
    """Return the blocks of an answer, asked for by `astream`."""
    chunks = asyncio.run(gathered(model(body, **fields)))
    return unindexed(merged(chunks).content_blocks)


def by_events(body: bytes) -> Blocks:
    """Return the blocks of an answer, asked for by `stream_events`."""
    output = model(body).stream_events("Hello", version="v3").output
    return unindexed(output.content_blocks)


def by_aevents(body: bytes) -> Blocks:
    """Return the blocks of an answer, asked for by `astream_events`."""
    return unindexed(asyncio.run(answered(model(body))).content_blocks)


def in_blocks(way: Callable[..., Blocks]) -> Way:
    """Return the way with content in LangChain's blocks."""

    def blocks(body: bytes) -> Blocks:
        return way(body, output_version="v1")

    blocks.__name__ = f"{way.__name__}_v1"
    return blocks


CHUNK_WAYS: list[Way] = [by_invoke, by_ainvoke, by_stream, by_astream]
WAYS: list[Way] = [*CHUNK_WAYS, *map(in_blocks, CHUNK_WAYS), by_events, by_aevents]


def in_any_order(blocks: Blocks) -> list[str]:
    """Return blocks so that their order does not count."""
    return sorted(json.dumps(block, sort_keys=True) for block in blocks)


def with_one_reasoning(blocks: Blocks) -> Blocks:
    """Return the blocks with one for all reasoning.

    In protocol events reasoning is finished when something else begins.
    """
    thoughts = [block for block in blocks if block["type"] == "reasoning"]
    others = [block for block in blocks if block["type"] != "reasoning"]
    whole = {
        "type": "reasoning",
        "reasoning": "".join(b["reasoning"] for b in thoughts),
    }
    return [whole, *others] if thoughts else others


every_way = pytest.mark.parametrize("way", WAYS)
