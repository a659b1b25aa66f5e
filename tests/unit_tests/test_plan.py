"""The request that leaves for the server, down to the bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, ConfigurationError, Dialect, Provider
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]

ANSWER = completion({"content": "Hi"})


def answer() -> httpx.Response:
    return httpx.Response(200, json=ANSWER)


def test_a_call_posts_to_chat_completions(
    make_chat: MakeChat, server: Scripted
) -> None:
    make_chat(answer()).invoke([SystemMessage("Be brief."), HumanMessage("Hello")])

    request = server.requests[0]
    assert (request.method, str(request.url)) == (
        "POST",
        "http://test/v1/chat/completions",
    )
    assert server.body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "stream": False,
    }


def test_a_streamed_call_asks_for_a_stream_and_for_usage(
    make_chat: MakeChat, server: Scripted
) -> None:
    list(make_chat(streamed(text_stream("Hi"))).stream("Hello"))

    assert server.body["stream"] is True
    assert server.body["stream_options"] == {"include_usage": True}
    assert server.headers["accept"] == "text/event-stream"
    assert server.headers["accept-encoding"] == "identity"
    assert server.headers["cache-control"] == "no-store"
    assert server.headers["authorization"] == "Bearer secret-key-1234"
    assert server.headers["content-type"] == "application/json"


def test_usage_is_not_asked_for_when_switched_off(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(streamed(text_stream("Hi")), stream_usage=False)

    list(chat.stream("Hello"))

    assert "stream_options" not in server.body


def test_the_fields_go_into_the_body(make_chat: MakeChat, server: Scripted) -> None:
    fields: dict[str, Any] = {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 10,
        "seed": 1,
        "n": 2,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "logit_bias": {"1": -100.0},
        "logprobs": True,
        "top_logprobs": 2,
        "reasoning_effort": "low",
        "user": "me",
        "stop": ["END"],
    }

    make_chat(answer(), **fields, model_kwargs={"top_k": 3}).invoke("Hello")

    assert {k: server.body[k] for k in fields} == fields
    assert server.body["top_k"] == 3


@pytest.mark.parametrize(
    ("alias", "name", "value"),
    [
        ("model_name", "model", "other"),
        ("max_completion_tokens", "max_tokens", 5),
        ("stop_sequences", "stop", ["END"]),
        ("request_timeout", "timeout", 5.0),
    ],
)
def test_other_names_of_a_field_are_known(alias: str, name: str, value: Any) -> None:
    fields = {"model": "m", "api_key": "k"}
    fields.pop(name, None)

    chat = ChatSSE(**{**fields, alias: value})

    assert getattr(chat, name) == value


@pytest.mark.parametrize(
    ("of_the_model", "of_the_call", "sent"),
    [
        ({"reasoning_effort": "low"}, {"reasoning": "high"}, "high"),
        ({"reasoning": "low"}, {"reasoning_effort": "high"}, "high"),
        ({"reasoning": "low"}, {"reasoning_effort": None}, "low"),
        (
            {"reasoning": "low"},
            {"reasoning": "high", "reasoning_effort": "high"},
            "high",
        ),
        ({"max_completion_tokens": 5}, {"max_tokens": 9}, 9),
        ({"max_tokens": 5}, {"max_completion_tokens": 9}, 9),
        ({"max_tokens": 5}, {"max_completion_tokens": None}, 5),
    ],
)
def test_a_keyword_of_a_call_overrides_the_other_name_for_the_same(
    make_chat: MakeChat,
    server: Scripted,
    of_the_model: dict[str, Any],
    of_the_call: dict[str, Any],
    sent: Any,
) -> None:
    by_field = make_chat(answer(), answer(), **of_the_model)
    by_kwargs = make_chat(answer(), answer(), model_kwargs=of_the_model)

    for chat in (by_field, by_kwargs):
        chat.invoke("Hello", **of_the_call)

    names = {"reasoning_effort", "reasoning", "max_tokens", "max_completion_tokens"}
    for body in server.bodies:
        assert [body[name] for name in names & body.keys()] == [sent]


def test_keywords_of_a_call_override_the_fields(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), temperature=0.5, max_tokens=10)

    chat.invoke("Hello", temperature=0.9, max_tokens=20, model="other", stop=["X"])

    assert server.body["temperature"] == 0.9
    assert server.body["max_tokens"] == 20
    assert server.body["model"] == "other"
    assert server.body["stop"] == ["X"]


@pytest.mark.parametrize("stop", ["END", ["END"]])
def test_the_stop_of_the_model_holds_without_one_of_the_call(
    make_chat: MakeChat, server: Scripted, stop: Any
) -> None:
    make_chat(answer(), stop=stop).invoke("Hello")

    assert server.body["stop"] == ["END"]


def test_unknown_keywords_of_a_call_go_into_the_body(
    make_chat: MakeChat, server: Scripted
) -> None:
    make_chat(answer()).invoke("Hello", top_k=3, provider={"order": ["a"]})

    assert server.body["top_k"] == 3
    assert server.body["provider"] == {"order": ["a"]}


def test_settings_given_to_a_call_are_not_sent(
    make_chat: MakeChat, server: Scripted
) -> None:
    make_chat(answer()).invoke(
        "Hello",
        timeout=3,
        first_token_timeout=4,
        stream_chunk_timeout=5,
        max_retries=0,
        stream_usage=False,
        on_truncation="accept",
        include_response_headers=True,
    )

    assert set(server.body) == {"model", "messages", "stream"}
    assert server.requests[0].extensions["timeout"]["connect"] == 3


def test_extra_headers_are_merged_over_the_default_ones(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), default_headers={"X-A": "1", "X-B": "1"})

    chat.invoke("Hello", extra_headers={"X-B": "2", "X-C": "3"})

    got = [server.headers.get(name) for name in ("x-a", "x-b", "x-c")]
    assert got == ["1", "2", "3"]


def test_extra_body_is_merged_over_that_of_the_model(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(answer(), extra_body={"a": 1, "b": 1}, temperature=0.1)

    chat.invoke("Hello", extra_body={"b": 2, "c": 3, "temperature": 0.7})

    assert {k: server.body[k] for k in ("a", "b", "c", "temperature")} == {
        "a": 1,
        "b": 2,
        "c": 3,
        "temperature": 0.7,
    }


def test_queries_are_merged(make_chat: MakeChat, server: Scripted) -> None:
    chat = make_chat(answer(), default_query={"api-version": "1", "x": "1"})

    chat.invoke("Hello", extra_query={"x": "2"})

    assert dict(server.requests[0].url.params) == {"api-version": "1", "x": "2"}


def test_no_key_means_no_authorization(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer(), api_key=None).invoke("Hello")

    assert "authorization" not in server.headers


def test_text_goes_out_as_utf8(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer()).invoke("Привет, 世界 👋")

    assert "Привет, 世界 👋".encode() in server.requests[0].content


@pytest.mark.parametrize(
    ("dialect", "name"),
    [
        pytest.param(Dialect(), "max_tokens", id="default"),
        pytest.param(
            Dialect(max_tokens_field="max_completion_tokens"),
            "max_completion_tokens",
            id="max_completion_tokens",
        ),
    ],
)
def test_the_dialect_names_the_limit(
    make_chat: MakeChat, server: Scripted, dialect: Dialect, name: str
) -> None:
    make_chat(answer(), provider=custom(dialect), max_tokens=7).invoke("Hello")

    limits = {k: v for k, v in server.body.items() if "tokens" in k}
    assert limits == {name: 7}


@pytest.mark.parametrize("role", ["system", "developer"])
def test_the_dialect_names_the_system_role(
    make_chat: MakeChat, server: Scripted, role: Any
) -> None:
    chat = make_chat(answer(), provider=custom(Dialect(system_role=role)))

    chat.invoke([SystemMessage("Be brief."), HumanMessage("Hello")])

    assert server.body["messages"][0]["role"] == role


@pytest.mark.parametrize("asks", [True, False])
def test_the_dialect_says_whether_usage_may_be_asked_for(
    make_chat: MakeChat,
    server: Scripted,
    asks: bool,
) -> None:
    provider = custom(Dialect(supports_stream_options=asks))

    list(make_chat(streamed(text_stream("Hi")), provider=provider).stream("Hello"))

    assert ("stream_options" in server.body) is asks


def custom(dialect: Dialect) -> Provider:
    return Provider(name="own", api_key_required=False, dialect=dialect)


def test_the_response_format_of_a_call_is_made_from_a_class(
    make_chat: MakeChat, server: Scripted
) -> None:
    class Joke(BaseModel):
        setup: str

    make_chat(answer()).invoke("Hello", response_format=Joke, strict=True)

    sent = server.body["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["name"] == "Joke"
    assert sent["json_schema"]["strict"] is True
    assert "strict" not in server.body


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda chat: chat.invoke([]), "no messages"),
        (lambda chat: chat.invoke("Hello", extra_body={"a": object()}), "'a'"),
        (lambda chat: chat.invoke("Hello", timeout="soon"), "timeout"),
        (lambda chat: chat.invoke("Hello", extra_headers={"X": "a\nb"}), "'X'"),
        (lambda chat: chat.invoke("Hello", extra_headers=5), "`extra_headers`"),
        (lambda chat: chat.invoke("Hello", extra_query="a"), "`extra_query`"),
        (
            lambda chat: chat.invoke("Hello", extra_body=[1]),
            "`extra_body` must be a dict, not list",
        ),
        (lambda chat: chat.invoke("Hello", max_retries=-1), "max_retries"),
        (lambda chat: chat.invoke("Hello", max_retry_after=-1), "max_retry_after"),
        (lambda chat: chat.invoke("Hello", timeout=-1), "`timeout` is -1"),
        (
            lambda chat: chat.invoke("Hello", first_token_timeout="soon"),
            "`first_token_timeout` is 'soon'",
        ),
        (
            lambda chat: chat.invoke("Hello", stream_chunk_timeout=math.nan),
            "`stream_chunk_timeout` is nan",
        ),
    ],
)
def test_what_cannot_be_sent_is_an_error_before_anything_is_sent(
    make_chat: MakeChat, server: Scripted, call: Callable[[ChatSSE], Any], words: str
) -> None:
    chat = make_chat(answer())

    with pytest.raises(ConfigurationError, match=words):
        call(chat)

    assert server.requests == []


def test_a_wrong_address_is_an_error_before_anything_is_sent() -> None:
    with pytest.raises(ConfigurationError, match="not a URL"):
        ChatSSE(model="m", base_url="api.example.com/v1")


def test_the_body_is_json_of_one_line(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer()).invoke("Hello")

    content = server.requests[0].content
    assert json.loads(content) == server.body
    assert b"\n" not in content
