"""Errors that servers send, over HTTP and inside a stream, as users see them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit_tests.chat_models.scripted import Scripted
from tests.unit_tests.chat_models.server_errors import (
    Make,
    async_error,
    invoke_error,
    refused,
)


@pytest.mark.parametrize(
    "words",
    [
        "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Client sent an HTTP request to an HTTPS server.",
    ],
)
def test_http_where_https_is_served_names_the_scheme(
    make_chat: Make, words: str
) -> None:
    error = invoke_error(make_chat(httpx.Response(400, text=words)))

    assert "Use https:// in `base_url`." in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_that_no_key_was_sent(
    make_chat: Make, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-another-host")
    chat = make_chat(refused(status, {"error": {"message": "no"}}), api_key=None)
    error = invoke_error(chat)

    assert "No API key was sent" in str(error)
    assert "OPENAI_API_KEY goes to api.openai.com only" in str(error)


def test_a_refusal_names_the_variable_of_the_provider(make_chat: Make) -> None:
    chat = make_chat(refused(401, {}), api_key=None, provider="deepseek")

    assert "set DEEPSEEK_API_KEY" in str(invoke_error(chat))


@pytest.mark.parametrize(
    "fields",
    [{"api_key": "a-key"}, {"api_key": None, "default_headers": {"X-API-Key": "k"}}],
    ids=["a key", "a header"],
)
def test_a_refusal_of_a_key_speaks_of_that(
    make_chat: Make, fields: dict[str, Any]
) -> None:
    error = invoke_error(make_chat(refused(401, {}), **fields))

    assert "Check the API key." in str(error)
    assert "No API key was sent" not in str(error)


@pytest.mark.parametrize("key", ["Bearer sk-12345678", "bearer  sk-12345678"])
@pytest.mark.parametrize("as_function", [False, True], ids=["text", "function"])
async def test_a_key_with_its_prefix_is_understood(
    make_chat: Make, server: Scripted, key: str, *, as_function: bool
) -> None:
    echo = {"error": {"message": "bad key sk-12345678"}}
    chat = make_chat(
        lambda _: refused(401, echo), api_key=(lambda: key) if as_function else key
    )

    for error in (invoke_error(chat), await async_error(chat)):
        assert server.headers["authorization"] == "Bearer sk-12345678"
        assert "sk-12345678" not in str(error)
