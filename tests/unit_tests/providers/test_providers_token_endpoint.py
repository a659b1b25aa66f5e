"""Where a provider gives access tokens for its keys."""

from __future__ import annotations

import pytest

from langchain_sse_chat.providers.token_endpoint import TokenEndpoint

ENDPOINT = TokenEndpoint(
    "https://auth.test", scope="own", url_env="OWN_AUTH_URL", scope_env="OWN_SCOPE"
)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OWN_AUTH_URL", "OWN_SCOPE"):
        monkeypatch.delenv(name, raising=False)


def test_without_variables_it_is_the_endpoints_own_address_and_scope() -> None:
    assert ENDPOINT.at() == ("https://auth.test", "own")
    assert TokenEndpoint("https://auth.test").at() == ("https://auth.test", "")


def test_each_variable_replaces_its_own_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_SCOPE", "other")
    assert ENDPOINT.at() == ("https://auth.test", "other")

    monkeypatch.setenv("OWN_AUTH_URL", "https://other.test")
    assert ENDPOINT.at() == ("https://other.test", "other")


def test_an_empty_variable_replaces_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWN_AUTH_URL", "")
    assert ENDPOINT.at() == ("https://auth.test", "own")
