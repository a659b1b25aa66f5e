from __future__ import annotations

import pickle
import re
from datetime import date

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider
from langchain_sse_chat.request.headers import check_headers
from langchain_sse_chat.settings.api_key import sync_key
from tests.unit_tests.providers.environment import (
    is_found_by_its_host,
    own_address,
    placeholders,
    variables,
)

ROWS = [p for p in PROVIDERS.values() if p.name != "custom"]
LOCAL = [p for p in ROWS if p.is_local]
CLOUD = [p for p in ROWS if not p.is_local]

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
    "anthropic",
    "bedrock",
    "vertex",
    "vercel",
    "yandex",
    "cloudru",
    "mws",
    "volcengine",
    "siliconflow",
    "siliconflow-cn",
    "nebius",
    "deepinfra",
    "novita",
    "databricks",
    "snowflake",
    "cloudflare",
    "qianfan",
    "tencent",
    "stepfun",
    "xiaomi",
    "cohere",
    "upstage",
    "baseten",
    "friendli",
    "scaleway",
    "ovhcloud",
    "digitalocean",
    "wandb",
    "vultr",
    "heroku",
    "poe",
    "requesty",
    "chutes",
    "venice",
    "zenmux",
    "helicone",
    "aihubmix",
    "opencode",
    "modelscope",
    "inception",
    "sarvam",
    "github-copilot",
    "zai-coding",
    "kimi-for-coding",
    "alibaba-coding",
    "proxyapi",
    "vsegpt",
    "bothub",
    "polza",
    "routerai",
    "gptunnel",
    "llmost",
    "botech",
]

by_name = pytest.mark.parametrize("provider", ROWS, ids=lambda p: p.name)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_the_provider(name: str) -> None:
    assert name in PROVIDERS


@pytest.mark.parametrize("provider", CLOUD, ids=lambda p: p.name)
def test_a_provider_in_the_cloud_needs_a_key_at_home_only(provider: Provider) -> None:
    assert provider.needs_key_at(own_address(provider))
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


FOUND = [p for p in ROWS if is_found_by_its_host(p)]


@pytest.mark.parametrize("provider", FOUND, ids=lambda p: p.name)
def test_a_host_belongs_to_one_provider(provider: Provider) -> None:
    own = {host.replace("*", "mine-1") for host in provider.known_hosts}
    others = [p for p in FOUND if p is not provider]

    assert not [(host, p.name) for host in own for p in others if p.serves(host)]


@pytest.mark.parametrize("provider", CLOUD, ids=lambda p: p.name)
def test_a_key_goes_home_and_to_no_other_host(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in PROVIDERS.values():
        for name in variables(each):
            monkeypatch.delenv(name, raising=False)
    for name in provider.key_variables:
        monkeypatch.setenv(name, "secret-key-1234")
    for name in placeholders(provider):
        monkeypatch.setenv(name, "mine-1")
    home = own_address(provider)
    if provider.base_url is None:
        monkeypatch.setenv(provider.base_url_env or "", home)

    chat = ChatSSE(model="m", provider=provider.name)

    assert chat.base_url == home
    assert sync_key(chat.api_key) == "secret-key-1234"
    for other in FOUND:
        if other.key_variables and not set(other.key_variables) & set(
            provider.key_variables
        ):
            with pytest.raises(ConfigurationError, match="No API key"):
                ChatSSE(model="m", base_url=own_address(other))
    assert ChatSSE(model="m", base_url="https://proxy.test/v1").api_key is None


@by_name
def test_the_day_of_the_facts_is_a_day(provider: Provider) -> None:
    assert not provider.checked or date.fromisoformat(provider.checked).year >= 2026


@by_name
def test_a_header_from_the_environment_can_be_sent(provider: Provider) -> None:
    check_headers({header: "x" for header, _ in provider.headers_env})
    assert all(re.fullmatch("[A-Z0-9_]+", each) for each in variables(provider))
