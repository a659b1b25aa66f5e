from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat.serve.failure.failure import Failure, RequestRefused
from langchain_sse_chat.serve.request.chat_request import (
    ChatRequest,
    ignored_header,
    read_chat_request,
    read_plain_request,
)
from langchain_sse_chat.serve.request.limits import RequestLimits
from tests.unit_tests.serve.bodies import JSON, QUESTION, read, refusal

TOOL = {"type": "function", "function": {"name": "f"}}
FORM = "application/x-www-form-urlencoded"


def test_a_request_has_defaults() -> None:
    sent = {"messages": [QUESTION]}
    assert read() == ChatRequest([HumanMessage("Hi")], fields=sent)


def test_a_request_has_all_its_fields() -> None:
    sent: dict[str, Any] = {
        "model": "m",
        "messages": [QUESTION],
        "temperature": 0.5,
        "stop": "a",
        "tools": [TOOL],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "response_format": {"type": "json_object"},
        "n": 2,
        "logprobs": True,
        "top_logprobs": 1,
        "modalities": ["audio"],
        "audio": {"voice": "alloy"},
        "metadata": {"a": "b"},
        "stream": True,
        "stream_options": {"include_usage": True},
        "store": False,
        "seed": None,
        "top_k": None,
    }
    assert read(**sent) == ChatRequest(
        [HumanMessage("Hi")],
        model="m",
        options={"temperature": 0.5, "stop": ["a"]},
        tools=[TOOL],
        tool_choice="auto",
        parallel_tool_calls=True,
        response_format={"type": "json_object"},
        n=2,
        logprobs=True,
        top_logprobs=1,
        modalities=["audio"],
        audio={"voice": "alloy"},
        metadata={"a": "b"},
        stream=True,
        include_usage=True,
        ignored=("store",),
        fields=sent,
    )


def test_a_request_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().model = "m"  # type: ignore[misc]


def test_demands_are_the_fields_that_change_the_answer() -> None:
    form = {"type": "json_object"}
    assert read(n=1, logprobs=False, temperature=1).demands == {}
    assert read(
        n=2,
        logprobs=True,
        tools=[TOOL],
        response_format=form,
        modalities=["audio"],
        audio={},
    ).demands == {
        "tools": [TOOL],
        "response_format": form,
        "n": 2,
        "logprobs": True,
        "modalities": ["audio"],
        "audio": {},
    }


def test_unknown_fields_are_named_in_their_order() -> None:
    request = read(top_k=1, service_tier="auto", extra_headers={"a": "b"}, store=None)

    assert request.ignored == ("top_k", "service_tier", "extra_headers")
    assert request.options == {}


def test_the_header_has_only_names_that_fit() -> None:
    names = ["top_k", "a\r\nset-cookie: b", "ключ", "", "a" * 65, "x-1.2"]
    assert ignored_header(names) == "top_k, x-1.2"
    assert ignored_header(f"f{n}" for n in range(99)).count(",") == 31


@pytest.mark.parametrize("content_type", [None, "text/plain", FORM])
def test_a_chat_request_is_json(content_type: str | None) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_chat_request(b"{}", content_type)
    assert caught.value.failure.status == 415


def test_a_body_has_a_limit() -> None:
    assert refusal(RequestLimits(body=10)).status == 413


def plain(
    body: object = b"", content_type: str | None = None, query: str = ""
) -> ChatRequest:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_plain_request(data, content_type, query=query)


def plain_refusal(*args: Any, **kwargs: Any) -> Failure:
    with pytest.raises(RequestRefused) as caught:
        plain(*args, **kwargs)
    return caught.value.failure


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"query": "message=a%20%C3%BC%0Ab&model=m"}, id="query"),
        pytest.param(
            {"body": {"message": "a ü\nb", "model": "m"}, "content_type": JSON},
            id="message in JSON",
        ),
        pytest.param(
            {
                "body": {
                    "model": "m",
                    "messages": [{"role": "user", "content": "a ü\nb"}],
                    "stream": False,
                    "stream_options": {"include_usage": True},
                },
                "content_type": JSON,
            },
            id="messages in JSON",
        ),
        pytest.param(
            {
                "body": "a ü\nb".encode(),
                "content_type": "text/plain; charset=utf-8",
                "query": "model=m",
            },
            id="text",
        ),
        pytest.param(
            {"body": b"message=a+%C3%BC%0Ab&model=m", "content_type": FORM}, id="form"
        ),
    ],
)
def test_a_question_is_read_from_each_form(request_: dict[str, Any]) -> None:
    found = plain(**request_)

    assert found.messages == [HumanMessage("a ü\nb")]
    assert (found.model, found.stream, found.include_usage) == ("m", True, False)
    assert found.ignored == ()


def test_options_of_a_question_are_read_from_json_only() -> None:
    by_json = plain({"message": "a", "temperature": 0, "other": 1}, JSON, "_=1")
    by_query = plain(query="message=a&temperature=0&_=1")

    assert (by_json.options, by_json.ignored) == ({"temperature": 0}, ("_", "other"))
    assert (by_query.options, by_query.ignored) == ({}, ("temperature", "_"))


@pytest.mark.parametrize(
    ("request_", "status", "param"),
    [
        ({}, 400, "message"),
        ({"query": "model=m"}, 400, "message"),
        ({"query": "message="}, 400, "message"),
        ({"query": "message=%20"}, 400, "message"),
        ({"query": "message=a&message=b"}, 400, "message"),
        ({"query": "message=%ff"}, 400, None),
        ({"query": "&".join(["a=b"] * 101)}, 400, None),
        ({"query": "message=a&model="}, 400, "model"),
        ({"body": {}, "content_type": JSON}, 400, "message"),
        ({"body": {"message": None}, "content_type": JSON}, 400, "message"),
        ({"body": {"message": 5}, "content_type": JSON}, 400, "message"),
        (
            {"body": {"message": "a", "messages": []}, "content_type": JSON},
            400,
            "message",
        ),
        ({"body": {"messages": []}, "content_type": JSON}, 400, "messages"),
        ({"body": b"", "content_type": JSON}, 400, None),
        ({"body": b"\xff", "content_type": "text/plain"}, 400, None),
        ({"body": b" ", "content_type": "text/plain"}, 400, "message"),
        ({"body": b"a", "content_type": None}, 415, None),
        ({"body": b"a", "content_type": "multipart/form-data"}, 415, None),
    ],
    ids=[
        "empty",
        "no message",
        "empty message",
        "blank message",
        "two messages",
        "not UTF-8",
        "too many fields",
        "empty model",
        "empty object",
        "null",
        "number",
        "message and messages",
        "empty messages",
        "empty body",
        "text not UTF-8",
        "blank text",
        "no content type",
        "multipart",
    ],
)
def test_a_request_without_a_question_is_refused(
    request_: dict[str, Any], status: int, param: str | None
) -> None:
    failure = plain_refusal(**request_)

    assert (failure.status, failure.param) == (status, param)
