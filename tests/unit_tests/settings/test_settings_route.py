"""The way of the requests of a call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import CompatibleEmbeddings, ConfigurationError
from langchain_sse_chat.providers import PROVIDERS
from langchain_sse_chat.settings.route import Route, find_route
from tests.unit_tests.settings.asked_models import SECRET


def route(key: str | None = SECRET, *, path: str = "/path", **fields: Any) -> Route:
    """Return the route of a model with these fields."""
    call = {name: fields.pop(name, None) for name in ("headers", "query")}
    model = CompatibleEmbeddings(
        **{"model": "m", "base_url": "http://test/v1"} | fields
    )
    return find_route(
        model,
        model._provider,
        path,
        key=key,
        model="m",
        used=vars(model),
        streamed=False,
        **call,
    )


def test_it_is_the_address_with_path_and_query() -> None:
    found = route(default_query={"a": 1, "b": 2}, query={"b": 3})

    assert found.url == "http://test/v1/path?a=1&b=3"
    assert SECRET not in found.url


def test_headers_are_those_of_the_call_over_those_of_the_model() -> None:
    found = route(default_headers={"X-A": "a", "X-B": "b"}, headers={"x-b": "c"})

    assert found.headers["Authorization"] == f"Bearer {SECRET}"
    assert found.headers["X-A"] == "a"
    assert found.headers["x-b"] == "c"
    assert "X-B" not in found.headers


def test_retries_and_the_folder_are_those_of_the_call(tmp_path: Path) -> None:
    found = route(max_retries=7, max_retry_after=1.0, record=str(tmp_path))

    assert (found.policy.max_retries, found.policy.max_retry_after) == (7, 1.0)
    assert found.record == tmp_path
    assert route(record="").record is None


def test_a_request_without_a_key_has_advice() -> None:
    assert route().key_hint == ""
    assert "No API key was sent" in route(None).key_hint
    assert route(None, headers={"Authorization": "own"}).key_hint == ""


def test_an_access_token_is_for_a_key_without_a_token_of_the_users() -> None:
    sber: dict[str, Any] = {"provider": "gigachat", "base_url": None, "api_key": SECRET}

    with_grant = route(**sber)
    own_token = route(**sber, headers={"authorization": "Bearer own"})

    assert with_grant.grant is not None
    assert "Authorization" not in with_grant.headers
    assert own_token.grant is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({}, "an API key", id="key"),
        pytest.param(
            {"headers": {"authorization": "own"}},
            "a header `Authorization`",
            id="header",
        ),
        pytest.param({"provider": "gigachat"}, "an access token", id="token"),
    ],
)
def test_user_and_password_go_with_no_other_authorization(
    fields: dict[str, Any], words: str
) -> None:
    key = None if "headers" in fields else SECRET

    with pytest.raises(ConfigurationError, match=words):
        route(key, base_url="http://me:secret@test/v1", api_key=SECRET, **fields)


def test_user_and_password_are_a_header() -> None:
    found = route(
        None, base_url="http://me:secret@test/v1", headers={"Authorization": None}
    )

    assert found.url == "http://test/v1/path"
    assert found.headers["Authorization"].startswith("Basic ")


def test_a_model_may_be_a_part_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "1")

    found = route(provider="azure-deployments", base_url="https://me.test")

    assert found.url == "https://me.test/openai/deployments/m/path?api-version=1"
    assert found.headers["api-key"] == SECRET
    assert PROVIDERS["azure-deployments"].api_key_prefix == ""
