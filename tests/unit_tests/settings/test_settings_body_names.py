"""Keys of the request's body, in calls and in `model_kwargs`."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.settings.asked_models import SECRET, MakeChat, answer


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("openrouter_provider", {"sort": "price"}, "It is sent as 'provider'"),
        ("organization", "org-1", "Pass it to the constructor"),
        ("azure_deployment", "d", "Pass it to the constructor"),
        ("openai_api_base", "http://x", "Pass it to the constructor"),
        ("use_responses_api", True, "The Responses API is not supported"),
        ("use_responses_api", False, "The Responses API is not supported"),
        ("api_key", SECRET, "is a setting of the model"),
        ("api_token", SECRET, "looks like a secret"),
    ],
)
def test_what_is_not_a_field_of_the_body_is_not_sent(
    make_chat: MakeChat, server: Scripted, name: str, value: Any, words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        make_chat(answer()).invoke("Hello", **{name: value})
    with pytest.raises(ConfigurationError, match=words):
        ChatSSE(model="m", api_key="k", model_kwargs={name: value})

    assert SECRET not in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_tier", "flex"),
        ("provider", {"sort": "price"}),
        ("prompt_cache_key", "user-1"),
    ],
)
def test_a_field_of_the_body_is_sent(
    make_chat: MakeChat, server: Scripted, name: str, value: Any
) -> None:
    make_chat(answer()).invoke("Hello", **{name: value})
    make_chat(answer(), model_kwargs={name: value}).invoke("Hello")

    assert [body[name] for body in server.bodies] == [value, value]


def test_metadata_of_the_body_is_not_that_of_traces(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(
        answer(), metadata={"trace": 1}, model_kwargs={"metadata": {"a": "b"}}
    )
    chat.invoke("Hello")

    assert server.body["metadata"] == {"a": "b"}
    assert (chat.metadata or {})["trace"] == 1


def test_extra_body_is_not_checked(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(answer(), extra_body={"include": ["x"]}).invoke("Hello")

    assert server.body["include"] == ["x"]


@pytest.mark.parametrize("name", ["server_url", "http_proxy", "api_host", "my_uris"])
def test_an_unknown_argument_named_like_an_address_is_an_error(name: str) -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        ChatSSE(model="m", api_key="k", **{name: "http://x"})
