"""The key of a call: text, or a function that is sync or async."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.chat_models.scripted import Scripted, completion

MakeChat = Callable[..., ChatSSE]


def answers() -> list[httpx.Response]:
    return [httpx.Response(200, json=completion({"content": "Hi"})) for _ in range(2)]


async def async_function() -> str:
    return "from-async"


@pytest.mark.parametrize(
    ("api_key", "sent"),
    [
        pytest.param("as-text", "Bearer as-text", id="text"),
        pytest.param(SecretStr("as-secret"), "Bearer as-secret", id="secret"),
        pytest.param(lambda: "from-function", "Bearer from-function", id="function"),
        pytest.param(
            lambda: SecretStr("secret-from-function"),
            "Bearer secret-from-function",
            id="function of a secret",
        ),
        pytest.param(lambda: "", None, id="function of nothing"),
    ],
)
async def test_a_key_is_sent(
    make_chat: MakeChat, server: Scripted, api_key: Any, sent: str | None
) -> None:
    chat = make_chat(*answers(), api_key=api_key)

    chat.invoke("Hello")
    await chat.ainvoke("Hello")

    assert [r.headers.get("authorization") for r in server.requests] == [sent, sent]


async def test_an_async_function_serves_the_async_methods(
    make_chat: MakeChat, server: Scripted
) -> None:
    await make_chat(*answers(), api_key=async_function).ainvoke("Hello")

    assert server.headers["authorization"] == "Bearer from-async"


def test_an_async_function_cannot_serve_the_sync_methods(make_chat: MakeChat) -> None:
    chat = make_chat(*answers(), api_key=async_function)

    with pytest.raises(ConfigurationError, match="ainvoke"):
        chat.invoke("Hello")


def test_an_awaitable_that_is_no_coroutine_cannot_either(make_chat: MakeChat) -> None:
    class Later:
        def __await__(self) -> Any:
            yield

    with pytest.raises(ConfigurationError, match="ainvoke"):
        make_chat(*answers(), api_key=Later).invoke("Hello")


def test_a_function_is_asked_for_each_call(
    make_chat: MakeChat, server: Scripted
) -> None:
    keys = iter(["first", "second"])
    chat = make_chat(*answers(), api_key=lambda: next(keys))

    chat.invoke("Hello")
    chat.invoke("Hello")

    assert [r.headers["authorization"] for r in server.requests] == [
        "Bearer first",
        "Bearer second",
    ]


def test_what_is_no_text_is_an_error(make_chat: MakeChat) -> None:
    with pytest.raises(ConfigurationError, match="int"):
        make_chat(*answers(), api_key=lambda: 5).invoke("Hello")
