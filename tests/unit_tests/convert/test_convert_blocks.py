from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import (
    invalid_tool_call,
    tool_call,
    tool_call_chunk,
)

from langchain_sse_chat.convert.blocks import (
    MODEL_PROVIDER,
    chunk_to_blocks,
    message_to_blocks,
)

OURS = {"model_provider": MODEL_PROVIDER}
IMAGE = {"type": "image", "url": "https://x.example/1.png"}


def test_a_message_has_reasoning_text_calls_and_invalid_calls() -> None:
    message = AIMessage(
        "a",
        additional_kwargs={"reasoning_content": "r"},
        tool_calls=[tool_call(name="f", args={"x": 1}, id="c")],
        invalid_tool_calls=[invalid_tool_call(name="g", args="{", id="d", error="cut")],
        response_metadata=OURS,
    )

    blocks = [
        {"type": "reasoning", "reasoning": "r"},
        {"type": "text", "text": "a"},
        {"type": "tool_call", "name": "f", "args": {"x": 1}, "id": "c"},
        {
            "type": "invalid_tool_call",
            "name": "g",
            "args": "{",
            "id": "d",
            "error": "cut",
        },
    ]
    assert message_to_blocks(message) == blocks
    assert message.content_blocks == blocks


@pytest.mark.parametrize(
    ("content", "blocks"),
    [
        ("", []),
        ([], []),
        (["a", "", IMAGE], [{"type": "text", "text": "a"}, IMAGE]),
    ],
)
def test_content_gives_its_parts(content: Any, blocks: list[Any]) -> None:
    assert message_to_blocks(AIMessage(content)) == blocks


@pytest.mark.parametrize("reasoning", ["", None, 5])
def test_reasoning_that_is_none_gives_no_block(reasoning: Any) -> None:
    message = AIMessage("", additional_kwargs={"reasoning_content": reasoning})

    assert message_to_blocks(message) == []


def test_each_block_of_a_chunk_has_an_index_of_its_own() -> None:
    chunk = AIMessageChunk(
        content="a",
        additional_kwargs={"reasoning_content": "r"},
        tool_call_chunks=[
            tool_call_chunk(name="f", args='{"x', id="c", index=1),
            tool_call_chunk(name=None, args="", id=None, index=None),
        ],
        response_metadata=OURS,
    )

    blocks = [
        {"type": "reasoning", "reasoning": "r", "index": "lc_rs_0"},
        {"type": "text", "text": "a", "index": "lc_txt_0"},
        {
            "type": "tool_call_chunk",
            "id": "c",
            "name": "f",
            "args": '{"x',
            "index": "lc_tc_1",
        },
        {"type": "tool_call_chunk", "id": None, "name": None, "args": ""},
    ]
    assert chunk_to_blocks(chunk) == blocks
    assert chunk.content_blocks == blocks


def test_chunks_that_are_merged_to_the_last_are_a_message() -> None:
    first = AIMessageChunk(
        content="a",
        tool_call_chunks=[tool_call_chunk(name="f", args="{}", id="c", index=0)],
        response_metadata=OURS,
    )
    last = AIMessageChunk(content="", chunk_position="last", response_metadata=OURS)

    assert (first + last).content_blocks == [
        {"type": "text", "text": "a"},
        {"type": "tool_call", "name": "f", "args": {}, "id": "c"},
    ]
