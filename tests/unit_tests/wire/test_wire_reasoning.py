"""Where the reasoning of an answer came from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from langchain_core.messages import message_chunk_to_message

from langchain_sse_chat.answer.pipeline import PipelineOptions
from langchain_sse_chat.wire.reasoning import (
    merge_details,
    merge_thinking_blocks,
    read_reasoning,
    reasoning_in,
)
from tests.unit_tests.wire.wire_streams import (
    WHERE,
    assembled,
    chunk,
    chunks_of,
    error_of,
    events,
    last_of,
    merged,
    result_of,
    text,
)

STOP = chunk({}, "stop")
TAGGED = PipelineOptions(url=WHERE, reasoning_tags=("<think>", "</think>"))
UNOPENED = PipelineOptions(url=WHERE, reasoning_tags=("", "</think>"))


def part(thinking: str) -> dict[str, Any]:
    """Return a delta with reasoning as a part of the content."""
    return {"content": [{"type": "thinking", "thinking": [{"text": thinking}]}]}


def details(reasoning: str) -> dict[str, Any]:
    return {"reasoning_details": [{"type": "reasoning.text", "text": reasoning}]}


def kept(sent: list[Any], options: PipelineOptions = TAGGED) -> dict[str, Any]:
    """Return `additional_kwargs`, which every way of reading agrees on."""
    chunks = chunks_of(events(sent), options)
    whole = merged(chunks)
    fields = whole.additional_kwargs
    assert "reasoning_key" in last_of(chunks).additional_kwargs
    for message in (
        message_chunk_to_message(whole),
        assembled(chunks),
        result_of(events(sent), options),
    ):
        assert message.additional_kwargs == fields
    assert json.loads(json.dumps(fields)) == fields
    return fields


@pytest.mark.parametrize(
    ("deltas", "key"),
    [
        pytest.param(
            [{"reasoning_content": "r"}, {"reasoning_content": "s"}],
            "reasoning_content",
            id="reasoning_content",
        ),
        pytest.param(
            [{"reasoning": "r"}, {"reasoning": "s"}], "reasoning", id="reasoning"
        ),
        pytest.param([{"reasoning_text": "rs"}], "reasoning_text", id="reasoning_text"),
        pytest.param(
            [{"reasoning": "r"}, {"reasoning_content": "s"}],
            "reasoning",
            id="another key later",
        ),
        pytest.param(
            [{"reasoning": "rs", "reasoning_content": "rs"}],
            "reasoning_content",
            id="both keys",
        ),
        pytest.param([details("r"), details("s")], "reasoning_details", id="details"),
        pytest.param(
            [{"reasoning": "r", **details("r")}, {"reasoning": "s"}],
            "reasoning",
            id="reasoning next to details",
        ),
        pytest.param(
            [details("r"), {"reasoning": "s"}], "reasoning", id="details first"
        ),
        pytest.param([part("r"), part("s")], "content", id="content part"),
        pytest.param(
            [{**part("r"), "reasoning": "r"}, {"reasoning": "s"}],
            "reasoning",
            id="reasoning next to a part",
        ),
        pytest.param(
            [{"content": "<think>r"}, {"content": "s</think>"}],
            ["<think>", "</think>"],
            id="tags",
        ),
        pytest.param(
            [{"reasoning": "r", "content": "<think>r"}, {"reasoning": "s"}],
            "reasoning",
            id="reasoning next to tags",
        ),
    ],
)
def test_the_first_source_of_the_reasoning_is_remembered(
    deltas: list[dict[str, Any]], key: Any
) -> None:
    fields = kept([*map(chunk, deltas), text("\n"), STOP])

    assert (fields["reasoning_content"], fields["reasoning_key"]) == ("rs", key)


def test_the_tag_of_reasoning_that_began_in_the_prompt_is_remembered() -> None:
    fields = kept([text("r</think>"), text("a"), STOP], UNOPENED)

    assert fields["reasoning_key"] == ["", "</think>"]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "r"}]}],
        [{"type": "thinking", "thinking": "r"}, "a"],
        {"type": "reasoning", "text": "r"},
    ],
)
def test_parts_of_a_form_that_may_not_go_back_have_no_source(content: Any) -> None:
    sent = events([chunk({"content": content}), STOP])

    assert merged(chunks_of(sent)).additional_kwargs == {"reasoning_content": "r"}
    assert result_of(sent, TAGGED).additional_kwargs == {"reasoning_content": "r"}


def test_an_answer_without_reasoning_has_no_source_of_it() -> None:
    sent = events([text("a"), chunk({"reasoning": ""}), STOP])

    assert merged(chunks_of(sent, TAGGED)).additional_kwargs == {}
    assert result_of(sent, TAGGED).additional_kwargs == {}


@pytest.mark.parametrize("done", ["s</think>", "s</thi"])
def test_a_partial_answer_remembers_it_too(done: str) -> None:
    cut = PipelineOptions(WHERE, "accept", reasoning_tags=("<think>", "</think>"))
    sent = events([text("<think>r"), text(done)], done=False)

    message = merged(chunks_of(sent, cut))

    assert message.additional_kwargs["reasoning_key"] == ["<think>", "</think>"]


@pytest.mark.parametrize("given", ["rs", ""])
def test_the_partial_message_of_an_error_remembers_it_too(given: str) -> None:
    sent = events([text(f"<think>{given}</thi")], done=False)

    error, _ = error_of(sent, options=TAGGED)

    assert error.partial is not None
    assert error.partial.additional_kwargs == {
        "reasoning_content": f"{given}</thi",
        "reasoning_key": ["<think>", "</think>"],
    }


def test_thinking_blocks_are_put_together_and_are_no_other_reasoning() -> None:
    def block(thinking: str, **more: Any) -> dict[str, Any]:
        blocks = [{"type": "thinking", "thinking": thinking, **more}]
        return {"reasoning_content": thinking, "thinking_blocks": blocks}

    sent = [chunk(block("r")), chunk(block("s")), chunk(block("", signature="x"))]
    fields = kept([*sent, chunk({"thinking_blocks": "odd"}), STOP])

    assert fields == {
        "reasoning_content": "rs",
        "reasoning_key": "reasoning_content",
        "thinking_blocks": [{"type": "thinking", "thinking": "rs", "signature": "x"}],
    }


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({}, ""),
        ({"reasoning_content": "a", "reasoning": "b"}, "a"),
        ({"reasoning_content": "", "reasoning": "b"}, "b"),
        ({"reasoning_content": None, "reasoning_text": "c"}, "c"),
        ({"reasoning": {"x": 1}}, ""),
        ({"reasoning_details": [{"text": "a"}, {"summary": "b"}, {"data": "x"}]}, "ab"),
        ({"reasoning_details": ["x", {"text": 5}, {"text": "a"}]}, "a"),
        ({"reasoning_details": "x"}, ""),
    ],
)
def test_reasoning_is_read_from_the_first_key_that_has_any(
    delta: dict[str, Any], text: str
) -> None:
    assert read_reasoning(delta)[0] == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ({"thinking": "a"}, "a"),
        ({"thinking": [{"text": "a"}, "x", {"text": 5}, {"text": "b"}]}, "ax5b"),
        ({"reasoning": "a"}, "a"),
        ({"text": "a"}, "a"),
        ({"summary": [{"text": "a"}, {"text": "b", "signature": "s"}]}, "ab"),
        ({"thinking": 5}, "5"),
        ({"thinking": True}, ""),
        ({"content": "a", "signature": "s"}, "a"),
        ({}, ""),
    ],
)
def test_a_part_of_reasoning_gives_its_text(part: dict[str, Any], text: str) -> None:
    assert reasoning_in(part) == text


@pytest.mark.parametrize(
    ("items", "merged"),
    [
        ([{"index": 0, "text": "a"}, {"index": 0, "text": "b"}],
         [{"index": 0, "text": "ab"}]),
        ([{"index": 0, "summary": "a"}, {"index": 0, "summary": "b", "x": 1}],
         [{"index": 0, "summary": "ab", "x": 1}]),
        ([{"index": 0, "data": "a"}, {"index": 0, "data": None}],
         [{"index": 0, "data": "a"}]),
        ([{"index": 0, "text": "a"}, {"index": 0, "text": 5}],
         [{"index": 0, "text": "a"}]),
        ([{"index": 0}, {"index": 0, "signature": "s"}],
         [{"index": 0, "signature": "s"}]),
        ([{"index": 0, "type": "x"}, {"index": 0, "type": "y"}],
         [{"index": 0, "type": "x"}, {"index": 0, "type": "y"}]),
        ([{"index": 0, "text": "a"}, {"index": 1, "text": "b"},
          {"index": 0, "text": "c"}],
         [{"index": 0, "text": "ac"}, {"index": 1, "text": "b"}]),
        ([{"index": 0, "id": "q", "data": "a"}, {"index": 0, "data": "b"},
          {"index": 0, "id": "r", "data": "c"}, {"index": 0, "id": "q", "data": "d"}],
         [{"index": 0, "id": "q", "data": "abd"},
          {"index": 0, "id": "r", "data": "c"}]),
        ([{"data": "a"}, {"data": "a"}], [{"data": "a"}, {"data": "a"}]),
        ([{"text": "a"}, {"text": "b"}], [{"text": "ab"}]),
        ([{"text": "a"}, {"text": "b", "id": "r"}],
         [{"text": "a"}, {"text": "b", "id": "r"}]),
        ([{"text": "a", "id": "q"}, {"text": "b", "id": "r"}],
         [{"text": "a", "id": "q"}, {"text": "b", "id": "r"}]),
        ([{"text": "a", "signature": "s"}, {"text": "b", "signature": "s"}],
         [{"text": "a", "signature": "s"}, {"text": "b", "signature": "s"}]),
        ([{"index": 0, "signature": "s"}, {"index": 0, "signature": ""}],
         [{"index": 0, "signature": "s"}]),
        ([{"index": [0]}, {"index": [0]}], [{"index": [0]}, {"index": [0]}]),
        ([{"index": 0, "type": []}, {"index": 0, "type": []}],
         [{"index": 0, "type": []}, {"index": 0, "type": []}]),
        (["x", None, {"index": 0}], [{"index": 0}]),
    ],
)  # fmt: skip
def test_reasoning_details_are_put_together_by_type_and_index(
    items: list[Any], merged: list[Any]
) -> None:
    assert merge_details([[item] for item in items]) == merged


def test_reasoning_that_came_in_one_piece_is_kept_as_it_is() -> None:
    items = [{"text": "a"}, {"text": "b"}, {"index": 0}, {"index": 0}, "x"]

    assert merge_details([items]) == items
    assert merge_thinking_blocks([items]) == items


@pytest.mark.parametrize(
    ("items", "merged"),
    [
        (["ab", "c", "!s"], ["abc!s"]),
        (["a!s", "b", "c!t"], ["a!s", "bc!t"]),
        (["a", "-", "b", "c"], ["a", "-", "bc"]),
        (["a", None], ["a"]),
    ],
)
def test_thinking_blocks_end_with_their_signature(
    items: list[str | None], merged: list[str]
) -> None:
    given = [[item if item is None else thinking_block(item)] for item in items]

    assert merge_thinking_blocks(given) == [thinking_block(item) for item in merged]


def thinking_block(text: str) -> dict[str, Any]:
    """Return a block of `text!signature`; `-` is a redacted one."""
    if text == "-":
        return {"type": "redacted_thinking", "data": "x"}
    thinking, _, signature = text.partition("!")
    block = {"type": "thinking", "thinking": thinking}
    return {**block, "signature": signature} if signature else block
