from __future__ import annotations

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider, find_provider
from langchain_sse_chat.providers.provider import host_of

KNOWN = [p for p in PROVIDERS.values() if p.base_url]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_is_found_by_its_name(name: str) -> None:
    assert find_provider(name, None).name == name
    assert find_provider(f" {name.upper()} ", "http://localhost").name == name


@pytest.mark.parametrize("provider", KNOWN, ids=lambda p: p.name)
def test_a_provider_is_found_by_its_host(provider: Provider) -> None:
    assert provider.base_url is not None
    assert find_provider(None, provider.base_url) is provider
    assert find_provider(None, f"{provider.base_url.upper()}/") is provider


def test_without_anything_it_is_openai() -> None:
    assert find_provider(None, None).name == "openai"


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/v1", "https://api.openai.com.evil.example", "", "x", "http://["]
)  # fmt: skip
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


@pytest.mark.parametrize("provider", KNOWN, ids=lambda p: p.name)
def test_a_known_provider_needs_a_key_at_home_only(provider: Provider) -> None:
    assert provider.base_url is not None
    assert provider.needs_key_at(provider.base_url)
    assert not provider.needs_key_at("http://localhost:8000/v1")
    assert provider.needs_key_at("no host")


def test_a_custom_server_needs_no_key() -> None:
    assert not PROVIDERS["custom"].needs_key_at("http://localhost:8000/v1")
    assert PROVIDERS["custom"].host is None


@pytest.mark.parametrize("provider", KNOWN, ids=lambda p: p.name)
def test_what_is_known_of_a_provider_has_a_source(provider: Provider) -> None:
    assert provider.base_url is not None
    assert provider.base_url.startswith("https://")
    assert provider.source.startswith("https://")
    assert provider.api_key_env
    assert provider.hint


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.Example:8080/v1?x=1", "api.example"),
        ("http://[::1]:80", "::1"),
        ("http://[", None),
        ("no host", None),
        ("", None),
        (None, None),
    ],
)
def test_a_url_has_a_host_or_none(url: str | None, host: str | None) -> None:
    assert host_of(url) == host
