"""Reasoning and call extras are sent back to servers that understand them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.messages.tool import invalid_tool_call, tool_call

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire

Policy = Literal["never", "tool_turns", "always"]

ADD = tool_call(name="add", args={}, id="c1")
RESULT = ToolMessage("3", tool_call_id="c1")
ASK = HumanMessage("q")
CACHE = {"cache_control": {"type": "ephemeral"}}


def wire(*messages: BaseMessage, echo: Policy = "always") -> list[dict[str, Any]]:
    """Return the sent messages, without the results that their calls lack."""
    sent = messages_to_wire(messages, replace(Dialect(), reasoning_echo=echo))
    return [wired for wired in sent if wired["role"] != "tool"]


def thought(reasoning: str, key: Any = "reasoning", **fields: Any) -> AIMessage:
    """Return an answer with reasoning that came under `key`."""
    extra = {"reasoning_content": reasoning, "reasoning_key": key}
    return AIMessage(fields.pop("content", "a"), additional_kwargs=extra, **fields)


def reasoning_in(sent: list[dict[str, Any]]) -> list[Any]:
    """Return the reasoning of each answer that is sent."""
    return [m.get("reasoning") for m in sent if m["role"] == "assistant"]


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_goes_back_under_the_key_under_which_it_came(key: str) -> None:
    assert wire(thought("r", key)) == [{"role": "assistant", "content": "a", key: "r"}]


HISTORY = [
    ASK,
    thought("first"),
    ASK,
    thought("call", tool_calls=[ADD]),
    RESULT,
    thought("after", tool_calls=[tool_call(name="add", args={}, id="c2")]),
    HumanMessage([{"type": "tool_result", "tool_use_id": "c2", "content": "3"}]),
    thought("result of another form"),
    ChatMessage(content="q", role="user"),
    thought("last"),
]


@pytest.mark.parametrize(
    ("echo", "reasoning"),
    [
        ("never", [None] * 5),
        (
            "tool_turns",
            [None, "call", "after", "result of another form", None],
        ),
        ("always", ["first", "call", "after", "result of another form", "last"]),
    ],
)
def test_the_policy_says_of_which_turns_reasoning_goes_back(
    echo: Policy, reasoning: list[Any]
) -> None:
    assert reasoning_in(wire(*HISTORY, echo=echo)) == reasoning


def test_most_servers_are_sent_the_reasoning_of_tool_turns() -> None:
    assert Dialect().reasoning_echo == "tool_turns"


def test_a_turn_with_the_older_form_of_a_call_is_a_tool_turn() -> None:
    message = thought("r")
    message.additional_kwargs["function_call"] = {"name": "f", "arguments": "{}"}

    assert reasoning_in(wire(message, echo="tool_turns")) == ["r"]


def test_messages_that_are_not_answers_have_no_reasoning() -> None:
    extra = {"reasoning_content": "r", "reasoning_key": "reasoning"}
    messages = [
        HumanMessage("q", additional_kwargs=extra),
        ChatMessage(content="a", role="assistant", additional_kwargs=extra),
    ]

    assert [m.get("reasoning") for m in wire(*messages)] == [None, None]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("a", [{"type": "text", "text": "a"}]),
        ("", []),
        (
            [{"type": "text", "text": "a", **CACHE}],
            [{"type": "text", "text": "a", **CACHE}],
        ),
    ],
)
def test_thinking_parts_go_back_as_parts(content: Any, sent: list[Any]) -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "r"}]}

    [message] = wire(thought("r", "content", content=content))

    assert message == {"role": "assistant", "content": [thinking, *sent]}


def test_thinking_parts_stand_before_a_call_without_text() -> None:
    [message] = wire(thought("r", "content", content="", tool_calls=[ADD]))

    assert [part["type"] for part in message["content"]] == ["thinking"]


MARKED = {"type": "text", "text": "a", **CACHE}


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        ("a", "<t>r</t>a"),
        ("", "<t>r</t>"),
        ([MARKED], [{"type": "text", "text": "<t>r</t>"}, MARKED]),
    ],
)
def test_tagged_reasoning_goes_back_between_its_tags(content: Any, sent: Any) -> None:
    [message] = wire(thought("r", ["<t>", "</t>"], content=content, tool_calls=[ADD]))

    assert message["content"] == sent


@pytest.mark.parametrize("key", ["role", "reasoning_details", 5, ["<t>"], [1, 2]])
def test_a_key_that_is_none_for_text_sends_no_text(key: Any) -> None:
    assert wire(thought("r", key)) == [{"role": "assistant", "content": "a"}]


@pytest.mark.parametrize("key", ["reasoning_details", "thinking_blocks"])
@pytest.mark.parametrize(
    ("echo", "sent"), [("never", False), ("tool_turns", True), ("always", True)]
)
def test_structured_reasoning_goes_back_whole_and_in_order(
    key: str, echo: Policy, *, sent: bool
) -> None:
    items = [{"type": "b", "index": 1, "signature": "s"}, {"type": "a", "data": "x"}]
    message = AIMessage("a", additional_kwargs={key: items}, tool_calls=[ADD])

    [wired] = wire(message, echo=echo)

    assert wired.get(key) == (items if sent else None)


def test_opaque_reasoning_goes_back_beside_the_text() -> None:
    message = thought("r", "reasoning_text")
    message.additional_kwargs["reasoning_opaque"] = "x"

    assert wire(message) == [
        {
            "role": "assistant",
            "content": "a",
            "reasoning_text": "r",
            "reasoning_opaque": "x",
        }
    ]


BLOCKS: list[str | dict[str, Any]] = [
    {"type": "reasoning", "reasoning": "r"},
    {"type": "reasoning", "summary": []},
    {"type": "text", "text": "a"},
    "b",
    {"type": "reasoning", "reasoning": "s"},
]


def test_reasoning_is_found_in_content_blocks() -> None:
    message = AIMessage(BLOCKS, additional_kwargs={"reasoning_key": "reasoning"})

    assert wire(message) == [{"role": "assistant", "content": "ab", "reasoning": "rs"}]


def test_reasoning_that_stands_in_both_places_goes_back_once() -> None:
    assert reasoning_in(wire(thought("rs", content=BLOCKS))) == ["rs"]


@pytest.mark.parametrize("reasoning", [None, 5, ""])
def test_reasoning_that_is_no_text_is_not_sent(reasoning: Any) -> None:
    assert reasoning_in(wire(thought(reasoning))) == [None]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            AIMessage("ab", additional_kwargs={"reasoning_content": "rs"}), id="kwargs"
        ),
        pytest.param(AIMessage(BLOCKS), id="blocks"),
    ],
)
def test_reasoning_without_a_known_key_is_sent_only_to_who_wants_all(
    message: AIMessage,
) -> None:
    message.tool_calls = [ADD]

    [always] = wire(message, echo="always")
    [tool_turns] = wire(message, echo="tool_turns")

    assert always["reasoning_content"] == "rs"
    assert tool_turns.keys() == {"role", "content", "tool_calls"}


def test_a_message_is_not_changed_by_being_sent() -> None:
    message = thought("r", "content", tool_calls=[ADD])
    before = message.model_copy(deep=True)

    wire(message)

    assert message == before


SIGNATURE = {"extra_content": {"google": {"thought_signature": "sig"}}}


def extras(**by_id: Any) -> dict[str, Any]:
    return {"tool_call_extras": by_id}


@pytest.mark.parametrize("echo", ["never", "tool_turns", "always"])
def test_what_came_with_a_call_goes_back_on_that_call(echo: Policy) -> None:
    message = AIMessage(
        "",
        tool_calls=[ADD, tool_call(name="mul", args={}, id="c2")],
        invalid_tool_calls=[
            invalid_tool_call(name="f", args="{", id="c3", error=None),
        ],
        additional_kwargs=extras(c2={**SIGNATURE, "function": {"x": 1}}, c3={"y": 2}),
    )

    [sent] = wire(message, echo=echo)

    assert sent["tool_calls"] == [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "add", "arguments": "{}"},
        },
        {
            "id": "c2",
            "type": "function",
            "function": {"name": "mul", "arguments": "{}", "x": 1},
            **SIGNATURE,
        },
        {
            "id": "c3",
            "type": "function",
            "function": {"name": "f", "arguments": "{}"},
            "y": 2,
        },
    ]


def signatures(sent: list[dict[str, Any]]) -> list[Any]:
    """Return the thought signatures of the calls of the first answer."""
    return [
        call.get("extra_content", {}).get("google", {}).get("thought_signature")
        for call in sent[0]["tool_calls"]
    ]


def test_the_signatures_that_another_package_kept_go_back() -> None:
    kept = {"__gemini_function_call_thought_signatures__": {"c1": "sig"}}
    message = AIMessage("", tool_calls=[ADD], additional_kwargs=kept)

    assert signatures(wire(message)) == ["sig"]


def test_a_call_of_another_model_has_the_signature_that_stands_for_none() -> None:
    calls = [ADD, tool_call(name="add", args={}, id="c2")]
    dialect = Dialect(missing_signature="skip")
    own = AIMessage(
        "", tool_calls=calls, additional_kwargs={"tool_call_extras": {"c1": SIGNATURE}}
    )
    foreign = AIMessage("", tool_calls=calls)

    assert signatures(messages_to_wire([own], dialect)) == ["sig", None]
    assert signatures(messages_to_wire([foreign], dialect)) == ["skip", None]


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param({"tool_call_extras": ["c1"]}, id="list"),
        pytest.param(extras(c1="x"), id="text"),
        pytest.param(extras(other={"x": 1}), id="another call"),
        pytest.param(extras(c1={"function": "x"}), id="function is text"),
        pytest.param(
            extras(c1={"id": "x", "type": "x", "function": {"name": "x"}}),
            id="fields of the call",
        ),
    ],
)
def test_a_call_stays_what_it_is(kept: dict[str, Any]) -> None:
    plain = wire(AIMessage("", tool_calls=[ADD]))

    assert wire(AIMessage("", tool_calls=[ADD], additional_kwargs=kept)) == plain
