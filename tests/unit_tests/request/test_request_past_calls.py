"""Calls of past answers, as they are sent in the next request."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire


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


def test_several_calls_keep_their_order() -> None:
    second = tool_call(name="mul", args={}, id="c2")
    assert wire(AIMessage("", tool_calls=[ADD, second]))[0]["tool_calls"] == [
        ADD_WIRE,
        call("mul", "{}", "c2"),
    ]


def test_arguments_outside_ascii_are_not_escaped() -> None:
    message = AIMessage(
        "", tool_calls=[tool_call(name="greet", args={"имя": "陈明"}, id="c1")]
    )
    assert wire(message)[0]["tool_calls"] == [call("greet", '{"имя": "陈明"}')]


@pytest.mark.parametrize(
    ("args", "sent"),
    [
        ('{"a": ', "{}"),
        ("[1]", "{}"),
        ('{"a": NaN}', "{}"),
        ("[" * 10_000, "{}"),
        ("", "{}"),
        (None, "{}"),
        ('{"a": 2}', "{}"),
    ],
)
def test_the_arguments_of_an_invalid_call_are_the_json_of_an_object(
    args: str | None, sent: str
) -> None:
    message = AIMessage(
        "",
        tool_calls=[ADD],
        invalid_tool_calls=[
            {
                "type": "invalid_tool_call",
                "id": "c2",
                "name": "mul",
                "args": args,
                "error": "cut",
            }
        ],
    )
    assert wire(message)[0]["tool_calls"] == [ADD_WIRE, call("mul", sent, "c2")]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ('{"a":2}', '{"a":2}'),
        ('{"a": "\n"}', '{"a": "\\n"}'),
        ('["\n"]', "{}"),
        pytest.param('{"a": "\n", "b": 1e400}', "{}", id="raw and too large"),
        pytest.param('{"a": "\n", "b": NaN}', "{}", id="raw and not a number"),
        ("[1]", "{}"),
        ('{"a": ', "{}"),
        ('{"a": NaN}', "{}"),
        ("[" * 10_000, "{}"),
        ("", "{}"),
        (None, "{}"),
    ],
)
def test_kept_arguments_are_sent_as_they_are_or_as_an_empty_object(
    arguments: Any, sent: str
) -> None:
    kept = {"id": "c1", "function": {"name": "add", "arguments": arguments}}
    message = old_message(tool_calls=[kept])
    assert wire(message)[0]["tool_calls"] == [call("add", sent)]


@pytest.mark.parametrize(
    ("args", "text"),
    [
        pytest.param(
            {"a": float("nan"), "b": [float("inf")]},
            '{"a": null, "b": [null]}',
            id="nan and inf",
        ),
        pytest.param({"a": "NaN"}, '{"a": "NaN"}', id="text"),
    ],
)
def test_numbers_that_json_does_not_have_are_null(args: Any, text: str) -> None:
    message = AIMessage("", tool_calls=[tool_call(name="add", args=args, id="c1")])
    assert wire(message)[0]["tool_calls"] == [call("add", text)]


def test_a_call_without_an_id_gets_the_same_one_each_time() -> None:
    message = AIMessage("", tool_calls=[tool_call(name="add", args={}, id=None)])
    [made] = wire(message)[0]["tool_calls"]
    assert made == call("add", "{}", made["id"])
    assert made["id"].startswith("call_")
    assert [made] == wire(message)[0]["tool_calls"]


def test_the_calls_of_merged_chunks_are_sent() -> None:
    first = AIMessageChunk(
        content="",
        tool_call_chunks=[tool_call_chunk(name="add", args='{"a"', id="c1", index=0)],
    )
    rest = AIMessageChunk(
        content="", tool_call_chunks=[tool_call_chunk(args=": 1}", index=0)]
    )
    assert wire(first + rest)[0]["tool_calls"] == [ADD_WIRE]


def old_message(**additional_kwargs: Any) -> AIMessage:
    """A message whose fields were filled after it was made, as old histories have."""
    message = AIMessage("")
    message.additional_kwargs = additional_kwargs
    return message


def test_calls_that_are_kept_in_the_form_of_the_wire_are_sent_with_all_their_keys() -> (
    None
):
    kept = {
        "index": 0,
        **ADD_WIRE,
        "extra_content": {"google": {"thought_signature": "s"}},
    }
    assert wire(old_message(tool_calls=[kept])) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {**ADD_WIRE, "extra_content": {"google": {"thought_signature": "s"}}}
            ],
        }
    ]


def test_what_a_server_refuses_on_a_call_is_left_out_of_kept_calls_too() -> None:
    kept = {**ADD_WIRE, "extra_content": {"google": {"thought_signature": "s"}}}
    kept["function"] = {**ADD_WIRE["function"], "x": 1}
    dialect = Dialect(supports_call_extras=False)
    [answer, _] = messages_to_wire([old_message(tool_calls=[kept])], dialect)
    assert answer["tool_calls"] == [ADD_WIRE]


def test_kept_calls_get_a_type_and_text_for_arguments() -> None:
    kept = {"id": "c1", "function": {"name": "add", "arguments": {"a": 1}}}
    assert wire(old_message(tool_calls=[kept]))[0]["tool_calls"] == [ADD_WIRE]


def test_kept_calls_are_ignored_beside_parsed_ones() -> None:
    message = AIMessage("", tool_calls=[ADD])
    message.additional_kwargs = {"tool_calls": [call("old", "{}", "c0")]}
    assert wire(message)[0]["tool_calls"] == [ADD_WIRE]


@pytest.mark.parametrize("arguments", ['{"a": 1}', {"a": 1}])
def test_a_legacy_function_call_is_sent_as_a_tool_call(arguments: Any) -> None:
    function_call = {"name": "add", "arguments": arguments}
    message = AIMessage("", additional_kwargs={"function_call": function_call})
    [sent] = wire(message)
    call_id = sent["tool_calls"][0]["id"]
    assert sent == {
        "role": "assistant",
        "content": None,
        "tool_calls": [call("add", '{"a": 1}', call_id)],
    }


def test_a_legacy_function_call_is_not_sent_beside_tool_calls() -> None:
    message = AIMessage(
        "", tool_calls=[ADD], additional_kwargs={"function_call": {"name": "add"}}
    )
    assert "function_call" not in wire(message)[0]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_call", "id": "c1", "name": "add", "args": {"a": 1}},
        {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "c1",
            "name": "add",
            "arguments": '{"a": 1}',
        },
    ],
    ids=lambda block: block["type"],
)
def test_calls_that_stand_only_in_the_content_are_sent(block: dict[str, Any]) -> None:
    assert wire(AIMessage([block, {"type": "text", "text": "a"}])) == [
        {"role": "assistant", "content": "a", "tool_calls": [ADD_WIRE]}
    ]


def test_a_call_that_was_cut_before_its_name_is_not_sent() -> None:
    cut: Any = {"name": None, "args": '{"a"', "id": "call_1", "error": None}
    message = AIMessage(content="Hi", invalid_tool_calls=[cut])

    assert messages_to_wire([message], Dialect()) == [
        {"role": "assistant", "content": "Hi"}
    ]
