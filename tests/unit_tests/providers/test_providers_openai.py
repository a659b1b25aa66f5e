"""OpenAI and Azure."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
)

MakeChat = Callable[..., ChatSSE]


class TestAzure:
    """Where Azure's requests go and what carries their key."""

    def test_an_endpoint_is_asked_through_the_v1_api(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        chat = make_chat(ok(), base_url="https://mine.openai.azure.com/", model="gpt")

        chat.invoke("Hello")

        request = server.requests[0]
        assert str(request.url) == (
            "https://mine.openai.azure.com/openai/v1/chat/completions"
        )
        assert server.headers["api-key"] == "secret-key-1234"
        assert "authorization" not in server.headers
        assert server.body["model"] == "gpt"

    def test_a_deployment_has_an_address_of_its_own(
        self,
        make_chat: MakeChat,
        server: Scripted,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")
        monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://mine.openai.azure.com")
        chat = make_chat(
            ok(), provider="azure-deployments", base_url=None, model="gpt 4"
        )

        chat.invoke("Hello")
        chat.invoke("Hello", model="other")

        first, second = (str(request.url) for request in server.requests)
        assert first == (
            "https://mine.openai.azure.com/openai/deployments/gpt%204"
            "/chat/completions?api-version=2024-10-21"
        )
        assert "/deployments/other/" in second

    def test_the_version_can_be_given_to_the_model(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        chat = make_chat(
            ok(),
            provider="azure-deployments",
            base_url="https://mine.openai.azure.com",
            default_query={"api-version": "1"},
        )

        chat.invoke("Hello")

        assert server.requests[0].url.query == b"api-version=1"

    def test_a_missing_version_is_an_error_before_anything_is_sent(
        self,
        make_chat: MakeChat,
        server: Scripted,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delenv("OPENAI_API_VERSION", raising=False)
        chat = make_chat(
            ok(),
            provider="azure-deployments",
            base_url="https://mine.openai.azure.com",
        )

        with pytest.raises(ConfigurationError, match="OPENAI_API_VERSION"):
            chat.invoke("Hello")

        assert server.requests == []

    def test_the_whole_address_of_a_deployment_is_taken_as_it_is(
        self, make_chat: MakeChat, server: Scripted
    ) -> None:
        url = "https://mine.openai.azure.com/openai/deployments/d"
        chat = make_chat(ok(), base_url=f"{url}?api-version=2024-10-21")

        chat.invoke("Hello")

        assert str(server.requests[0].url) == (
            f"{url}/chat/completions?api-version=2024-10-21"
        )
        assert server.headers["api-key"] == "secret-key-1234"


def ok() -> httpx.Response:
    return httpx.Response(200, json=completion({"content": "Hi"}))


def test_structured_output_of_older_models_is_a_tool(
    make_chat: MakeChat, server: Scripted
) -> None:
    schema = {"title": "Joke", "type": "object", "properties": {}}
    chat = make_chat(ok(), provider="openai", base_url=None, model="gpt-4-turbo")

    chat.with_structured_output(schema, include_raw=True).invoke("Hello")

    assert server.body["tools"][0]["function"]["name"] == "Joke"
    assert "response_format" not in server.body
    with pytest.raises(ConfigurationError, match="server or model takes no JSON"):
        chat.with_structured_output(schema, method="json_schema").invoke("Hello")


def test_all_of_azure_has_langchains_name() -> None:
    rows = [row for row in PROVIDERS.values() if row.name.startswith("azure")]

    assert len(rows) == 4
    assert {row.langchain_name or row.name for row in rows} == {"azure"}
