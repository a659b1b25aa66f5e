"""The dialects of providers, and dialects of the caller's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, Dialect, Provider
from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
)

MakeChat = Callable[..., ChatSSE]


def test_openrouter_gets_reasoning_and_routing(
    make_chat: MakeChat, server: Scripted
) -> None:
    answer = httpx.Response(
        200, json=completion({"content": "Hi"}, usage={"cost": 0.25})
    )
    chat = make_chat(
        answer,
        provider="openrouter",
        reasoning_effort="high",
        extra_body={"provider": {"order": ["groq"]}},
        default_headers={"HTTP-Referer": "https://app.example", "X-Title": "App"},
    )

    message = chat.invoke("Hello")

    assert server.body["reasoning"] == {"effort": "high"}
    assert server.body["provider"] == {"order": ["groq"]}
    assert server.headers["http-referer"] == "https://app.example"
    assert server.headers["x-title"] == "App"
    assert message.response_metadata["token_usage"]["cost"] == 0.25


def ok() -> httpx.Response:
    return httpx.Response(200, json=completion({"content": "Hi"}))


def test_a_provider_has_headers_that_the_models_own_replace(
    make_chat: MakeChat, server: Scripted
) -> None:
    provider = Provider(
        name="own", api_key_required=False, headers=(("X-A", "1"), ("X-B", "1"))
    )

    make_chat(ok(), provider=provider, default_headers={"x-b": "2"}).invoke("Hello")

    assert (server.headers["x-a"], server.headers["x-b"]) == ("1", "2")


@pytest.mark.asyncio
async def test_a_dialect_of_ones_own_is_made_from_another(
    make_chat: MakeChat, server: Scripted
) -> None:
    groq = PROVIDERS["groq"]
    dialect = replace(groq.dialect, refused_fields=frozenset())
    chat = make_chat(ok(), provider=replace(groq, dialect=dialect), logprobs=True)

    await chat.ainvoke("Hello", max_tokens=5)

    assert server.body["logprobs"] is True
    assert server.body["max_completion_tokens"] == 5


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"json_schema": "nope"}, "'nested', 'flat', 'bare', 'object', 'none'"),
        ({"stop": "nope"}, "`Dialect(stop='nope')`"),
        ({"reasoning_echo": None}, "'tool_turns'"),
        pytest.param(
            {"tool_choices": {"auto", "maybe"}},
            "`Dialect(tool_choices=…)` has 'maybe'",
            id="tool_choices",
        ),
    ],
)
def test_a_dialect_knows_its_choices(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Dialect(**fields)

    assert words in str(caught.value)
