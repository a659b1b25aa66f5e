from __future__ import annotations

import pickle

import pytest

from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider

ROWS = [p for p in PROVIDERS.values() if p.name != "custom"]
LOCAL = [p for p in ROWS if p.is_local]
CLOUD = [p for p in ROWS if not p.is_local]
WITH_ADDRESS = [p for p in CLOUD if p.base_url]

NAMES = [
    "openai",
    "azure",
    "megallm",
    "aitunnel",
    "openrouter",
    "deepseek",
    "groq",
    "mistral",
    "xai",
    "together",
    "fireworks",
    "cerebras",
    "perplexity",
    "dashscope",
    "moonshot",
    "zhipu",
    "minimax",
    "gemini",
    "gigachat",
    "github-models",
    "huggingface",
    "nvidia",
    "sambanova",
    "vllm",
    "sglang",
    "llamacpp",
    "ollama",
    "lmstudio",
    "litellm",
]

by_name = pytest.mark.parametrize("provider", ROWS, ids=lambda p: p.name)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_the_provider(name: str) -> None:
    assert name in PROVIDERS


@pytest.mark.parametrize("provider", WITH_ADDRESS, ids=lambda p: p.name)
def test_a_provider_in_the_cloud_needs_a_key_at_home_only(provider: Provider) -> None:
    assert provider.base_url is not None
    assert provider.needs_key_at(provider.base_url)
    assert not provider.needs_key_at("http://localhost:8000/v1")
    assert not provider.needs_key_at("http+unix://%2Frun%2Fllama.sock/v1")
    assert provider.needs_key_at("no host")


@pytest.mark.parametrize("provider", LOCAL, ids=lambda p: p.name)
def test_a_local_server_needs_no_key_and_is_found_by_its_name_only(
    provider: Provider,
) -> None:
    assert provider.base_url is not None
    assert not provider.needs_key_at(provider.base_url)
    assert find_provider(None, provider.base_url).name == "custom"


@by_name
def test_what_is_known_of_a_provider_has_a_source(provider: Provider) -> None:
    assert provider.source.startswith("https://")
    assert provider.hint.endswith(".") or provider.is_local
    assert provider.note.endswith(".") or not provider.note


@pytest.mark.parametrize("provider", CLOUD, ids=lambda p: p.name)
def test_a_provider_in_the_cloud_has_a_variable_and_a_safe_address(
    provider: Provider,
) -> None:
    assert provider.api_key_env
    assert provider.api_key_required
    address = provider.base_url or ""
    assert address.startswith("https://") or provider.base_url_env
    assert not address.endswith("/")


@pytest.mark.parametrize("provider", LOCAL, ids=lambda p: p.name)
def test_a_local_server_has_its_default_address(provider: Provider) -> None:
    assert (provider.base_url or "").startswith("http://localhost:")
    assert not provider.api_key_required


@by_name
def test_a_row_survives_pickling_and_can_be_hashed(provider: Provider) -> None:
    assert pickle.loads(pickle.dumps(provider)) == provider  # noqa: S301 - our own
    assert hash(provider) == hash(PROVIDERS[provider.name])


@pytest.mark.parametrize(
    "provider", [p for p in ROWS if "azure" not in p.name], ids=lambda p: p.name
)
def test_a_host_belongs_to_one_provider(provider: Provider) -> None:
    own = {provider.host, *provider.hosts} - {None, "localhost"}
    others = [p for p in ROWS if p is not provider]

    assert not [(host, p.name) for host in own for p in others if p.serves(host)]
