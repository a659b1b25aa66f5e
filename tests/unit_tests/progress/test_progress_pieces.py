from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessageChunk,
    ToolMessageChunk,
)
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk

from langchain_sse_chat.progress.pieces import (
    belong_together,
    cut,
    interrupts_text,
    is_last,
    is_mergeable,
    merged,
    text_of,
)

CALL = AIMessageChunk(
    content="", tool_call_chunks=[tool_call_chunk(name="f", args="{}", id="1", index=0)]
)


def ai(content: Any, **fields: Any) -> AIMessageChunk:
    return AIMessageChunk(content=content, **fields)


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        pytest.param("text", True, id="text"),
        pytest.param(ai("a"), True, id="message chunk"),
        pytest.param(GenerationChunk(text="a"), True, id="generation"),
        pytest.param(ChatGenerationChunk(message=ai("a")), True, id="chat generation"),
        pytest.param(AIMessage("a"), False, id="message"),
        pytest.param({"a": 1}, False, id="dict"),
        pytest.param((1, 2), False, id="tuple"),
        pytest.param(3, False, id="number"),
    ],
)
def test_texts_and_chunks_can_be_merged(piece: object, expected: bool) -> None:
    assert is_mergeable(piece) is expected


def test_pieces_of_one_kind_and_message_belong_together() -> None:
    assert belong_together("a", "b")
    assert belong_together(ai("a", id="1"), ai("b"))
    assert belong_together(ai("a", id="1"), ai("b", id="1"))
    assert not belong_together(ai("a", id="1"), ai("b", id="2"))
    assert not belong_together("a", ai("b"))
    assert not belong_together(ai("a"), HumanMessageChunk(content="b"))


def test_the_last_chunk_of_a_message_says_so() -> None:
    assert is_last(ai("", chunk_position="last"))
    assert is_last(ChatGenerationChunk(message=ai("", chunk_position="last")))
    assert not is_last(ai(""))
    assert not is_last("text")


def test_texts_are_read_from_every_kind() -> None:
    pieces = ["a", ai("a"), ai([{"type": "text", "text": "a"}])]
    assert [text_of(piece) for piece in pieces] == ["a", "a", "a"]
    assert text_of(ChatGenerationChunk(message=ai("a"))) == "a"
    assert text_of(CALL) == ""
    assert text_of(3) == ""


def test_content_other_than_text_ends_the_text_before_it() -> None:
    assert interrupts_text(CALL)
    assert interrupts_text(ai("", additional_kwargs={"reasoning_content": "hm"}))
    assert interrupts_text(ChatGenerationChunk(message=CALL))
    assert not interrupts_text(ai(""))
    assert not interrupts_text("")
    assert not interrupts_text(ai("a"))


def test_pieces_are_merged_as_langchain_adds_them() -> None:
    first, second = ai("a", id="1"), ai("b", response_metadata={"model": "m"})

    assert merged(["a", "b", "c"]) == "abc"
    assert merged([first]) is first
    assert merged([first, second]) == first + second
    tools = [ToolMessageChunk(content=each, tool_call_id="1") for each in "ab"]
    assert merged(tools).content == "ab"


def test_a_cut_message_has_its_other_content_once() -> None:
    whole = AIMessageChunk(
        content="abc",
        id="1",
        usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
        response_metadata={"finish_reason": "stop"},
    )
    halves = cut(whole, 1)

    assert halves is not None
    assert [half.content for half in halves] == ["a", "bc"]
    assert halves[0] + halves[1] == whole
    assert whole.content == "abc"
    # The parts share nothing that a reader could change in both.
    assert halves[0].additional_kwargs is not halves[1].additional_kwargs


def test_texts_are_cut_and_content_blocks_are_not() -> None:
    tool = ToolMessageChunk(content="ab", tool_call_id="1")

    assert cut("abc", 2) == ("ab", "c")
    assert cut(ai([{"type": "text", "text": "abc"}]), 1) is None
    assert cut(tool, 1) == (
        ToolMessageChunk(content="a", tool_call_id="1"),
        ToolMessageChunk(content="b", tool_call_id="1"),
    )
