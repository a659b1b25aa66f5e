"""The common part of a model's calls is kept and follows key and fields."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat import ChatSSE

ANSWER = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}


def make(sent: list[httpx.Request], **fields: Any) -> ChatSSE:
    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=ANSWER)

    given = {"model": "m", "base_url": "http://test/v1", "api_key": "k", **fields}
    client = httpx.Client(transport=httpx.MockTransport(handle))
    return ChatSSE(**given, http_client=client)


def test_a_key_that_changes_is_sent_as_it_is_now() -> None:
    sent: list[httpx.Request] = []
    keys = iter(["first-key", "second-key"])
    chat = make(sent, api_key=lambda: next(keys))
    chat.invoke("Hello")
    chat.invoke("Hello")

    keys_sent = [request.headers["authorization"] for request in sent]
    assert keys_sent == ["Bearer first-key", "Bearer second-key"]


@pytest.mark.parametrize("name", ["default_headers", "default_query"])
def test_a_mapping_that_is_changed_in_place_is_sent_as_it_is_now(name: str) -> None:
    sent: list[httpx.Request] = []
    chat = make(sent, **{name: {"team": "a"}})
    chat.invoke("Hello")
    getattr(chat, name)["team"] = "b"
    chat.invoke("Hello")

    found = [r.headers.get("team") or r.url.params["team"] for r in sent]
    assert found == ["a", "b"]


def test_a_field_that_is_changed_takes_effect() -> None:
    sent: list[httpx.Request] = []
    chat = make(sent)
    chat.invoke("Hello")
    chat.base_url = "http://other/v1"
    chat.invoke("Hello")
    chat.model_copy(update={"api_key": "other"}).invoke("Hello")
    chat.invoke("Hello")

    assert [r.url.host for r in sent] == ["test", "other", "other", "other"]
    keys = [r.headers["authorization"] for r in sent]
    assert keys == ["Bearer k", "Bearer k", "Bearer other", "Bearer k"]


def test_keywords_of_a_call_are_for_that_call() -> None:
    sent: list[httpx.Request] = []
    chat = make(sent)
    chat.invoke("Hello")
    chat.invoke("Hello", extra_headers={"team": "a"}, extra_query={"q": "1"})
    chat.invoke("Hello")

    assert [r.headers.get("team") for r in sent] == [None, "a", None]
    assert [r.url.query for r in sent] == [b"", b"q=1", b""]


def test_no_key_is_written_with_a_model() -> None:
    chat = ChatSSE(model="m", api_key="k")
    chat._plan("the-key", [HumanMessage("Hello")], None, {}, streamed=False)

    assert chat._shared_parts
    assert b"the-key" not in pickle.dumps(chat)
    assert chat._shared_parts
