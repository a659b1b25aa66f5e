"""A row decides key, path, query and host of requests."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.providers import PROVIDERS, Provider
from langchain_sse_chat.providers.provider import host_of


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


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        pytest.param(
            "https://r.openai.azure.com",
            "https://r.openai.azure.com/at/gpt%2F4",
            id="no path",
        ),
        pytest.param(
            "https://r.openai.azure.com/",
            "https://r.openai.azure.com/at/gpt%2F4",
            id="slash",
        ),
        pytest.param(
            "https://r.openai.azure.com?api-version=1",
            "https://r.openai.azure.com/at/gpt%2F4?api-version=1",
            id="query",
        ),
        pytest.param(
            "https://r.openai.azure.com/v2/",
            "https://r.openai.azure.com/v2/",
            id="a path",
        ),
        pytest.param("no host", "no host", id="no URL"),
        pytest.param("http://[", "http://[", id="broken URL"),
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


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "needs a `name`"),
        ({"dialect": "openai"}, "must be a `Dialect`, not str"),
        ({"models": "gpt"}, "must be a tuple of `ModelFacts`, not str"),
        (
            {"token": "https://auth.example"},
            "must be a `TokenEndpoint` or None, not str",
        ),
    ],
)
def test_a_fact_that_calls_cannot_use_is_refused(
    facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Provider(**{"name": "mine", **facts})
