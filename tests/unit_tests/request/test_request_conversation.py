"""A conversation in the order that servers accept, whoever left it behind."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.tool import invalid_tool_call, tool_call

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.messages import messages_to_wire

PNG = {"type": "image", "url": "https://example.org/a.png"}
PNG_PART = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
NINE = Dialect(tool_call_ids="nine")


def wire(*messages: BaseMessage, **facts: Any) -> list[dict[str, Any]]:
    return messages_to_wire(messages, replace(Dialect(), **facts))


def calls(*ids: str | None, name: str = "add") -> AIMessage:
    return AIMessage("", tool_calls=[tool_call(name=name, args={}, id=i) for i in ids])


def told(sent: list[dict[str, Any]]) -> list[Any]:
    """Return of each message its role, with the ids of its calls or of its call."""
    return [
        (m["role"], [call["id"] for call in m["tool_calls"]])
        if "tool_calls" in m
        else (m["role"], m.get("tool_call_id") or m["content"])
        for m in sent
    ]


def test_a_call_that_was_never_run_has_a_result_that_says_so() -> None:
    sent = wire(
        HumanMessage("q"),
        calls("c1", "c2"),
        ToolMessage("1", tool_call_id="c1"),
        HumanMessage("stop"),
    )
    assert told(sent) == [
        ("user", "q"),
        ("assistant", ["c1", "c2"]),
        ("tool", "c1"),
        ("tool", "c2"),
        ("user", "stop"),
    ]
    assert sent[3]["content"] == "This call was not run: it has no result."


def test_a_call_at_the_end_of_a_history_has_a_result_too() -> None:
    assert told(wire(calls("c1"))) == [("assistant", ["c1"]), ("tool", "c1")]


@pytest.mark.parametrize("written", ['{"a": ', "not json", "[1]"])
def test_the_result_of_an_invalid_call_says_why_there_is_none(
    written: str,
) -> None:
    broken = invalid_tool_call(name="add", args=written, id="c1", error=None)
    [answer, result] = wire(AIMessage("", invalid_tool_calls=[broken]))
    assert answer["tool_calls"][0]["function"]["arguments"] == "{}"
    assert result["tool_call_id"] == "c1"
    assert result["content"] == (
        "This call was not run: its arguments were not a complete JSON object."
    )


def test_the_result_that_an_invalid_call_got_is_kept() -> None:
    broken = invalid_tool_call(name="add", args="{", id="c1", error=None)
    [_, result] = wire(
        AIMessage("", invalid_tool_calls=[broken]),
        ToolMessage("Error: try again", tool_call_id="c1"),
    )
    assert result["content"] == "Error: try again"


def test_results_stand_behind_their_calls_in_their_order() -> None:
    sent = wire(
        calls("c1", "c2"),
        ToolMessage("2", tool_call_id="c2"),
        HumanMessage("wait"),
        ToolMessage("1", tool_call_id="c1"),
    )
    assert told(sent) == [
        ("assistant", ["c1", "c2"]),
        ("tool", "c1"),
        ("tool", "c2"),
        ("user", "wait"),
    ]


@pytest.mark.parametrize("name", ["search", None])
def test_a_result_without_its_call_gets_one(name: str | None) -> None:
    sent = wire(ToolMessage("5", tool_call_id="c1", name=name), HumanMessage("q"))
    assert told(sent) == [("assistant", ["c1"]), ("tool", "c1"), ("user", "q")]
    assert sent[0]["content"] is None
    function = {"name": name or "unknown_tool", "arguments": "{}"}
    assert sent[0]["tool_calls"][0]["function"] == function
    assert sent[1]["content"] == "5"


def test_a_second_result_of_a_call_is_not_lost() -> None:
    sent = wire(
        calls("c1"),
        ToolMessage("1", tool_call_id="c1"),
        ToolMessage("2", tool_call_id="c1"),
    )
    assert [m["content"] for m in sent if m["role"] == "tool"] == ["1", "2"]
    [first, second] = [m["tool_call_id"] for m in sent if m["role"] == "tool"]
    assert first == "c1" != second


def test_one_id_in_two_answers_becomes_two() -> None:
    turn = (calls("c1"), ToolMessage("1", tool_call_id="c1"))
    [_, (_, first), _, (_, second)] = told(wire(*turn, *turn))
    assert first == "c1"
    assert second.startswith("call_")


def test_two_calls_of_one_id_in_an_answer_have_results_of_their_own() -> None:
    sent = wire(
        calls("c1", "c1"),
        ToolMessage("1", tool_call_id="c1"),
        ToolMessage("2", tool_call_id="c1"),
    )
    [(_, ids), (_, first), (_, second)] = told(sent)
    assert ids == [first, second]
    assert [m["content"] for m in sent[1:]] == ["1", "2"]


@pytest.mark.parametrize("own", [None, ""])
def test_calls_without_ids_are_matched_with_results_without_ids(own: Any) -> None:
    sent = wire(calls(own, own), ToolMessage("1", tool_call_id=""))
    [(_, ids), (_, first), (_, second)] = told(sent)
    assert ids == [first, second]
    assert len(set(ids)) == len(ids)
    assert sent[1]["content"] == "1"


def test_a_result_that_says_of_no_call_is_refused_with_its_place() -> None:
    with pytest.raises(ConfigurationError, match=r"messages\[1\] is a tool result"):
        wire(calls("c1"), ToolMessage("1", tool_call_id=""))


def test_the_older_form_of_calls_and_results_becomes_that_of_tools() -> None:
    old = {"name": "add", "arguments": '{"a": 1}'}
    sent = wire(
        AIMessage("", additional_kwargs={"function_call": old}),
        FunctionMessage(name="add", content="1"),
        ChatMessage(role="function", content="2", name="lost"),
    )
    [(_, [call_id]), first, (_, [lost]), second] = told(sent)
    assert first == ("tool", call_id)
    assert second == ("tool", lost)
    assert sent[2]["tool_calls"][0]["function"]["name"] == "lost"


def test_images_in_a_result_follow_the_results_in_a_message_of_the_users() -> None:
    sent = wire(
        calls("c1", "c2"),
        ToolMessage(["seen", PNG], tool_call_id="c1"),
        ToolMessage([PNG], tool_call_id="c2"),
    )
    assert [m["role"] for m in sent] == ["assistant", "tool", "tool", "user", "user"]
    assert [m["content"] for m in sent[1:]] == [
        "seen",
        "The result is in the message that follows the results.",
        [{"type": "text", "text": "From the result of the tool add:"}, PNG_PART],
        [{"type": "text", "text": "From the result of the tool add:"}, PNG_PART],
    ]


def test_images_in_a_result_do_not_begin_a_turn() -> None:
    thought = {"reasoning_content": "hm", "reasoning_key": "reasoning"}
    sent = wire(
        calls("c1"),
        ToolMessage([PNG], tool_call_id="c1"),
        AIMessage("a", additional_kwargs=thought),
    )
    assert sent[-1]["reasoning"] == "hm"


def test_a_server_that_wants_an_answer_after_a_result_gets_one() -> None:
    history = (calls("c1"), ToolMessage("1", tool_call_id="c1"), HumanMessage("q"))
    assert [m["role"] for m in wire(*history)] == ["assistant", "tool", "user"]
    sent = wire(*history, user_after_tools=False)
    assert sent[2] == {"role": "assistant", "content": "OK."}
    assert [m["role"] for m in sent] == ["assistant", "tool", "assistant", "user"]


OWN = ["call_LnWyqwJ7zYgsWcXbb1dpYvN9", "D681PevKs", "toolu_1", "D681PevKs", None]


def test_ids_have_the_form_that_the_server_takes_and_are_the_same_each_time() -> None:
    history = [
        message
        for own in OWN
        for message in (calls(own), ToolMessage("1", tool_call_id=own or ""))
    ]
    sent = messages_to_wire(history, NINE)
    ids = [call["id"] for m in sent for call in m.get("tool_calls", ())]
    assert ids == [m["tool_call_id"] for m in sent if m["role"] == "tool"]
    assert all(re.fullmatch("[a-zA-Z0-9]{9}", given) for given in ids)
    assert len(set(ids)) == len(OWN)
    assert ids[1] == "D681PevKs"

    # The conversation goes on, and loses its beginning.
    assert messages_to_wire(history[:4], NINE) == sent[:4]
    assert messages_to_wire(history[4:6], NINE) == sent[4:6]


@pytest.mark.parametrize(
    ("own", "kept"), [("c" * 40, True), ("c" * 41, False), ("functions.f:0", True)]
)
def test_ids_are_no_longer_than_the_server_takes(own: str, *, kept: bool) -> None:
    [answer, result] = wire(calls(own), tool_call_ids="forty")
    [call] = answer["tool_calls"]
    assert call["id"] == result["tool_call_id"]
    assert len(call["id"]) <= 40
    assert (call["id"] == own) is kept


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (HumanMessage("q", name="Stock Keeper"), "Stock_Keeper"),
        (AIMessage("a", name="Stock Keeper"), "Stock_Keeper"),
        (SystemMessage("s", name="Zoë"), "Zoe"),
        (ChatMessage(role="user", content="q", name="a.b"), "a_b"),
    ],
)
def test_names_are_made_acceptable(message: BaseMessage, key: str) -> None:
    assert wire(message)[0]["name"] == key


def test_a_result_has_the_name_of_its_tool_as_the_tool_is_sent() -> None:
    result = ToolMessage("1", tool_call_id="c1", name="stock keeper")
    sent = messages_to_wire(
        [calls("c1", name="stock keeper"), result],
        Dialect(),
        {"stock keeper": "stock_keeper_1"},
    )
    assert sent[0]["tool_calls"][0]["function"]["name"] == "stock_keeper_1"
    assert sent[1]["name"] == "stock_keeper_1"


def test_a_name_that_is_no_text_is_not_sent() -> None:
    message = HumanMessage("q", additional_kwargs={"name": 5})
    assert wire(message) == [{"role": "user", "content": "q"}]
