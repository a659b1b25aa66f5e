"""Headers that a provider takes from the environment."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, CompatibleEmbeddings, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider
from tests.unit_tests.chat_models.scripted import completion
from tests.unit_tests.providers.environment import variables

ORG = "org-1234567"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name in variables(provider):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", "secret-key-1234")
    monkeypatch.setenv("OPENAI_ORG_ID", ORG)


class Requests(httpx.MockTransport):
    """Answers each request and keeps it."""

    def __init__(self) -> None:
        """Start without requests."""
        super().__init__(self.answer)
        self.seen: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request for chat or embeddings."""
        self.seen.append(request)
        whole = completion({"content": "Hi"})
        return httpx.Response(
            200, json={**whole, "data": [{"index": 0, "embedding": [1.0]}]}
        )


def sent(chat: ChatSSE, **keywords: Any) -> httpx.Headers:
    """Return the headers of a call to a server."""
    requests = Requests()
    chat.http_client = httpx.Client(transport=requests)
    chat.invoke("Hello", **keywords)
    return requests.seen[-1].headers


def test_a_header_is_sent_if_its_variable_is_set() -> None:
    headers = sent(ChatSSE(model="m"))

    assert headers["OpenAI-Organization"] == ORG
    assert "OpenAI-Project" not in headers


async def test_in_async_calls_too() -> None:
    requests = Requests()
    client = httpx.AsyncClient(transport=requests)

    await ChatSSE(model="m", http_async_client=client).ainvoke("Hello")

    assert requests.seen[0].headers["OpenAI-Organization"] == ORG


def test_in_requests_for_embeddings_too() -> None:
    requests = Requests()
    client = httpx.Client(transport=requests)

    CompatibleEmbeddings(model="m", http_client=client).embed_query("x")

    assert requests.seen[0].headers["OpenAI-Organization"] == ORG


def test_the_models_own_headers_replace_them() -> None:
    chat = ChatSSE(model="m", default_headers={"openai-organization": "mine"})

    assert sent(chat).get_list("OpenAI-Organization") == ["mine"]


def test_the_headers_of_a_call_replace_them() -> None:
    chat = ChatSSE(model="m")
    replaced = sent(chat, extra_headers={"openai-organization": "of the call"})
    removed = sent(chat, extra_headers={"OpenAI-Organization": None})

    assert replaced.get_list("OpenAI-Organization") == ["of the call"]
    assert "OpenAI-Organization" not in removed


def test_they_are_sent_to_an_address_from_the_providers_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://gateway.test/v1")

    assert sent(ChatSSE(model="m"))["OpenAI-Organization"] == ORG


def test_they_are_sent_to_the_providers_other_hosts() -> None:
    chat = ChatSSE(model="m", base_url="https://eu.api.openai.com/v1")

    assert sent(chat)["OpenAI-Organization"] == ORG


@pytest.mark.parametrize("provider", ["openai", None])
def test_no_other_server_gets_them(provider: str | None) -> None:
    chat = ChatSSE(model="m", provider=provider, base_url="https://proxy.test/v1")

    assert "OpenAI-Organization" not in sent(chat)


def test_they_follow_a_change_of_the_address() -> None:
    chat = ChatSSE(model="m")
    elsewhere = chat.model_copy(update={"base_url": "https://proxy.test/v1"})
    chat.base_url = "https://proxy.test/v1"

    assert "OpenAI-Organization" not in sent(elsewhere)
    assert "OpenAI-Organization" not in sent(chat)
    chat.base_url = None
    assert sent(chat)["OpenAI-Organization"] == ORG


def test_they_are_read_when_a_model_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = Requests()
    chat = ChatSSE(model="m", http_client=httpx.Client(transport=requests))

    monkeypatch.setenv("OPENAI_ORG_ID", "org-later")
    chat.invoke("Hello")

    assert requests.seen[0].headers["OpenAI-Organization"] == ORG


def test_a_value_that_cannot_be_sent_is_an_error_before_a_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org\n1234567")

    with pytest.raises(ConfigurationError, match="OpenAI-Organization") as caught:
        ChatSSE(model="m")

    assert "1234567" not in str(caught.value)


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "")

    assert "OpenAI-Organization" not in sent(ChatSSE(model="m"))


def test_a_local_server_of_ones_own_gets_its_headers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEAM", "search")
    mine = Provider(
        name="mine",
        base_url="http://localhost:8000/v1",
        api_key_required=False,
        headers_env=(("X-Team", "TEAM"),),
    )
    at_home = ChatSSE(model="m", provider=mine, base_url="http://localhost:9000/v1")
    elsewhere = ChatSSE(model="m", provider=mine, base_url="http://proxy.test/v1")

    assert sent(at_home)["X-Team"] == "search"
    assert "X-Team" not in sent(elsewhere)


def test_openrouter_gets_the_address_and_title_of_the_application(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENROUTER_APP_URL", "https://app.test")
    monkeypatch.setenv("OPENROUTER_APP_TITLE", "App")
    headers = sent(ChatSSE(model="m", provider="openrouter", api_key="k"))

    assert headers["HTTP-Referer"] == "https://app.test"
    assert headers["X-OpenRouter-Title"] == "App"
    assert "OpenAI-Organization" not in headers
