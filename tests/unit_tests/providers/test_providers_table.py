from __future__ import annotations

import pickle

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider
from langchain_sse_chat.providers.provider import host_of

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


def test_a_key_is_needed_at_every_host_of_a_provider() -> None:
    assert PROVIDERS["azure"].needs_key_at("https://mine.openai.azure.com")
    assert PROVIDERS["moonshot"].needs_key_at("https://api.moonshot.cn/v1")
    assert not PROVIDERS["azure"].needs_key_at("https://proxy.example")


def test_a_local_server_of_ones_own_can_need_a_key() -> None:
    mine = Provider(name="mine", base_url="http://localhost:8000/v1")

    assert mine.needs_key_at("http://localhost:8000/v1")
    assert not mine.serves("localhost")


def test_a_custom_server_needs_no_key() -> None:
    assert not PROVIDERS["custom"].needs_key_at("http://localhost:8000/v1")
    assert PROVIDERS["custom"].host is None


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


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("https://r.openai.azure.com", "https://r.openai.azure.com/at/gpt%2F4"),
        ("https://r.openai.azure.com/", "https://r.openai.azure.com/at/gpt%2F4"),
        (
            "https://r.openai.azure.com?api-version=1",
            "https://r.openai.azure.com/at/gpt%2F4?api-version=1",
        ),
        ("https://r.openai.azure.com/v2/", "https://r.openai.azure.com/v2/"),
        ("no host", "no host"),
        ("http://[", "http://["),
    ],
)
def test_a_path_is_used_where_the_address_has_none(base_url: str, root: str) -> None:
    provider = Provider(name="p", path="/at/{model}")

    assert provider.root(base_url, "gpt/4") == root
    assert Provider(name="q").root(base_url, "gpt/4") == base_url


class TestQuery:
    """A query parameter that requests need."""

    provider = Provider(name="p", query_env=("version", "P_VERSION"))

    def test_comes_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("P_VERSION", "1")

        assert self.provider.query("https://h", {"x": 2}) == {"x": 2, "version": "1"}

    def test_comes_from_the_model_before_that(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("P_VERSION", "1")

        assert self.provider.query("https://h", {"version": "2"}) == {"version": "2"}

    def test_may_stand_in_the_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("P_VERSION", "1")

        assert self.provider.query("https://h/?version=2", {}) == {}

    def test_is_an_error_when_it_is_nowhere(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("P_VERSION", raising=False)

        with pytest.raises(ConfigurationError, match="P_VERSION") as caught:
            self.provider.query("https://h", {})

        assert "default_query={'version'" in str(caught.value)

    def test_is_not_asked_for_where_there_is_no_address(self) -> None:
        assert self.provider.query("http://[", {"x": 1}) == {"x": 1}

    def test_is_not_asked_for_by_most(self) -> None:
        assert Provider(name="q").query("https://h", {"x": 1}) == {"x": 1}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.Example:8080/v1?x=1", "api.example"),
        ("http://[::1]:80", "::1"),
        (" HTTP+Unix://%2Frun%2Fllama.sock/v1", "localhost"),
        ("http://[", None),
        ("no host", None),
        ("", None),
        (None, None),
    ],
)
def test_a_url_has_a_host_or_none(url: str | None, host: str | None) -> None:
    assert host_of(url) == host
