"""Items of LangChain as parts of an answer."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.messages.ai import UsageMetadata

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.answer.reader import AnswerReader

USAGE = UsageMetadata(input_tokens=1, output_tokens=2, total_tokens=3)
COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def read(*items: Any, runs_tools: bool = False) -> tuple[list[Part], Finish]:
    """Return all parts of an answer, and its end."""
    reader = AnswerReader(runs_tools=runs_tools)
    parts = [part for item in items for part in reader.feed(item)]
    rest, finish = reader.close()
    return parts + rest, finish


def chunk(content: Any = "", **fields: Any) -> AIMessageChunk:
    return AIMessageChunk(content=content, **fields)


def end(**metadata: Any) -> AIMessageChunk:
    return chunk(response_metadata=metadata, chunk_position="last")


def test_texts_and_chunks_of_text_are_texts() -> None:
    assert read("Hel", chunk("lo"), "", chunk(""), HumanMessage("!"))[0] == [
        "Hel",
        "lo",
        "!",
    ]


def test_reasoning_of_deepseek_comes_before_the_text_of_its_chunk() -> None:
    first = chunk("Hi", additional_kwargs={"reasoning_content": "Hm"})

    assert read(first)[0] == [Delta(reasoning="Hm"), "Hi"]


def test_a_refusal_of_openai_is_a_refusal() -> None:
    assert read(chunk(additional_kwargs={"refusal": "No."}))[0] == [
        Delta(refusal="No.")
    ]


def test_blocks_of_claude_are_reasoning_and_text() -> None:
    claude = {"model_provider": "anthropic"}
    parts, finish = read(
        chunk(
            [{"type": "thinking", "thinking": "Hm", "index": 0}],
            response_metadata=claude,
        ),
        chunk([{"type": "text", "text": "Hi", "index": 1}], response_metadata=claude),
        end(stop_reason="end_turn", **claude),
    )

    assert parts == [Delta(reasoning="Hm"), "Hi"]
    assert (finish.reason, finish.native_reason) == ("stop", "end_turn")


def test_images_and_sources_of_blocks_come_at_the_end() -> None:
    source: Any = {"type": "citation", "url": "http://a.test"}
    _, finish = read(
        AIMessage(
            content_blocks=[
                {"type": "text", "text": "Hi", "annotations": [source]},
                {"type": "image", "url": "http://b.test/i.png"},
                {"type": "image", "base64": "aaaa", "mime_type": "image/webp"},
                {"type": "non_standard", "value": {"a": 1}},
            ]
        )
    )

    assert finish.fields == {
        "annotations": [source],
        "images": [
            {"type": "image_url", "image_url": {"url": "http://b.test/i.png"}},
            {
                "type": "image_url",
                "image_url": {"url": "data:image/webp;base64,aaaa"},
            },
        ],
    }


def test_a_call_without_a_number_continues_the_last_one() -> None:
    parts, finish = read(
        chunk(tool_call_chunks=[{"name": "f", "args": "{", "id": "c", "index": None}]),
        chunk(
            tool_call_chunks=[{"name": None, "args": "}", "id": None, "index": None}]
        ),
    )

    assert parts == [
        Delta(tool_calls=[ToolCallDelta(0, "c", "f", "{")]),
        Delta(tool_calls=[ToolCallDelta(0, None, None, "}")]),
    ]
    assert finish.reason == "tool_calls"


def test_a_whole_message_has_whole_calls() -> None:
    message = AIMessage(
        content="",
        tool_calls=[{"name": "f", "args": {"a": "я"}, "id": "c1"}],
        invalid_tool_calls=[{"name": "g", "args": '{"b', "id": "c2", "error": "e"}],
    )

    assert read(message)[0] == [
        Delta(
            tool_calls=[
                ToolCallDelta(0, "c1", "f", '{"a": "я"}'),
                ToolCallDelta(1, "c2", "g", '{"b'),
            ]
        )
    ]


def test_tools_that_the_server_runs_are_no_calls() -> None:
    called = chunk(
        "Let me look.",
        tool_call_chunks=[{"name": "f", "args": "{}", "id": "c", "index": 0}],
        response_metadata={"finish_reason": "tool_calls"},
    )
    run = ToolRun("c", "f", output="1")

    parts, finish = read(called, run, NextMessage(), chunk("It is 1."), runs_tools=True)

    assert parts == ["Let me look.", run, "\n\nIt is 1."]
    assert (finish.reason, finish.call_entries) == ("stop", {})


def test_an_agent_that_ends_with_a_call_has_not_called_for_the_client() -> None:
    called = chunk(
        tool_call_chunks=[{"name": None, "args": "{}", "id": "c", "index": 0}],
        response_metadata={"finish_reason": "tool_calls"},
    )

    parts, finish = read(called, runs_tools=True)

    assert (parts, finish.reason) == ([], "stop")


def test_messages_without_text_are_not_separated() -> None:
    assert read(NextMessage(), "a", NextMessage(), NextMessage(), "b")[0] == [
        "a",
        "\n\nb",
    ]


def test_messages_may_stay_apart() -> None:
    reader = AnswerReader(joins_messages=False)
    items = ["a", NextMessage(), chunk("b"), NextMessage()]
    parts = [part for item in items for part in reader.feed(item)]
    assert parts == [*items[:2], "b", NextMessage()]
    assert not reader.in_text


def test_parts_pass_unchanged() -> None:
    parts = [Delta(reasoning="Hm"), ToolRun("1", "f"), Note(1)]

    assert read(*parts)[0] == parts


def test_values_are_sent_as_json_at_the_end() -> None:
    assert read({"a": 1}, {"a": 1, "b": "я"})[0] == ['{"a": 1, "b": "я"}']


def test_log_probabilities_of_all_chunks_are_joined() -> None:
    pieces = [{"content": [1], "refusal": None}, None, {"content": [2], "x": 1}]
    chunks = [chunk("a", response_metadata={"logprobs": piece}) for piece in pieces]

    assert read(*chunks)[1].logprobs == {"content": [1, 2], "refusal": None, "x": 1}


def test_usage_is_the_sum_of_all_messages() -> None:
    one = chunk(usage_metadata=USAGE, response_metadata={"token_usage": COUNTS})

    assert read(one)[1].usage == COUNTS
    assert read(one, NextMessage(), one)[1].usage == {
        k: 2 * n for k, n in COUNTS.items()
    }


def test_fields_that_the_server_has_sent_beside_the_counts_are_kept() -> None:
    sent = {**COUNTS, "cost": 0.5}
    one = chunk(usage_metadata=USAGE, response_metadata={"token_usage": sent})

    assert read(one)[1].usage == sent


@pytest.mark.parametrize("calls", [None, "x", {"other": {}}, {"c": 1}], ids=str)
def test_odd_fields_of_calls_are_no_error(calls: Any) -> None:
    message = chunk(
        tool_call_chunks=[{"name": "f", "args": "{}", "id": "c", "index": 0}],
        additional_kwargs={"tool_call_extras": calls},
    )

    assert read(message)[1].call_entries == {}
