"""Answers of a model, as they are sent in the next request."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.tool import tool_call

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire

CACHE = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


PNG_V1 = {"type": "image", "base64": "AAAA", "mime_type": "image/png"}


def wire(message: BaseMessage) -> list[dict[str, Any]]:
    """Return the sent form of an answer, without the results that its calls lack."""
    return messages_to_wire([message], Dialect())[:1]


def call(name: str, arguments: str, call_id: str = "c1") -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


ADD = tool_call(name="add", args={"a": 1}, id="c1")
ADD_WIRE = call("add", '{"a": 1}')


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("a", "a"),
        ("", ""),
        ([], ""),
        (["a", "b"], "ab"),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        pytest.param(
            [{"type": "text", "text": "a", "annotations": [{"type": "citation"}]}],
            "a",
            id="annotations",
        ),
        pytest.param(
            [{"type": "text", "text": "a", "extras": {"signature": "s"}}],
            "a",
            id="extras",
        ),
        pytest.param(
            [{"type": "text", "text": "a", "index": "lc_txt_0", "id": "x"}],
            "a",
            id="index and id",
        ),
        pytest.param(
            ["a", {"type": "text", "text": "b", **CACHE}],
            [{"type": "text", "text": "a"}, {"type": "text", "text": "b", **CACHE}],
            id="cache control",
        ),
        (["a", PNG_V1], "a"),
        (["", PNG], ""),
        ([{"type": "output_text", "text": "a"}], "a"),
        ([{"text": "a"}, {"toolUse": {}}], "a"),
        ([{"type": "text", "text": None}, {"type": "text", "text": "b"}], "b"),
        pytest.param(
            [{"type": "non_standard", "value": {"type": "thinking", "thinking": "…"}}],
            "",
            id="thinking block",
        ),
        pytest.param(
            [{"type": "non_standard", "value": {"type": "reference", "ids": [1]}}],
            "",
            id="reference block",
        ),
        ([{"type": "non_standard", "value": {"type": "text", "text": "a"}}], "a"),
    ],
)
def test_an_answer_is_a_string_unless_that_loses_something(
    content: Any, sent: Any
) -> None:
    assert wire(AIMessage(content)) == [{"role": "assistant", "content": sent}]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "reasoning", "reasoning": "…"},
        {"type": "thinking", "thinking": "…", "signature": "s"},
        {"type": "redacted_thinking", "data": "…"},
        {"type": "reasoning_content", "reasoning_content": {}},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}"},
        {"type": "input_json_delta", "partial_json": "{"},
        {"type": "server_tool_use", "id": "s1", "name": "search", "input": {}},
        {"type": "server_tool_call_chunk", "id": "s1", "name": "search", "args": "{"},
        {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
        {"type": "tool_call", "id": "c1", "name": "add", "args": {"a": 1}},
        {"type": "tool_call_chunk", "id": "c1", "name": "add", "args": "{"},
        {"type": "invalid_tool_call", "id": "c1", "name": "add", "args": "{"},
        {"type": "server_tool_call", "id": "s1", "name": "search", "args": {}},
        {"type": "server_tool_result", "tool_call_id": "s1", "status": "success"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "code_interpreter_call", "id": "ci_1", "code": "1"},
        {"type": "mcp_call", "id": "m1", "name": "f", "arguments": "{}"},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
        {"type": "code_execution_tool_result", "tool_use_id": "s1", "content": {}},
        {"type": "executable_code", "executable_code": "1", "language": "PYTHON"},
        {"type": "code_execution_result", "code_execution_result": "1"},
        {"type": "guard_content", "guard_content": {"text": "x"}},
        {"type": "image_generation_call", "id": "ig_1", "result": "AAAA"},
        {"type": "image", "base64": "AAAA"},
        {"type": "a kind that nobody knows"},
    ],
    ids=lambda block: block["type"],
)
def test_blocks_that_are_no_content_on_the_wire_are_left_out(
    block: dict[str, Any],
) -> None:
    message = AIMessage([block, {"type": "text", "text": "a"}], tool_calls=[ADD])
    assert wire(message) == [
        {"role": "assistant", "content": "a", "tool_calls": [ADD_WIRE]}
    ]


@pytest.mark.parametrize("content", ["", []])
def test_an_answer_of_calls_alone_has_null_content(content: Any) -> None:
    assert wire(AIMessage(content, tool_calls=[ADD])) == [
        {"role": "assistant", "content": None, "tool_calls": [ADD_WIRE]}
    ]


def test_text_and_calls_of_one_turn_are_both_sent() -> None:
    (sent,) = wire(AIMessage("Let me add", tool_calls=[ADD]))
    assert sent["content"] == "Let me add"
    assert sent["tool_calls"] == [ADD_WIRE]


def test_a_refusal_is_sent() -> None:
    message = AIMessage("", additional_kwargs={"refusal": "I will not"})
    assert wire(message) == [
        {"role": "assistant", "content": "", "refusal": "I will not"}
    ]


def test_the_name_that_a_server_gives_itself_is_not_sent() -> None:
    extra = {"name": "MiniMax AI"}

    assert "name" not in wire(AIMessage("a", additional_kwargs=extra))[0]
    assert wire(AIMessage("a", name="bob", additional_kwargs=extra))[0]["name"] == "bob"


def test_the_state_of_a_function_call_is_sent_only_to_gigachat() -> None:
    message = AIMessage("", additional_kwargs={"functions_state_id": "s1"})
    assert wire(message) == [{"role": "assistant", "content": ""}]
    assert messages_to_wire([message], Dialect(tool_form="functions")) == [
        {"role": "assistant", "content": "", "functions_state_id": "s1"}
    ]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            AIMessage(
                "", additional_kwargs={"audio": {"id": "audio_1", "data": "AAAA"}}
            ),
            id="kwargs",
        ),
        pytest.param(
            AIMessage([{"type": "audio", "id": "audio_1", "base64": "AAAA"}]),
            id="block",
        ),
    ],
)
def test_a_spoken_answer_is_sent_by_its_id(message: AIMessage) -> None:
    assert wire(message) == [
        {"role": "assistant", "content": None, "audio": {"id": "audio_1"}}
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param([{"type": "audio", "base64": "AAAA"}], id="no id"),
        pytest.param(
            [{"type": "audio", "base64": "AAAA", "id": "lc_1"}], id="id by LangChain"
        ),
    ],
)
def test_a_spoken_answer_without_the_servers_id_is_left_out(content: Any) -> None:
    assert wire(AIMessage(content)) == [{"role": "assistant", "content": ""}]


def test_a_refusal_goes_back_in_its_own_field() -> None:
    blocks: Any = [{"type": "refusal", "refusal": "No."}]
    message = AIMessage(content=blocks)

    assert messages_to_wire([message], Dialect()) == [
        {"role": "assistant", "content": "", "refusal": "No."}
    ]
