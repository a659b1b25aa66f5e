"""User and password in `base_url`."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import AuthenticationError, ChatSSE, ConfigurationError
from langchain_sse_chat.gigachat import GigaChat
from tests.unit_tests.chat_models.scripted import Scripted, text_stream

MakeChat = Callable[..., ChatSSE]
URL = "http://me:p%40ss-words@test/v1"
BASIC = f"Basic {b64encode(b'me:p@ss-words').decode()}"

WAYS = pytest.mark.parametrize(
    "ask",
    [
        lambda chat, **given: chat.invoke("Hi", stream=True, **given),
        lambda chat, **given: asyncio.run(chat.ainvoke("Hi", stream=True, **given)),
    ],
    ids=["sync", "async"],
)


@WAYS
def test_they_are_sent_as_a_header_and_not_in_the_url(
    make_chat: MakeChat, server: Scripted, ask: Callable[..., Any]
) -> None:
    chat = make_chat(
        httpx.Response(200, content=text_stream("a")), base_url=URL, api_key=None
    )
    assert ask(chat).content == "a"
    [request] = server.requests
    assert request.headers["authorization"] == BASIC
    assert str(request.url) == "http://test/v1/chat/completions"


@WAYS
def test_a_header_that_is_switched_off_does_not_count(
    make_chat: MakeChat, server: Scripted, ask: Callable[..., Any]
) -> None:
    chat = make_chat(
        httpx.Response(200, content=text_stream("a")),
        base_url=URL,
        api_key=None,
    )
    ask(chat, extra_headers={"authorization": None, "X-A": "b"})
    assert server.requests[0].headers["authorization"] == BASIC


@WAYS
def test_a_key_in_a_header_of_its_own_goes_with_them(
    make_chat: MakeChat, server: Scripted, ask: Callable[..., Any]
) -> None:
    chat = make_chat(
        httpx.Response(200, content=text_stream("a")),
        base_url=URL,
        provider="azure",
        default_query={"api-version": "1"},
    )
    ask(chat)
    assert server.requests[0].headers["authorization"] == BASIC
    assert server.requests[0].headers["api-key"] == "secret-key-1234"


@WAYS
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "an API key"),
        ({"api_key": None, "default_headers": {"authorization": "B c"}}, "a header"),
    ],
)
def test_with_another_authorization_they_are_an_error(
    make_chat: MakeChat,
    server: Scripted,
    ask: Callable[..., Any],
    fields: dict[str, Any],
    words: str,
) -> None:
    chat = make_chat(base_url=URL, **fields)
    with pytest.raises(
        ConfigurationError, match=f"but {words}.* is set as well"
    ) as caught:
        ask(chat)
    assert "words" not in str(caught.value)
    assert server.requests == []


@WAYS
def test_a_server_that_quotes_them_does_not_show_them(
    make_chat: MakeChat, ask: Callable[..., Any]
) -> None:
    chat = make_chat(
        httpx.Response(401, text=f"{BASIC} and p@ss-words are wrong"),
        base_url=URL,
        api_key=None,
    )
    with pytest.raises(AuthenticationError) as caught:
        ask(chat)
    shown = f"{caught.value} {caught.value.response}"
    assert "p@ss-words" not in shown
    assert BASIC.split()[1] not in shown


@WAYS
def test_an_access_token_does_not_go_with_them(ask: Callable[..., Any]) -> None:
    chat = GigaChat(credentials="a-key", base_url="https://me:words@gigachat.test/v1")
    with pytest.raises(ConfigurationError, match="but an access token is set as well"):
        ask(chat)
