"""Requests to GigaChat have its form."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel

from langchain_sse_chat import ConfigurationError
from tests.unit_tests.gigachat.gigachat_scripts import Sber, ask_sync, event, stream


@tool
def weather(city: str, days: int | None = None) -> str:
    """Say what the weather will be."""
    return f"{city} {days}"


def call(name: str, call_id: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": call_id, "type": "tool_call"}


def sent(sber: Sber, *messages: BaseMessage, **kwargs: Any) -> dict[str, Any]:
    ask_sync(sber.chat(), list(messages) or "Привет", **kwargs)
    return sber.body


def test_only_what_gigachat_knows_is_sent(sber: Sber) -> None:
    ask_sync(
        sber.chat(
            model="GigaChat-2",
            temperature=0.5,
            top_p=0.9,
            max_tokens=7,
            n=1,
            reasoning_effort="low",
            profanity_check=False,
            repetition_penalty=1.1,
            update_interval=0.2,
            function_ranker={"enabled": True, "top_n": 2},
            flags=["f"],
            storage={"is_stateful": True},
            user="me",
            password="pw",
            access_token="t",
        )
    )
    assert sber.body == {
        "model": "GigaChat-2",
        "messages": [{"role": "user", "content": "Привет"}],
        "stream": True,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "n": 1,
        "reasoning_effort": "low",
        "profanity_check": False,
        "repetition_penalty": 1.1,
        "update_interval": 0.2,
        "function_ranker": {"enabled": True, "top_n": 2},
        "flags": ["f"],
        "storage": {"is_stateful": True},
    }


@pytest.mark.parametrize(
    ("given", "wanted"), [(0, 0.001), (0.0005, 0.001), (0.001, 0.001), (1, 1)]
)
def test_a_temperature_of_zero_is_the_least_that_is_taken(
    sber: Sber, given: float, wanted: float
) -> None:
    assert sent(sber, temperature=given)["temperature"] == wanted


def test_no_temperature_is_made_up(sber: Sber) -> None:
    assert "temperature" not in sent(sber)


@pytest.mark.parametrize(
    "field",
    [
        {"seed": 1},
        {"presence_penalty": 0.5},
        {"frequency_penalty": 0.5},
        {"logit_bias": {"1": 1}},
        {"logprobs": True},
        {"top_logprobs": 2},
    ],
)
def test_what_gigachat_cannot_do_is_refused(sber: Sber, field: dict[str, Any]) -> None:
    [name] = field
    with pytest.raises(ConfigurationError, match=name):
        sent(sber, **field)
    assert sber.chats == []


def test_what_changes_no_answer_is_left_out(sber: Sber) -> None:
    body = sent(sber, user="me", tools=[weather], parallel_tool_calls=True)
    assert not body.keys() & {"user", "parallel_tool_calls", "tools", "stream_options"}


def test_headers_for_a_session_are_sent(sber: Sber) -> None:
    sent(sber, extra_headers={"X-Session-ID": "s", "X-Request-ID": "r"})
    assert sber.chats[0].headers["x-session-id"] == "s"
    assert sber.chats[0].headers["x-request-id"] == "r"


def test_the_system_messages_become_one_and_come_first(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage("one"),
        SystemMessage("be kind"),
        AIMessage("two"),
        SystemMessage("be brief", additional_kwargs={"__openai_role__": "developer"}),
        HumanMessage("three"),
    )
    assert body["messages"] == [
        {"role": "system", "content": "be kind\n\nbe brief"},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
    ]


def test_content_is_text_with_files_by_their_ids(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage(
            [
                {"type": "text", "text": "a"},
                {"type": "file", "file_id": "id-1"},
                {"type": "text", "text": "b"},
                {"type": "image", "file_id": "id-2"},
            ]
        ),
    )
    assert body["messages"] == [
        {"role": "user", "content": "a\nb", "attachments": ["id-1", "id-2"]}
    ]


def test_attachments_may_be_named_beside_the_content(sber: Sber) -> None:
    message = HumanMessage("look", additional_kwargs={"attachments": ["id-1"]})
    assert sent(sber, message)["messages"][0]["attachments"] == ["id-1"]


def test_a_picture_that_was_not_uploaded_is_refused(sber: Sber) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
    with pytest.raises(ConfigurationError, match="uploaded"):
        sent(sber, HumanMessage([picture]))


def test_names_of_authors_are_not_sent(sber: Sber) -> None:
    assert sent(sber, HumanMessage("a", name="Ann"))["messages"] == [
        {"role": "user", "content": "a"}
    ]


def test_structured_output_is_asked_for_by_a_function(sber: Sber) -> None:
    class Answer(BaseModel):
        """An answer."""

        n: int

    call = {"name": "Answer", "arguments": {"n": 3}}
    delta = {"content": "", "function_call": call}
    sber.answers = [stream(event(delta, finish_reason="function_call"))]
    model = sber.chat(streaming=True).with_structured_output(Answer)
    assert model.invoke("x") == Answer(n=3)
    assert sber.body["function_call"] == {"name": "Answer"}


def test_json_of_any_shape_is_asked_for_without_a_schema(sber: Sber) -> None:
    sber.answers = [stream(event({"content": '{"n": 3}'}, finish_reason="stop"))]
    model = sber.chat(streaming=True).with_structured_output()
    assert model.invoke("x") == {"n": 3}
    assert sber.body["response_format"] == {"type": "json_object"}
