from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.content import KNOWN_BLOCK_TYPES
from langchain_core.messages.tool import (
    invalid_tool_call,
    tool_call,
    tool_call_chunk,
)

from langchain_sse_chat.answer.content_blocks import (
    chunk_to_blocks,
    message_to_blocks,
)
from langchain_sse_chat.message_keys import MODEL_PROVIDER

KEYS = (
    "annotations",
    "audio",
    "b64_json",
    "citations",
    "content_parts",
    "context",
    "copilot_annotations",
    "data",
    "file",
    "id",
    "image_url",
    "images",
    "refusal",
    "search_results",
    "start_index",
    "type",
    "url",
    "url_citation",
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


SOURCE = {"type": "url_citation", "url_citation": {"url": "https://x.example/a"}}
CITATION = {"type": "citation", "url": "https://x.example/a"}
FURTHER: dict[str, Any] = {
    "refusal": "no",
    "annotations": [SOURCE],
    "images": [
        {"type": "image_url", "image_url": {"url": "https://x.example/1.png"}},
        "https://x.example/2.png",
    ],
    "audio": {"id": "audio_1", "transcript": "Hi."},
    "content_parts": [{"type": "reference", "reference_ids": [1]}],
}
FURTHER_BLOCKS: list[dict[str, Any]] = [
    {"type": "refusal", "refusal": "no"},
    IMAGE,
    {"type": "image", "url": "https://x.example/2.png"},
    {"type": "audio", "id": "audio_1", "extras": {"transcript": "Hi."}},
    {"type": "non_standard", "value": {"type": "reference", "reference_ids": [1]}},
]


def test_what_stands_beside_the_text_comes_after_it() -> None:
    message = AIMessage(
        "a",
        additional_kwargs=FURTHER,
        tool_calls=[tool_call(name="f", args={}, id="c")],
        response_metadata=OURS,
    )

    assert message.content_blocks == [
        {"type": "text", "text": "a", "annotations": [CITATION]},
        {"type": "tool_call", "name": "f", "args": {}, "id": "c"},
        *FURTHER_BLOCKS,
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"refusal": "", "images": None, "audio": None, "content_parts": None},
        {"refusal": 5, "images": "x", "audio": [], "content_parts": "x"},
        {"annotations": [], "images": [], "audio": {}, "content_parts": []},
    ],
)
def test_fields_that_say_nothing_or_cannot_be_read_give_no_block(
    fields: dict[str, Any],
) -> None:
    message = AIMessage("a", additional_kwargs=fields)

    assert message_to_blocks(message) == [{"type": "text", "text": "a"}]


def test_sources_beside_the_message_are_the_text_s() -> None:
    message = AIMessage(
        "a", response_metadata={**OURS, "citations": ["https://x.example/a"]}
    )

    assert message.content_blocks == [
        {"type": "text", "text": "a", "annotations": [CITATION]}
    ]


def test_an_answer_without_text_has_its_sources_on_an_empty_one() -> None:
    message = AIMessage("", additional_kwargs={"annotations": [SOURCE]})

    assert message_to_blocks(message) == [
        {"type": "text", "text": "", "annotations": [CITATION]}
    ]


def test_a_refusal_may_stand_beside_the_message() -> None:
    message = AIMessage("", response_metadata={"refusal": "no"})

    assert message_to_blocks(message) == FURTHER_BLOCKS[:1]


@pytest.mark.parametrize(
    ("part", "block"),
    [
        ({"type": "text", "text": "a", "id": "b1"}, None),
        ({"type": "audio", "id": "audio_1"}, None),
        ({"type": "file", "file_id": "file-1"}, None),
        (
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "file", "file_id": "file-1"},
        ),
        ({"type": "image_url", "image_url": {"url": IMAGE["url"]}}, IMAGE),
        (
            {"type": "tool_use", "id": "c"},
            {"type": "non_standard", "value": {"type": "tool_use", "id": "c"}},
        ),
        (
            {"type": ["odd"], "id": ["c"]},
            {"type": "non_standard", "value": {"type": ["odd"], "id": ["c"]}},
        ),
    ],
)
def test_parts_of_the_content_become_standard_blocks(
    part: dict[str, Any], block: Any
) -> None:
    assert message_to_blocks(AIMessage([part])) == [block or part]


def test_what_the_content_has_already_is_not_added_again() -> None:
    """Blocks of version 1, whose message has lost that mark."""
    whole = AIMessage(
        "a",
        additional_kwargs={"reasoning_content": "r", **FURTHER},
        tool_calls=[tool_call(name="f", args={}, id="c")],
    )
    blocks: Any = message_to_blocks(whole)
    again = whole.model_copy(update={"content": blocks})

    assert message_to_blocks(again) == blocks


def test_calls_that_the_content_lacks_are_added() -> None:
    block = {"type": "tool_call", "name": "f", "args": {}, "id": "c"}
    message = AIMessage(
        [block],
        tool_calls=[
            tool_call(name=n, args={}, id=i) for n, i in [("f", "c"), ("g", "d")]
        ],
    )

    assert message_to_blocks(message) == [block, {**block, "name": "g", "id": "d"}]


def test_blocks_are_no_part_of_the_message() -> None:
    message = AIMessage([{"type": "text", "text": "a"}], additional_kwargs=FURTHER)
    before = repr(message)

    message_to_blocks(message)

    assert repr(message) == before


def test_the_last_chunk_has_indices_by_which_its_blocks_find_their_place() -> None:
    last = AIMessageChunk(
        content="",
        additional_kwargs=FURTHER,
        chunk_position="last",
        response_metadata=OURS,
    )

    assert last.content_blocks == [
        {"type": "text", "text": "", "annotations": [CITATION], "index": "lc_txt_0"},
        {**FURTHER_BLOCKS[0], "index": "lc_refusal_0"},
        {**FURTHER_BLOCKS[1], "index": "lc_image_0"},
        {**FURTHER_BLOCKS[2], "index": "lc_image_1"},
        {**FURTHER_BLOCKS[3], "index": "lc_audio_0"},
        {**FURTHER_BLOCKS[4], "index": "lc_non_standard_0"},
    ]


@pytest.mark.parametrize(
    "first",
    [
        {"content": "a"},
        {"content": "", "additional_kwargs": {"reasoning_content": "r"}},
        {
            "content": "",
            "tool_call_chunks": [tool_call_chunk(name="f", args="{}", id="c", index=0)],
        },
    ],
)
def test_the_blocks_of_a_merged_answer_have_no_indices(first: dict[str, Any]) -> None:
    last = AIMessageChunk(
        content="",
        additional_kwargs=FURTHER,
        chunk_position="last",
        response_metadata=OURS,
    )

    merged = AIMessageChunk(**first, response_metadata=OURS) + last

    assert merged.content_blocks[-len(FURTHER_BLOCKS) :] == FURTHER_BLOCKS
    assert not any("index" in block for block in merged.content_blocks)


def test_a_chunk_with_nothing_in_it_has_no_blocks() -> None:
    assert chunk_to_blocks(AIMessageChunk(content="")) == []
    assert chunk_to_blocks(AIMessageChunk(content=[])) == []


def test_pieces_of_a_refusal_wait_for_the_last_chunk() -> None:
    """LangChain's protocol events have no pieces of `non_standard` blocks."""
    piece = AIMessageChunk(content="", additional_kwargs={"refusal": "n"})

    assert chunk_to_blocks(piece) == []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from((*KEYS, "data:audio/wav;base64,UklG="))
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    fields=st.dictionaries(st.sampled_from(KEYS), JSON),
    beside=st.dictionaries(st.sampled_from(KEYS), JSON),
    text=st.text(),
)
def test_whatever_a_server_sends_there_are_blocks(
    fields: dict[str, Any], beside: dict[str, Any], text: str
) -> None:
    message = AIMessage(text, additional_kwargs=fields)
    message.response_metadata = beside

    blocks: Any = message_to_blocks(message)

    assert {block["type"] for block in blocks} <= KNOWN_BLOCK_TYPES
    assert text == "".join(b["text"] for b in blocks if b["type"] == "text")
    json.dumps(blocks)
