from __future__ import annotations

import pytest

from langchain_sse_chat.cli.option_names import words_for

CHAT = ("provider", "base_url", "api_key")
CHECK = "Check `base_url` and `proxy`."
HERE = {"BASE_URL": "http://here/v1"}
THERE = {"OPENAI_BASE_URL": "http://there/v1"}
ADVICE = "Set A, or pass `api_key`. Pass `provider='b'`, or pass its `base_url`."
NO_KEY = (
    "No API key was sent: pass `api_key`. A key from OPENAI_API_KEY goes to "
    "api.openai.com only."
)
SLOW = (
    "Late; raise `timeout` for a distant server. Raise `timeout` (None switches it "
    "off)."
)


def test_arguments_are_options() -> None:
    assert words_for({}, CHAT)(ADVICE) == (
        "Set A, or name another variable with --api-key-env. "
        "Pass --provider b, or pass its --base-url."
    )


def test_arguments_are_variables_without_options() -> None:
    assert words_for({})(ADVICE) == "Set A. Set PROVIDER=b, or set its BASE_URL."


@pytest.mark.parametrize("options", [CHAT, ()], ids=["chat", "a question"])
def test_the_variable_with_the_address_is_named(options: tuple[str, ...]) -> None:
    def said(environment: dict[str, str]) -> str:
        return words_for(environment, options)(CHECK)

    assert said(HERE) == "Check BASE_URL and the proxy."
    assert said(THERE) == "Check OPENAI_BASE_URL and the proxy."
    assert said({**HERE, **THERE}) == "Check BASE_URL and the proxy."
    assert said({"PROVIDER": "openrouter"}) == (
        "Check the address of openrouter and the proxy."
    )


def test_an_option_is_stronger_than_a_variable() -> None:
    said = words_for(HERE, CHAT, base_url="http://a/v1")(CHECK)
    assert said == "Check --base-url and the proxy."
    said = words_for(HERE, CHAT, provider="openrouter")(CHECK)
    assert said == "Check the address of openrouter and the proxy."


def test_the_own_variable_of_a_provider_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "http://azure")
    said = words_for({}, CHAT, provider="azure")(CHECK)
    assert said == "Check AZURE_OPENAI_ENDPOINT and the proxy."


def test_words_of_a_server_stay_as_they_are() -> None:
    said = "The `model` 'a' does not exist; use `b`."
    assert words_for(HERE, CHAT)(said) == said


def test_an_address_that_nothing_sets_is_that_of_the_option() -> None:
    assert words_for({}, CHAT, provider="nobody")("`base_url`") == "--base-url"
    assert words_for({"PROVIDER": "nobody"})("`base_url`") == "BASE_URL"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param({"api_key_env": "MY"}, "MY", id="option"),
        pytest.param({}, "OPENAI_API_KEY", id="variable"),
        pytest.param({"provider": "groq"}, "GROQ_API_KEY", id="provider"),
    ],
)
def test_the_variable_with_the_key_is_named(given: dict[str, str], name: str) -> None:
    environment = {"OPENAI_API_KEY": "a", "GROQ_API_KEY": "b", "MY": "c"}
    said = words_for(environment, CHAT, **given)
    assert said("Check the API key.") == f"Check the API key in {name}."


def test_a_key_that_is_missing_is_set_where_the_server_is() -> None:
    assert words_for(HERE)(NO_KEY) == "No API key was sent: set OPENAI_API_KEY."
    assert words_for(HERE, CHAT)(NO_KEY) == (
        "No API key was sent: set OPENAI_API_KEY, or name another variable with "
        "--api-key-env."
    )
    assert words_for(HERE, CHAT, base_url="http://a")(NO_KEY) == (
        "No API key was sent: name its variable with --api-key-env. A key from "
        "OPENAI_API_KEY goes to api.openai.com only."
    )


def test_a_command_advises_only_the_options_that_it_has() -> None:
    assert words_for({}, CHAT)(SLOW) == "Late."
    assert words_for({}, ("timeout",))(SLOW) == (
        "Late; raise --timeout for a distant server. Raise --timeout."
    )
    said = words_for({}, CHAT)("It needs `cert`: pass `cert`, or pass `verify`.")
    assert said == "It needs `cert`: pass `cert`."
