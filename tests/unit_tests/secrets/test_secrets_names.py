"""Names of fields, parameters and settings whose values are secrets."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.secrets.names import (
    MASK,
    is_secret_name,
    masked,
    speaks_of_a_secret,
)


@pytest.mark.parametrize(
    "name",
    [
        "key",
        "api_key",
        "X-Api-Key",
        "access_token",
        "sig",
        "auth",
        "headers",
        "cookies",
        "db_pass",
        "creds",
    ],
)
def test_a_name_that_ends_with_a_word_for_secrets_is_one(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["model", "max_tokens_used", "keyboard", "author"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_a_documented_field_that_holds_no_secret_is_not_one() -> None:
    assert not is_secret_name("prompt_cache_key")
    assert not speaks_of_a_secret("prompt_cache_key")


@pytest.mark.parametrize(
    ("name", "value", "speaks"),
    [
        ("apiKey", "x", True),
        ("my_credentials_file", "x", True),
        ("min_tokens", 5, False),
        ("stop_token_ids", [1, 2], False),
        ("min_tokens", "5", True),
        ("password", 1234, True),
        ("tokenizer", "x", False),
        ("creds", "x", True),
        ("my_cred", "x", True),
        ("pass", "x", True),
        ("user_pass", "x", True),
        ("pass_through", "x", False),
        ("bypass", "x", False),
        ("credit", "x", False),
    ],
)
def test_a_setting_speaks_of_a_secret_unless_it_counts_tokens(
    name: str,
    value: Any,
    speaks: bool,
) -> None:
    assert speaks_of_a_secret(name, value) is speaks


def test_all_texts_under_a_secret_name_are_masked() -> None:
    value = {
        "model": "m",
        "temperature": 0.5,
        "authentication": {"type": "api_key", "parts": ["a", 1, None]},
        "sources": [{"key": "k", "index": "i"}],
    }

    assert masked(value) == {
        "model": "m",
        "temperature": 0.5,
        "authentication": {"type": MASK, "parts": [MASK, 1, None]},
        "sources": [{"key": MASK, "index": "i"}],
    }


def test_the_conversation_and_the_names_of_arguments_are_not_secrets() -> None:
    value = {
        "messages": [{"role": "user", "key": "text"}],
        "tools": [{"properties": {"token": {"description": "a token"}}}],
    }

    assert masked(value) == value


def test_a_value_that_is_not_an_object_is_returned() -> None:
    assert masked(["a", {"key": "k"}]) == ["a", {"key": MASK}]
    assert masked(5) == 5
