"""The request that asks a server to continue an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.messages.tool import tool_call

from langchain_sse_chat import ChatSSE, Dialect, Provider
from tests.unit_tests.chat_models.scripted import Scripted, completion

MakeChat = Callable[..., ChatSSE]
QUESTION = HumanMessage("Count")
BEGUN = AIMessage("One, two")


def own(continuation: Any) -> Provider:
    dialect = Dialect(continuation=continuation)
    return Provider(name="own", api_key_required=False, dialect=dialect)


def answer() -> httpx.Response:
    return httpx.Response(200, json=completion({"content": ", three"}))


@pytest.mark.parametrize(
    ("continuation", "message", "fields"),
    [
        ("none", {}, {}),
        ("prefix", {"prefix": True}, {}),
        (
            "continue_final_message",
            {},
            {"continue_final_message": True, "add_generation_prompt": False},
        ),
    ],
)
def test_the_dialect_says_how(
    make_chat: MakeChat,
    server: Scripted,
    continuation: Any,
    message: dict[str, Any],
    fields: dict[str, Any],
) -> None:
    make_chat(answer(), provider=own(continuation)).invoke([QUESTION, BEGUN])

    body = server.body
    assert body["messages"][1] == {
        "role": "assistant",
        "content": "One, two",
        **message,
    }
    assert {k: body[k] for k in body if k not in {"model", "messages", "stream"}} == (
        fields
    )


@pytest.mark.parametrize("continuation", ["prefix", "continue_final_message"])
@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([QUESTION], id="question"),
        pytest.param([QUESTION, BEGUN, QUESTION], id="question after an answer"),
        pytest.param(
            [
                QUESTION,
                AIMessage("", tool_calls=[tool_call(name="f", args={}, id="c")]),
            ],
            id="tool call",
        ),
    ],
)
def test_nothing_else_is_gone_on_with(
    make_chat: MakeChat, server: Scripted, continuation: Any, messages: list[Any]
) -> None:
    make_chat(answer(), provider=own(continuation)).invoke(messages)

    assert all("prefix" not in message for message in server.body["messages"])
    assert "continue_final_message" not in server.body


def test_the_caller_has_the_last_word(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(answer(), provider=own("continue_final_message"))

    chat.invoke([QUESTION, BEGUN], continue_final_message=False)

    assert server.body["continue_final_message"] is False
