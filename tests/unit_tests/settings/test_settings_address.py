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


def test_an_address_of_groq_without_a_path_gets_that_of_its_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GROQ_API_BASE", "https://gateway.test")
    chat = ChatSSE(model="m", provider="groq", api_key=SECRET)

    assert chat._provider.root(chat._address, "m") == "https://gateway.test/openai/v1"


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "OPENAI_PROXY"),
        ("groq", "GROQ_PROXY"),
        ("cerebras", "CEREBRAS_PROXY"),
    ],
)
def test_the_variable_of_a_peer_is_the_proxy(
    monkeypatch: pytest.MonkeyPatch, provider: str, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://proxy.test:1")

    own = ChatSSE(model="m", provider=provider, api_key=SECRET)
    given = ChatSSE(
        model="m", provider=provider, api_key=SECRET, proxy="http://other.test:1"
    )
    other = ChatSSE(model="m", provider="mistral", api_key=SECRET)

    assert [c._client_settings().proxy for c in (own, given, other)] == [
        "http://proxy.test:1",
        "http://other.test:1",
        None,
    ]
    assert own.proxy is None


def test_a_proxy_of_the_environment_that_is_not_valid_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_PROXY", "not a proxy")

    with pytest.raises(ConfigurationError, match="proxy"):
        ChatSSE(model="m", api_key=SECRET)


def test_of_two_variables_for_a_header_the_one_that_the_peer_prefers_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_ORGANIZATION", "org-old")
    first = ChatSSE(model="m", api_key=SECRET)._environment_headers
    monkeypatch.setenv("OPENAI_ORG_ID", "org-new")
    second = ChatSSE(model="m", api_key=SECRET)._environment_headers

    assert first == {"OpenAI-Organization": "org-old"}
    assert second == {"OpenAI-Organization": "org-new"}


def test_the_error_names_a_provider_with_a_key_if_none_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", SECRET)

    with pytest.raises(ConfigurationError, match="provider='deepseek'") as caught:
        ChatSSE(model="deepseek-chat")
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY") as chosen:
        ChatSSE(model="deepseek-chat", provider="openai")

    assert "DEEPSEEK" not in str(chosen.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("OPENAI_API_BASE", "a.test/v1"), ("OPENAI_BASE_URL", "ftp://a.test")],
)
def test_an_error_names_the_variable_with_the_address(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=f"`{variable}` is '{value}'"):
        ChatSSE(model="m", api_key="k")
    with pytest.raises(ConfigurationError, match=r"`base_url` is 'b\.test'"):
        ChatSSE(model="m", api_key="k", provider="openai", base_url="b.test")


def test_an_error_names_the_variable_with_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_PROXY", "p:1")

    with pytest.raises(ConfigurationError, match="Invalid proxy URL in OPENAI_PROXY"):
        ChatSSE(model="m", api_key="k")
