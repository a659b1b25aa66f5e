"""Reasoning and signatures: out of one answer, into the next request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.load import dumps, loads
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    ToolMessage,
    message_chunk_to_message,
    messages_from_dict,
    messages_to_dict,
)

from langchain_sse_chat import ChatSSE, Dialect, Provider
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    sse,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]

SIGNATURE = {"google": {"thought_signature": "sig"}}
DETAILS = [
    {"type": "reasoning.text", "text": "Hm, let", "index": 0, "signature": "s"},
    {"type": "reasoning.encrypted", "data": "xyz", "index": 1},
]
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "f", "arguments": '{"a": 1}'},
    "extra_content": SIGNATURE,
}


def answer_with(*reasoning: dict[str, Any]) -> bytes:
    """Return the stream of an answer with reasoning and a signed call."""
    head = {"index": 0, "function": {"name": "f", "arguments": '{"a"'}}
    return sse(
        *map(chunk, reasoning),
        chunk({"tool_calls": [{**head, "id": "call_1", "extra_content": SIGNATURE}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}),
        chunk(finish_reason="tool_calls"),
    )


PIECES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "DeepSeek": (
        [{"reasoning_content": "Hm, "}, {"reasoning_content": "let"}],
        {"content": None, "reasoning_content": "Hm, let"},
    ),
    "OpenRouter": (
        [
            {
                "reasoning": "Hm, ",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "Hm, ", "index": 0}
                ],
            },
            {
                "reasoning": "let",
                "reasoning_details": [
                    {"type": "reasoning.text", "text": "let", "index": 0}
                ],
            },
            {
                "reasoning_details": [
                    {"type": "reasoning.text", "signature": "s", "index": 0},
                    {"type": "reasoning.encrypted", "data": "xyz", "index": 1},
                ]
            },
        ],
        {"content": None, "reasoning": "Hm, let", "reasoning_details": DETAILS},
    ),
    "GitHub Copilot": (
        [{"reasoning_text": "Hm, let"}, {"reasoning_opaque": "xyz"}],
        {
            "content": None,
            "reasoning_text": "Hm, let",
            "reasoning_opaque": "xyz",
        },
    ),
    "Mistral": (
        [
            {"content": [{"type": "thinking", "thinking": [{"text": "Hm, "}]}]},
            {"content": [{"type": "thinking", "thinking": [{"text": "let"}]}]},
        ],
        {
            "content": [
                {
                    "type": "thinking",
                    "thinking": [{"type": "text", "text": "Hm, let"}],
                }
            ]
        },
    ),
}


def streamed_answer(chat: ChatSSE) -> AIMessage:
    whole: AIMessageChunk | None = None
    for part in chat.stream("Hello"):
        whole = part if whole is None else whole + part
    assert whole is not None
    return whole


def finished_answer(chat: ChatSSE) -> AIMessage:
    message = message_chunk_to_message(streamed_answer(chat))
    assert type(message) is AIMessage
    return message


def protocol_answer(chat: ChatSSE) -> AIMessage:
    return chat.stream_events("Hello", version="v3").output


def invoked_answer(chat: ChatSSE) -> AIMessage:
    return chat.invoke("Hello", stream=True)


def stored_answer(chat: ChatSSE) -> AIMessage:
    """Return an answer that was stored in both of LangChain's forms."""
    message = chat.invoke("Hello", stream=True)
    [restored] = messages_from_dict(messages_to_dict([message]))
    loaded = loads(dumps(restored), allowed_objects="all")
    assert isinstance(loaded, AIMessage)
    return loaded


WAYS = [
    streamed_answer,
    finished_answer,
    protocol_answer,
    invoked_answer,
    stored_answer,
]


@pytest.mark.parametrize("output_version", [None, "v1"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("server_name", PIECES)
def test_reasoning_and_signatures_go_back_as_they_came(
    make_chat: MakeChat,
    server: Scripted,
    server_name: str,
    way: Callable[[ChatSSE], AIMessage],
    output_version: Any,
) -> None:
    deltas, expected = PIECES[server_name]
    chat = make_chat(
        streamed(answer_with(*deltas), 7),
        streamed(text_stream("3")),
        output_version=output_version,
    )

    answer = way(chat)
    list(
        chat.stream(
            [HumanMessage("q"), answer, ToolMessage("3", tool_call_id="call_1")]
        )
    )

    assert server.body["messages"][1] == {
        "role": "assistant",
        "tool_calls": [CALL],
        **expected,
    }


@pytest.mark.parametrize("server_name", PIECES)
async def test_reasoning_and_signatures_go_back_from_async_code(
    make_chat: MakeChat, server: Scripted, server_name: str
) -> None:
    deltas, expected = PIECES[server_name]
    chat = make_chat(streamed(answer_with(*deltas)), streamed(text_stream("3")))

    answer: Any = None
    async for part in chat.astream("q"):
        answer = part if answer is None else answer + part
    result = ToolMessage("3", tool_call_id="call_1")
    _ = [part async for part in chat.astream([HumanMessage("q"), answer, result])]

    assert server.body["messages"][1] == {
        "role": "assistant",
        "tool_calls": [CALL],
        **expected,
    }


@pytest.mark.parametrize(
    ("echo", "sent"), [("never", None), ("tool_turns", None), ("always", "Hm")]
)
def test_the_provider_says_whether_reasoning_goes_back(
    make_chat: MakeChat, server: Scripted, echo: Any, sent: Any
) -> None:
    dialect = replace(Dialect(), reasoning_echo=echo)
    provider = Provider(name="p", base_url="http://test/v1", dialect=dialect)
    body = sse(
        chunk({"reasoning": "Hm"}), chunk({"content": "a"}), chunk(finish_reason="stop")
    )
    chat = make_chat(streamed(body), streamed(text_stream("b")), provider=provider)

    answer = chat.invoke("q", stream=True)
    chat.invoke([HumanMessage("q"), answer, HumanMessage("And?")], stream=True)

    assert server.body["messages"][1].get("reasoning") == sent
    assert answer.content_blocks[0] == {"type": "reasoning", "reasoning": "Hm"}


def test_the_model_can_say_it_otherwise(make_chat: MakeChat, server: Scripted) -> None:
    body = sse(
        chunk({"reasoning": "Hm"}), chunk({"content": "a"}), chunk(finish_reason="stop")
    )
    chat = make_chat(
        streamed(body), streamed(text_stream("b")), reasoning_echo="always"
    )

    answer = chat.invoke("q", stream=True)
    chat.invoke([HumanMessage("q"), answer, HumanMessage("And?")], stream=True)

    assert server.body["messages"][1]["reasoning"] == "Hm"
