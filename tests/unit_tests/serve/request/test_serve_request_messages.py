from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_sse_chat.serve.request.limits import RequestLimits
from tests.unit_tests.serve.bodies import QUESTION, param_of, read, refusal

CALL = {
    "id": "1",
    "type": "function",
    "function": {"name": "f", "arguments": '{"a": 1}'},
}
CALLED = {"name": "f", "args": {"a": 1}, "id": "1", "type": "tool_call"}


def message(**fields: Any) -> BaseMessage:
    [found] = read(messages=[fields]).messages
    return found


def test_each_role_has_its_message() -> None:
    found = read(
        messages=[
            {"role": "system", "content": "Be kind.", "name": "s"},
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": "Hi", "name": "Ann"},
            {"role": "assistant", "content": "Hello", "name": "Bob"},
            {"role": "tool", "content": "3", "tool_call_id": "1", "name": "f"},
            {"role": "function", "content": "3", "name": "f"},
        ]
    ).messages

    assert found == [
        SystemMessage("Be kind.", name="s"),
        SystemMessage("Be brief.", additional_kwargs={"__openai_role__": "developer"}),
        HumanMessage("Hi", name="Ann"),
        AIMessage("Hello", name="Bob"),
        ToolMessage("3", tool_call_id="1", name="f"),
        FunctionMessage(content="3", name="f"),
    ]


def test_an_answer_may_have_calls_instead_of_content() -> None:
    found = message(role="assistant", content=None, tool_calls=[CALL])

    assert isinstance(found, AIMessage)
    assert found.tool_calls == [CALLED]
    assert found.content == ""


def test_an_answer_keeps_a_broken_call() -> None:
    broken = {**CALL, "function": {"name": "f", "arguments": '{"a": '}}
    found = message(role="assistant", tool_calls=[broken])

    assert isinstance(found, AIMessage)
    assert found.tool_calls == []
    assert [call["args"] for call in found.invalid_tool_calls] == ['{"a": ']


@pytest.mark.parametrize(
    ("fields", "further"),
    [
        ({"refusal": "No"}, {"refusal": "No"}),
        (
            {"function_call": {"name": "f", "arguments": "{}"}},
            {"function_call": {"name": "f", "arguments": "{}"}},
        ),
        ({"audio": {"id": "a"}}, {"audio": {"id": "a"}}),
        (
            {"reasoning_content": "Hm"},
            {"reasoning_content": "Hm", "reasoning_key": "reasoning_content"},
        ),
        (
            {"reasoning": "Hm"},
            {"reasoning_content": "Hm", "reasoning_key": "reasoning"},
        ),
        (
            {"reasoning_details": [{"text": "Hm"}]},
            {
                "reasoning_content": "Hm",
                "reasoning_key": "reasoning_details",
                "reasoning_details": [{"text": "Hm"}],
            },
        ),
        ({"thinking_blocks": [{"a": 1}]}, {"thinking_blocks": [{"a": 1}]}),
        ({"reasoning_opaque": "x"}, {"reasoning_opaque": "x"}),
        ({"functions_state_id": "x"}, {"functions_state_id": "x"}),
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_answer_may_have_more_than_content(
    fields: dict[str, Any], further: dict[str, Any]
) -> None:
    found = message(role="assistant", content=None, **fields)

    assert (found.content, found.additional_kwargs) == ("", further)


def test_refusals_in_the_content_are_refusals() -> None:
    parts = [
        {"type": "refusal", "refusal": "No"},
        {"type": "refusal", "refusal": "!"},
    ]
    said = {"type": "text", "text": "a"}

    alone = message(role="assistant", content=parts)
    beside = message(role="assistant", content=[said, *parts], refusal="And ")

    assert (alone.content, alone.additional_kwargs) == ("", {"refusal": "No!"})
    assert beside.content == [said]
    assert beside.additional_kwargs == {"refusal": "And No!"}


@pytest.mark.parametrize("role", ["tool", "function"])
def test_a_result_may_be_null(role: str) -> None:
    found = message(role=role, content=None, tool_call_id="1", name="f")
    assert found.content == ""


def test_null_and_empty_fields_count_as_missing() -> None:
    found = message(
        role="assistant",
        content="a",
        name="",
        refusal=None,
        audio=None,
        function_call=None,
        tool_calls=None,
        reasoning_content=None,
        reasoning="",
        reasoning_details=[],
    )
    assert found == AIMessage("a")


@pytest.mark.parametrize("role", ["system", "user", "assistant", "tool"])
def test_unknown_keys_do_not_reach_the_message(role: str) -> None:
    found = message(
        role=role,
        content="a",
        tool_call_id="1",
        id="m",
        type="remove",
        artifact={"a": 1},
        status="error",
        example=True,
        additional_kwargs={"a": 1},
        response_metadata={"a": 1},
        usage_metadata={"a": 1},
        lc=1,
        kwargs={},
    )
    assert found.id is None
    assert (found.additional_kwargs, found.response_metadata) == ({}, {})
    assert found.model_dump().get("artifact") is None


BROKEN: dict[str, Any] = {
    "null": None,
    "string": "Hi",
    "list": ["user", "Hi"],
    "no role": {"content": "Hi"},
    "role is a number": {"role": 5, "content": "Hi"},
    "role is a list": {"role": ["user"], "content": "Hi"},
    "role of a graph": {"role": "remove", "content": "", "id": "m"},
    "LangChain's role": {"role": "human", "content": "Hi"},
    "constructor": {"lc": 1, "type": "constructor", "id": ["HumanMessage"]},
    "user without content": {"role": "user"},
    "user with null": {"role": "user", "content": None},
    "system with null": {"role": "system", "content": None},
    "empty answer": {"role": "assistant", "content": None},
    "answer with no calls": {"role": "assistant", "tool_calls": []},
    "name is a number": {**QUESTION, "name": 5},
    "long name": {**QUESTION, "name": "n" * 300},
    "result without id": {"role": "tool", "content": "3"},
    "result with a number": {"role": "tool", "content": "3", "tool_call_id": 5},
    "result with an empty id": {"role": "tool", "content": "3", "tool_call_id": ""},
    "function without name": {"role": "function", "content": "3"},
    "function with an empty name": {"role": "function", "content": "3", "name": ""},
    "call without id": {
        "role": "assistant",
        "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}],
    },
    "calls are an object": {"role": "assistant", "tool_calls": CALL},
    "function call": {"role": "assistant", "function_call": "f"},
    "audio": {"role": "assistant", "audio": {"data": "AA=="}},
    "refusal": {"role": "assistant", "refusal": {}},
    "reasoning": {"role": "assistant", "content": "a", "reasoning_content": ["Hm"]},
    "opaque": {"role": "assistant", "content": "a", "reasoning_opaque": 5},
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_message_is_refused_with_its_path(sent: Any) -> None:
    messages = [QUESTION, {"role": "assistant", "content": "a"}, QUESTION, sent]
    assert param_of(messages=messages) == "messages[3]"


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (None, "missing_required_parameter"),
        ([], "invalid_value"),
        ({}, "invalid_type"),
        ("Hi", "invalid_type"),
        (5, "invalid_type"),
    ],
)
def test_there_must_be_a_list_of_messages(messages: Any, code: str) -> None:
    failure = refusal(messages=messages)

    assert (failure.status, failure.param, failure.code) == (400, "messages", code)


def test_too_many_messages_are_refused() -> None:
    assert param_of(RequestLimits(messages=2), messages=[QUESTION] * 3) == "messages"
    assert len(read(RequestLimits(messages=3), messages=[QUESTION] * 3).messages) == 3
