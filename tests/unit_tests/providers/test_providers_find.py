"""Which provider is meant, by a name or by the host of an address."""

from __future__ import annotations

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider
from langchain_sse_chat.providers.find import hosts_of
from tests.unit_tests.providers.environment import is_found_by_its_host, own_address

ROWS = [p for p in PROVIDERS.values() if p.name != "custom"]
FOUND = [p for p in ROWS if is_found_by_its_host(p)]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_is_found_by_its_name(name: str) -> None:
    assert find_provider(name, None).name == name
    assert find_provider(f" {name.upper()} ", "http://localhost").name == name


@pytest.mark.parametrize("provider", FOUND, ids=lambda p: p.name)
def test_a_provider_is_found_by_its_host(provider: Provider) -> None:
    address = own_address(provider)

    assert find_provider(None, address) is provider
    assert find_provider(None, f"{address.upper()}/") is provider


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
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/openai/v1", "bedrock"),
        ("https://bedrock-mantle.us-east-1.api.aws/v1", "bedrock"),
        ("https://aiplatform.googleapis.com/v1/projects/p", "vertex"),
        ("https://me.cloud.databricks.com/serving-endpoints", "databricks"),
        ("https://adb-1.2.azuredatabricks.net", "databricks"),
        ("https://org-me.snowflakecomputing.com/api/v2/cortex/v1", "snowflake"),
        ("https://api.z.ai/api/coding/paas/v4", "zai"),
        ("https://coding.dashscope.aliyuncs.com/v1", "alibaba-coding"),
        ("https://llm.api.cloud.yandex.net/v1", "yandex"),
    ],
)
def test_a_provider_is_found_by_its_other_hosts(url: str, name: str) -> None:
    assert find_provider(None, url).name == name


def test_the_hosts_are_those_of_the_rows() -> None:
    found = hosts_of(ROWS)

    listed = {*found.names, *(pattern for pattern, _ in found.patterns)}
    assert listed == {host for row in ROWS for host in row.known_hosts}
    assert all(row.serves(host) for host, row in found.names.items())


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
        "https://bedrock-runtime.a.b.amazonaws.com",
        "https://bedrock-runtime.eu-west-1.amazonaws.com.evil.example",
        "https://evil.example/api.anthropic.com",
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
    assert "Did you mean openai?" in str(caught.value)
