from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.sent_calls import (
    SentCalls,
    read_function_call,
    read_tool_calls,
)

LIMITS = RequestLimits(calls=2, name=10)


def call(arguments: Any = "{}", **further: Any) -> dict[str, Any]:
    function = {"name": "f", "arguments": arguments}
    return {"id": "1", "type": "function", "function": function, **further}


def calls(*entries: Any) -> SentCalls:
    return read_tool_calls(list(entries), "messages[0]", LIMITS)


@pytest.mark.parametrize("value", [None, []])
def test_there_may_be_no_calls(value: Any) -> None:
    assert not read_tool_calls(value, "messages[0]", LIMITS)


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ('{"a": [1]}', {"a": [1]}),
        ('{"a": "b\nc"}', {"a": "b\nc"}),
        ({"a": 1}, {"a": 1}),
        ("", {}),
        (" ", {}),
        (None, {}),
    ],
)
def test_the_arguments_are_an_object(arguments: Any, read: dict[str, Any]) -> None:
    found = calls(call(arguments))

    assert found
    assert found.valid == [{"name": "f", "args": read, "id": "1", "type": "tool_call"}]
    assert (found.invalid, found.further) == ([], {})


@pytest.mark.parametrize("arguments", ['{"a": 1', "[1]", "null", "3", '{"a": NaN}'])
def test_a_call_with_broken_arguments_is_kept_as_an_invalid_call(
    arguments: str,
) -> None:
    found = calls(call(arguments), call(id="2"))

    [broken] = found.invalid
    assert (broken["name"], broken["args"], broken["id"]) == ("f", arguments, "1")
    assert [one["id"] for one in found.valid] == ["2"]


def test_fields_of_other_servers_are_kept_by_the_id_of_their_call() -> None:
    signed = {"extra_content": {"google": {"thought_signature": "s"}}}
    assert calls(call(**signed), call(id="2")).further == {
        "tool_call_extras": {"1": signed}
    }


def test_a_call_of_a_custom_tool_has_its_input_as_the_argument() -> None:
    entry = {"id": "1", "type": "custom", "custom": {"name": "f", "input": "1 + 1"}}
    found = calls(entry)

    assert [one["args"] for one in found.valid] == [{"__arg1": "1 + 1"}]
    assert found.further == {"tool_call_extras": {"1": {"type": "custom"}}}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (5, "`messages[0].tool_calls[0]` must be an object"),
        ({}, "no `function`"),
        ({"id": "1", "type": "mcp", "mcp": {}}, "no `function`"),
        ({"id": "1", "name": "f", "arguments": "{}"}, "no `function`"),
        ({"function": {"name": "f", "arguments": "{}"}}, "no `id`"),
        ({"id": 5, "function": {"name": "f"}}, "no `id`"),
        ({"id": "1" * 11, "function": {"name": "f"}}, "at most 10 characters"),
        ({"id": "1", "function": {"arguments": "{}"}}, "no `name`"),
        ({"id": "1", "function": {"name": ""}}, "no `name`"),
        ({"id": "1", "function": {"name": "f" * 11}}, "at most 10 characters"),
    ],
    ids=[
        "no object",
        "empty",
        "call of another type",
        "fields without a function",
        "no id",
        "id that is a number",
        "id that is too long",
        "no name",
        "empty name",
        "name that is too long",
    ],
)
def test_a_broken_call_is_refused_with_its_place(entry: Any, message: str) -> None:
    with pytest.raises(RequestRefused) as caught:
        calls(entry)

    failure = caught.value.failure
    assert message in failure.message
    assert str(failure.param).startswith("messages[0].tool_calls[0]")


@pytest.mark.parametrize(
    "value", ["calls", {}, [call()] * 3], ids=["text", "object", "too many"]
)
def test_what_is_not_a_list_of_calls_is_refused(value: Any) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_tool_calls(value, "messages[0]", LIMITS)
    assert caught.value.failure.param == "messages[0].tool_calls"


def test_the_form_before_tools_is_kept() -> None:
    sent = {"name": "f", "arguments": '{"a": 1'}
    assert read_function_call(sent, "messages[0]", LIMITS) == {"function_call": sent}
    assert read_function_call(None, "messages[0]", LIMITS) == {}


@pytest.mark.parametrize("value", [5, {}, {"arguments": "{}"}])
def test_a_broken_call_of_that_form_is_refused(value: Any) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_function_call(value, "messages[0]", LIMITS)
    assert caught.value.failure.param == "messages[0].function_call"
