"""Whole conversations, in the forms in which other chat models leave them."""

from __future__ import annotations

import json
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.tool import tool_call

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire

CACHE = {"cache_control": {"type": "ephemeral"}}
PNG = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def wire(*messages: BaseMessage) -> list[dict[str, Any]]:
    return messages_to_wire(messages, Dialect())


def call(name: str, arguments: str, call_id: str = "c1") -> dict[str, Any]:
    return {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


ADD = tool_call(name="add", args={"a": 1}, id="c1")
ADD_WIRE = call("add", '{"a": 1}')


def test_two_messages_of_a_role_in_a_row_stay_two() -> None:
    history = [
        SystemMessage("hello"),
        SystemMessage("hello"),
        HumanMessage("hello"),
        HumanMessage("hello"),
        AIMessage("hello"),
        AIMessage("hello"),
        HumanMessage("how are you"),
    ]
    assert [sent["role"] for sent in wire(*history)] == [
        "system",
        "system",
        "user",
        "user",
        "assistant",
        "assistant",
        "user",
    ]


def test_a_history_with_anthropic_blocks_is_sent_in_the_words_of_the_wire() -> None:
    history = [
        HumanMessage(
            [
                {"type": "text", "text": "Which color?", **CACHE},
                {
                    "type": "image",
                    "source": {
                        "type": "base64",
                        "media_type": "image/png",
                        "data": "AAAA",
                    },
                },
            ]
        ),
        AIMessage(
            [
                {"type": "text", "text": "Let me think"},
                {"type": "tool_use", "id": "c1", "name": "add", "input": {"a": 1}},
            ],
            tool_calls=[ADD],
        ),
        HumanMessage(
            [
                {
                    "type": "tool_result",
                    "tool_use_id": "c1",
                    "content": [{"type": "text", "text": "green"}],
                    "is_error": False,
                },
                {"type": "text", "text": "Thanks"},
            ]
        ),
    ]
    assert wire(*history) == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Which color?", **CACHE}, PNG],
        },
        {"role": "assistant", "content": "Let me think", "tool_calls": [ADD_WIRE]},
        {"role": "tool", "tool_call_id": "c1", "content": "green"},
        {"role": "user", "content": "Thanks"},
    ]


def test_a_few_shot_example_is_sent_with_the_calls_of_its_old_form() -> None:
    arguments = json.dumps({"a": 1, "b": 2})
    history = [
        HumanMessage("What is 1 + 2"),
        AIMessage("", additional_kwargs={"tool_calls": [call("add", arguments, "c9")]}),
        ToolMessage('{"result": 3}', tool_call_id="c9"),
        AIMessage('{"result": 3}'),
        HumanMessage("What is 3 + 4"),
    ]
    assert wire(*history) == [
        {"role": "user", "content": "What is 1 + 2"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call("add", arguments, "c9")],
        },
        {"role": "tool", "tool_call_id": "c9", "content": '{"result": 3}'},
        {"role": "assistant", "content": '{"result": 3}'},
        {"role": "user", "content": "What is 3 + 4"},
    ]
