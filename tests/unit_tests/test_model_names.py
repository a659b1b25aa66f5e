from __future__ import annotations

from typing import Any

import pytest

import langchain_sse_chat
from langchain_sse_chat import ChatSSE, ConfigurationError, chat_model
from langchain_sse_chat.gigachat import GigaChat


@pytest.mark.parametrize(
    ("name", "kwargs", "provider", "model"),
    [
        ("aitunnel:gpt-4o", {}, "aitunnel", "gpt-4o"),
        ("openrouter:deepseek/r1:free", {}, "openrouter", "deepseek/r1:free"),
        (" OpenAI : gpt-4o", {}, "openai", "gpt-4o"),
        ("ollama:llama3:8b", {}, "ollama", "llama3:8b"),
        ("gpt-4o", {}, "openai", "gpt-4o"),
        ("llama3:8b", {"provider": "ollama"}, "ollama", "llama3:8b"),
        ("mistral:7b", {"provider": "ollama"}, "ollama", "mistral:7b"),
        ("llama3:8b", {"base_url": "http://h.example/v1"}, "custom", "llama3:8b"),
        ("mistral", {"base_url": "http://h.example/v1"}, "custom", "mistral"),
        ("groq:m", {"base_url": "http://h.example/v1"}, "groq", "m"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_string_names_provider_and_model(
    name: str, kwargs: dict[str, Any], provider: str, model: str
) -> None:
    chat = chat_model(name, api_key="k", temperature=0, **kwargs)

    assert type(chat) is ChatSSE
    assert (chat._provider.name, chat.model, chat.temperature) == (provider, model, 0)


def test_gigachat_is_its_own_class() -> None:
    chat = chat_model("gigachat:GigaChat-2-Max", access_token="t", profanity_check=True)

    assert type(chat) is GigaChat
    assert chat.model == "GigaChat-2-Max"


def test_the_error_for_an_unknown_provider_is_short() -> None:
    with pytest.raises(ConfigurationError, match="Unknown provider 'nobody'") as caught:
        chat_model("nobody:gpt-4o", api_key="k")

    assert "such as openai" in str(caught.value)
    assert "`provider` or `base_url`" in str(caught.value)


@pytest.mark.parametrize("name", ["gigachat", "openai:", "groq: "])
def test_a_provider_alone_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="without a model"):
        chat_model(name, api_key="k")


@pytest.mark.parametrize("name", [None, 5])
def test_a_name_is_a_string(name: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"not by {name}"):
        chat_model(name, api_key="k")


def test_the_name_is_public() -> None:
    assert langchain_sse_chat.chat_model is chat_model
    assert "chat_model" in langchain_sse_chat.__all__
