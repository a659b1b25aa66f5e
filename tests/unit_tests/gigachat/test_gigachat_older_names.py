"""An answer under the names of `langchain_gigachat`."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langchain_sse_chat.gigachat.older_names import (
    file_names,
    function_call,
    x_headers,
)
from tests.unit_tests.gigachat.gigachat_scripts import Ask, Sber, event, stream

PICTURE = '<img src="u-1" fuse="true"/> рисунок'
VIDEO = '<video cover="c-1" src="v-1" fuse="true"/>'
CALL = {"name": "weather", "arguments": {"city": "Москва"}}
HEADERS = {"x-request-id": "r", "x-session-id": "s"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            f"{PICTURE}\nmore",
            {"image_uuid": "u-1", "postfix_message": " рисунок"},
        ),
        (
            VIDEO,
            {"video_uuid": "v-1", "cover_uuid": "c-1", "postfix_message": None},
        ),
        (
            '<video src="v-1" fuse="true"/>.',
            {"video_uuid": "v-1", "cover_uuid": None, "postfix_message": "."},
        ),
        (
            f"{VIDEO}a\n{PICTURE}\n{PICTURE.replace('u-1', 'u-2')}",
            {
                "video_uuid": "v-1",
                "cover_uuid": "c-1",
                "image_uuid": "u-1",
                "postfix_message": "a",
            },
        ),
        ('<img src="x">', {}),
        ('<video cover="c" fuse="true"/>', {}),
        ("text", {}),
    ],
    ids=["image", "video", "no cover", "several", "other tag", "no source", "text"],
)
def test_generated_files_have_names(text: str, names: dict[str, str | None]) -> None:
    assert file_names(text) == names


@pytest.mark.parametrize(
    ("calls", "fields"),
    [
        ([("f", {"a": 1})], {"function_call": {"name": "f", "arguments": {"a": 1}}}),
        ([("f", None)], {}),
        ([("f", {}), ("g", {})], {}),
        ([], {}),
    ],
    ids=["one", "invalid", "two", "none"],
)
def test_one_valid_call_is_a_function_call(
    calls: list[tuple[str | None, dict[str, Any] | None]], fields: dict[str, Any]
) -> None:
    assert function_call(calls) == fields


def test_the_ids_of_a_response_are_named() -> None:
    assert x_headers(HEADERS) == {**HEADERS, "x-client-id": None}


def calling(headers: dict[str, str] | None = None) -> httpx.Response:
    """Return a stream with a call, and an image before it."""
    body = event({"content": PICTURE, "role": "assistant"})
    body += event({"content": "", "function_call": CALL, "functions_state_id": "st"})
    body += event({"content": ""}, finish_reason="function_call")
    answer = stream(body + "data: [DONE]\n\n")
    answer.headers.update(headers or {})
    return answer


def test_a_streamed_answer_has_the_names(sber: Sber, ask: Ask) -> None:
    sber.answers = [calling(HEADERS)]

    message = ask(sber.chat())

    kwargs = message.additional_kwargs
    assert kwargs["function_call"] == CALL
    assert kwargs["functions_state_id"] == "st"
    assert (kwargs["image_uuid"], kwargs["postfix_message"]) == ("u-1", " рисунок")
    assert message.tool_calls[0]["args"] == CALL["arguments"]
    assert message.response_metadata["x_headers"]["x-session-id"] == "s"


def test_a_whole_answer_has_the_names(sber: Sber) -> None:
    message = {"content": VIDEO, "role": "assistant", "function_call": CALL}
    choice = {"message": message, "index": 0, "finish_reason": "function_call"}
    sber.answers = [httpx.Response(200, json={"choices": [choice]}, headers=HEADERS)]

    result = sber.chat().generate([[HumanMessage("x")]])

    generation: Any = result.generations[0][0]
    kwargs = generation.message.additional_kwargs
    assert (kwargs["video_uuid"], kwargs["cover_uuid"]) == ("v-1", "c-1")
    assert kwargs["function_call"] == CALL
    assert generation.message.response_metadata["x_headers"]["x-request-id"] == "r"


def test_the_names_are_not_sent_back_twice(sber: Sber, ask: Ask) -> None:
    sber.answers = [calling()]
    chat = sber.chat()
    answer = ask(chat)
    result = ToolMessage("{}", tool_call_id=answer.tool_calls[0]["id"])

    ask(chat, [HumanMessage("x"), answer, result])

    _, sent, _ = sber.body["messages"]
    assert sent == {
        "role": "assistant",
        "content": PICTURE,
        "function_call": CALL,
        "functions_state_id": "st",
    }


def test_a_call_that_was_removed_is_not_sent_back(sber: Sber, ask: Ask) -> None:
    sber.answers = [calling()]
    chat = sber.chat()
    answer = ask(chat)
    edited = AIMessage(
        answer.content,
        additional_kwargs=answer.additional_kwargs,
        response_metadata=answer.response_metadata,
    )

    ask(chat, [HumanMessage("x"), edited, HumanMessage("y")])

    assert "function_call" not in sber.body["messages"][1]


def test_a_call_of_the_other_package_is_sent(sber: Sber, ask: Ask) -> None:
    other = AIMessage("", additional_kwargs={"function_call": CALL})

    ask(sber.chat(), [HumanMessage("x"), other, HumanMessage("y")])

    assert sber.body["messages"][1]["function_call"] == CALL
