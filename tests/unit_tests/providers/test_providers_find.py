"""Which provider is meant, by a name or by the host of an address."""

from __future__ import annotations

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider

ROWS = [p for p in PROVIDERS.values() if p.name != "custom"]
CLOUD = [p for p in ROWS if not p.is_local]
WITH_ADDRESS = [p for p in CLOUD if p.base_url]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_is_found_by_its_name(name: str) -> None:
    assert find_provider(name, None).name == name
    assert find_provider(f" {name.upper()} ", "http://localhost").name == name


@pytest.mark.parametrize("provider", WITH_ADDRESS, ids=lambda p: p.name)
def test_a_provider_is_found_by_its_host(provider: Provider) -> None:
    assert provider.base_url is not None
    assert find_provider(None, provider.base_url) is provider
    assert find_provider(None, f"{provider.base_url.upper()}/") is provider


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://eu.api.openai.com/v1", "openai"),
        ("https://my-resource.openai.azure.com", "azure"),
        ("https://MY.services.ai.azure.com/openai/v1", "azure"),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "dashscope"),
        ("https://ws1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", "dashscope"),
        ("https://api.moonshot.cn/v1", "moonshot"),
        ("https://api.minimaxi.com/v1", "minimax"),
        ("https://api.together.xyz/v1", "together"),
        ("https://us.api.x.ai/v1", "xai"),
        ("https://ollama.com/v1", "ollama"),
    ],
)
def test_a_provider_is_found_by_its_other_hosts(url: str, name: str) -> None:
    assert find_provider(None, url).name == name


def test_without_anything_it_is_openai() -> None:
    assert find_provider(None, None).name == "openai"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://127.0.0.1:11434/v1",
        "https://api.openai.com.evil.example",
        "https://openai.azure.com",
        "http+unix://%2Frun%2Fmy.openai.azure.com/v1",
        "https://evilopenai.azure.com.example",
        "",
        "x",
        "http://[",
    ],
)
def test_any_other_host_is_a_custom_server(url: str) -> None:
    assert find_provider(None, url).name == "custom"


def test_a_provider_of_ones_own_is_taken_as_it_is() -> None:
    mine = Provider(name="mine")

    assert find_provider(mine, "https://api.openai.com/v1") is mine


def test_an_unknown_name_is_an_error_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError) as caught:
        find_provider("opanai", None)

    assert "'opanai'" in str(caught.value)
    assert all(name in str(caught.value) for name in PROVIDERS)
