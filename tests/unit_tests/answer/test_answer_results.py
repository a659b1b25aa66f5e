from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage

from langchain_sse_chat.answer.results import (
    ResultAssembler,
    combine_llm_outputs,
    response_metadata,
    wire_message_to_ai_message,
    wire_message_to_result,
)
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, WireToolCall
from langchain_sse_chat.workarounds.broken_calls import NOT_AN_OBJECT

USAGE = {"prompt_tokens": 1, "completion_tokens": 2}
OURS = {"model_provider": "sse-chat"}
STOPPED = {"normalized_finish_reason": "stop"}
CALLED = {"normalized_finish_reason": "tool_call"}
CALL = WireToolCall(0, "c", "f", '{"x": 1}', {"x": 1})
SIGNED = WireToolCall(2, "s", "f", "{}", {}, {"x": 1, "function": {"y": 2}})
CUSTOM = WireToolCall(
    3, "u", "g", '{"__arg1": "any text"}', {"__arg1": "any text"}, {"type": "custom"}
)
CUT = WireToolCall(1, "d", "g", '{"x', None)


def test_a_message_has_all_that_the_answer_had() -> None:
    message = wire_message_to_ai_message(
        AnswerMessage(
            text="a",
            reasoning="r",
            refusal="no",
            tool_calls=[CALL, CUT],
            usage=USAGE,
            message_fields={"images": [1]},
            metadata={"id": "x", "model": "m"},
        )
    )

    assert message == AIMessage(
        "a",
        additional_kwargs={"images": [1], "reasoning_content": "r", "refusal": "no"},
        tool_calls=[{"type": "tool_call", "id": "c", "name": "f", "args": {"x": 1}}],
        invalid_tool_calls=[
            {
                "type": "invalid_tool_call",
                "id": "d",
                "name": "g",
                "args": '{"x',
                "error": NOT_AN_OBJECT,
            }
        ],
        response_metadata={
            **OURS,
            "id": "x",
            "model_name": "m",
            "refusal": "no",
            "token_usage": USAGE,
        },
        usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    )


def test_what_only_the_server_understands_is_kept_for_it() -> None:
    message = wire_message_to_ai_message(
        AnswerMessage(
            reasoning="r", reasoning_key="reasoning", tool_calls=[CALL, SIGNED]
        )
    )

    assert message.additional_kwargs == {
        "reasoning_content": "r",
        "reasoning_key": "reasoning",
        "tool_call_extras": {"s": {"x": 1, "function": {"y": 2}}},
    }


def test_an_empty_answer_is_an_empty_message() -> None:
    assert wire_message_to_ai_message(AnswerMessage()) == AIMessage(
        "", response_metadata=OURS
    )


@pytest.mark.parametrize(
    ("message", "metadata"),
    [
        pytest.param(
            AnswerMessage(metadata={"model": "m"}), {"model_name": "m"}, id="model name"
        ),
        pytest.param(
            AnswerMessage(metadata={"model": {"id": "m"}}),
            {"model": {"id": "m"}},
            id="model object",
        ),
        pytest.param(
            AnswerMessage(metadata={"output_version": "v1"}), {}, id="output version"
        ),
        pytest.param(
            AnswerMessage(metadata={"model_provider": "x", "usage_note": 1}),
            {"usage_note": 1},
            id="provider",
        ),
        pytest.param(
            AnswerMessage(finish_reason="stop"),
            {"finish_reason": "stop", **STOPPED},
            id="finish reason",
        ),
        pytest.param(
            AnswerMessage(finish_reason="tool_calls", native_finish_reason="stop"),
            {"finish_reason": "tool_calls", "native_finish_reason": "stop", **CALLED},
            id="native reason",
        ),
        pytest.param(
            AnswerMessage(
                finish_reason="stop", metadata={"native_finish_reason": "END"}
            ),
            {"finish_reason": "stop", "native_finish_reason": "END", **STOPPED},
            id="reason of the server",
        ),
        pytest.param(
            AnswerMessage(
                finish_reason="tool_calls",
                native_finish_reason="stop",
                metadata={"native_finish_reason": "END"},
            ),
            {"finish_reason": "tool_calls", "native_finish_reason": "stop", **CALLED},
            id="both native reasons",
        ),
        pytest.param(
            AnswerMessage(finish_reason="stop", finish_reason_inferred=True),
            {"finish_reason": "stop", "finish_reason_inferred": True, **STOPPED},
            id="inferred reason",
        ),
        pytest.param(
            AnswerMessage(finish_reason="content_filter"),
            {
                "finish_reason": "content_filter",
                "normalized_finish_reason": "refusal",
                "refusal": "",
            },
            id="withheld",
        ),
        pytest.param(
            AnswerMessage(finish_reason="their own word"),
            {"finish_reason": "their own word"},
            id="unknown reason",
        ),
        pytest.param(
            AnswerMessage(logprobs={"content": []}),
            {"logprobs": {"content": []}},
            id="logprobs",
        ),
        pytest.param(AnswerMessage(usage=USAGE), {"token_usage": USAGE}, id="usage"),
    ],
)
def test_metadata_has_each_value_once(
    message: AnswerMessage, metadata: dict[str, Any]
) -> None:
    before = dict(message.metadata)

    assert response_metadata(message) == {**OURS, **metadata}
    assert message.metadata == before


def test_other_choices_have_the_form_of_the_wire() -> None:
    other = AnswerMessage(
        text="b",
        reasoning="r",
        refusal="no",
        tool_calls=[CALL, SIGNED, CUSTOM],
        message_fields={"images": [1]},
        finish_reason="stop",
    )
    message = AnswerMessage(other_choices=[other, AnswerMessage()])

    assert response_metadata(message)["other_choices"] == [
        {
            "message": {
                "role": "assistant",
                "content": "b",
                "reasoning_content": "r",
                "refusal": "no",
                "tool_calls": [
                    {
                        "id": "c",
                        "type": "function",
                        "function": {"name": "f", "arguments": '{"x": 1}'},
                    },
                    {
                        "id": "s",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{}", "y": 2},
                        "x": 1,
                    },
                    {
                        "id": "u",
                        "type": "custom",
                        "custom": {"name": "g", "input": "any text"},
                    },
                ],
                "images": [1],
            },
            "finish_reason": "stop",
        },
        {"message": {"role": "assistant", "content": ""}, "finish_reason": None},
    ]


def test_a_result_has_a_generation_for_each_choice() -> None:
    message = AnswerMessage(
        text="a",
        finish_reason="stop",
        usage=USAGE,
        metadata={"id": "x", "model": "m", "created": 1},
        other_choices=[AnswerMessage(text="b", finish_reason="length")],
    )

    result = wire_message_to_result(message)

    assert [g.text for g in result.generations] == ["a", "b"]
    assert [g.generation_info for g in result.generations] == [
        {"finish_reason": "stop"},
        {"finish_reason": "length"},
    ]
    assert result.llm_output == {
        **OURS,
        "id": "x",
        "model_name": "m",
        "token_usage": USAGE,
    }


def test_a_result_comes_at_the_end() -> None:
    assembler = ResultAssembler()

    assert assembler.feed("a") == []
    assert assembler.feed(Delta("a")) == []
    [result] = assembler.close(AnswerMessage(text="a"), Delta("a"))
    assert result.generations[0].text == "a"


def test_the_tokens_of_several_results_are_added_up() -> None:
    outputs = [
        {"model_name": "m", "token_usage": {"prompt_tokens": 1, "details": {"x": 1}}},
        None,
        {"model_name": "n", "token_usage": {"prompt_tokens": 2, "cached": True}},
        {"token_usage": None},
    ]

    assert combine_llm_outputs(outputs) == {
        "model_name": "m",
        "token_usage": {"prompt_tokens": 3},
    }
    assert combine_llm_outputs([None, {}]) == {}
    assert combine_llm_outputs([]) == {}
