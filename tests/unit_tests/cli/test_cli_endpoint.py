from __future__ import annotations

import pytest

from langchain_sse_chat.cli.endpoint import endpoint_of, has_endpoint, key_in
from langchain_sse_chat.cli.load import CommandError


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "BASE_URL", "PROVIDER"]
)
def test_each_of_these_names_an_endpoint(name: str) -> None:
    assert has_endpoint({name: "x"})
    assert not has_endpoint({name: ""})
    assert not has_endpoint({"MODEL": "x"})


def test_variables_are_arguments() -> None:
    environment = {
        "BASE_URL": "http://a/v1",
        "OPENAI_BASE_URL": "http://b/v1",
        "MODEL": "m",
        "PROVIDER": "p",
        "OPENAI_API_KEY": "k",
    }
    assert endpoint_of(environment) == {
        "model": "m",
        "provider": "p",
        "base_url": "http://a/v1",
        "api_key": "k",
    }


def test_without_variables_the_model_is_a_small_one() -> None:
    found = endpoint_of({"OPENAI_BASE_URL": "http://b/v1"})
    assert (found["model"], found["base_url"]) == ("gpt-4o-mini", "http://b/v1")


def test_a_key_is_in_the_variable_that_is_named() -> None:
    assert key_in({"KEY": "k"}, "KEY") == "k"
    assert key_in({"KEY": "k"}, None) is None


@pytest.mark.parametrize("environment", [{}, {"KEY": ""}], ids=["unset", "empty"])
def test_a_variable_without_a_key_is_told(environment: dict[str, str]) -> None:
    with pytest.raises(CommandError, match="The variable KEY has no key"):
        key_in(environment, "KEY")


def test_the_key_of_a_provider_is_not_that_of_another() -> None:
    keys = {"OPENAI_API_KEY": "of-openai", "OPENROUTER_API_KEY": "of-openrouter"}
    at_provider = {**keys, "PROVIDER": "openrouter"}
    assert endpoint_of(at_provider)["api_key"] == "of-openrouter"
    assert endpoint_of({**at_provider, "BASE_URL": "http://test/v1"})["api_key"] == (
        "of-openai"
    )
