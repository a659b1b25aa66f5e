"""Where a model's requests go, and with which key."""

from __future__ import annotations

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, Provider
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.providers.environment import own_address
from tests.unit_tests.settings.asked_models import (
    SECRET,
    where_and_with,
)


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "OPENAI_API_BASE"),
        ("openai", "OPENAI_BASE_URL"),
        ("deepseek", "DEEPSEEK_API_BASE"),
        ("openrouter", "OPENROUTER_API_BASE"),
        ("groq", "GROQ_API_BASE"),
        ("groq", "GROQ_BASE_URL"),
        ("xai", "XAI_API_BASE"),
        ("mistral", "MISTRAL_BASE_URL"),
        ("fireworks", "FIREWORKS_API_BASE"),
        ("together", "TOGETHER_API_BASE"),
        ("cerebras", "CEREBRAS_API_BASE"),
        ("nvidia", "NVIDIA_BASE_URL"),
        ("perplexity", "PERPLEXITY_BASE_URL"),
        ("sambanova", "SAMBANOVA_API_BASE"),
        ("dashscope", "DASHSCOPE_API_BASE"),
    ],
)
def test_the_variable_of_a_peer_decides_where_the_key_goes(
    monkeypatch: pytest.MonkeyPatch, provider: str, variable: str
) -> None:
    monkeypatch.setenv(PROVIDERS[provider].api_key_env or "", SECRET)
    monkeypatch.setenv(variable, "https://gateway.test/v1")

    chat = ChatSSE(model="m", provider=provider)

    assert where_and_with(chat) == ("https://gateway.test/v1", SECRET)


def test_of_two_variables_the_one_that_the_peer_prefers_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_API_BASE", "https://one.test/v1")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://other.test/v1")

    assert ChatSSE(model="m").base_url == "https://one.test/v1"


@pytest.mark.parametrize(
    "provider",
    [p for p in PROVIDERS.values() if p.api_key_required],
    ids=lambda p: p.name,
)
def test_a_missing_key_is_an_error_that_names_the_variable(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(provider.api_key_env or "", raising=False)
    home = own_address(provider)

    with pytest.raises(ConfigurationError, match=provider.api_key_env) as caught:
        ChatSSE(model="m", provider=provider.name, base_url=home)

    assert provider.hint in str(caught.value)
