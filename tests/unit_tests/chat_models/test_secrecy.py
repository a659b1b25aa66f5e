"""The parts of a call that caches, traces and errors show."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from langchain_core.caches import InMemoryCache

from langchain_sse_chat import AuthenticationError, ChatSSE, SSEChatError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import RequestSpec
from tests.unit_tests.chat_models.scripted import Scripted, completion

MakeChat = Callable[..., ChatSSE]

EVENT_STREAM = "text/event-stream"
SECRET = "a-secret-of-some-length"


@pytest.mark.parametrize("name", ["extra_headers", "extra_query"])
def test_a_cache_key_tells_headers_apart_and_does_not_hold_them(name: str) -> None:
    chat = ChatSSE(model="m", api_key="k")
    given: list[dict[str, Any]] = [{name: {"X": SECRET}}, {name: {"X": SECRET + "2"}}]
    one, other = (chat._get_llm_string(**keywords) for keywords in given)

    assert one != other
    assert SECRET not in one + other
    assert SECRET not in repr(chat._get_invocation_params(**given[0]))


@pytest.mark.parametrize("name", ["default_headers", "default_query"])
def test_a_cache_key_tells_the_headers_of_models_apart(name: str) -> None:
    given: list[dict[str, Any]] = [{}, {name: {"X": SECRET}}, {name: {"X": "x"}}]
    keys = [ChatSSE(model="m", api_key="k", **f)._get_llm_string() for f in given]

    assert len(set(keys)) == 3
    assert SECRET not in "".join(keys)


def test_a_cache_key_is_that_of_a_model_as_it_is_now() -> None:
    chat = ChatSSE(model="m", api_key="k")
    keys = [chat._get_llm_string()]
    keys.append(chat.model_copy(update={"model": "other"})._get_llm_string())
    chat.temperature = 0.5
    keys.append(chat._get_llm_string())

    assert len(set(keys)) == 3


@pytest.mark.parametrize("name", ["extra_headers", "extra_query", "extra_body"])
def test_a_cache_has_an_answer_for_each_request(
    make_chat: MakeChat, server: Scripted, name: str
) -> None:
    chat = make_chat(
        *[httpx.Response(200, json=completion({"content": c})) for c in "abcd"],
        cache=InMemoryCache(),
    )
    given: list[Any] = [{"x": "1"}, {"x": "2"}, {"x": 2}, {"x": "2", "y": "3"}]

    texts = [chat.invoke("Hello", **{name: each}).text for each in [*given, *given]]

    assert texts == [*"abcd", *"abcd"]
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "fields",
    [
        {"default_query": {"key": SECRET}},
        {"base_url": f"http://test/v1?key={SECRET}"},
        {"base_url": f"http://me:{SECRET}@test/v1", "api_key": None},
        pytest.param(
            {"default_headers": {"Authorization": f"Basic {SECRET}"}},
            id="authorization header",
        ),
        pytest.param({"default_headers": {"X-Key": SECRET}}, id="header of a name"),
    ],
)
def test_what_a_server_sends_back_is_taken_out(
    make_chat: MakeChat, fields: dict[str, Any]
) -> None:
    body = {"error": {"message": f"wrong: {SECRET}", "detail": [SECRET]}}
    chat = make_chat(httpx.Response(401, json=body), **fields)

    with pytest.raises(AuthenticationError, match=r"wrong: \*\*\*") as caught:
        chat.invoke("Hello")

    assert SECRET not in json.dumps(caught.value.body)


KEY = "c2VjcmV0/a2V5/b2Yrc29tZS+bGVuZ3Ro"


@pytest.mark.parametrize(
    "spelled",
    [
        json.dumps(KEY).replace("/", r"\/"),
        json.dumps(KEY).replace("/", r"\u002f"),
        json.dumps(KEY).replace("/", r"\u002F").replace("a2V5", r"\u0061\u0032V5"),
        json.dumps(quote(KEY, safe="")),
        json.dumps(quote(KEY, safe="").replace("%2F", "%2f")),
        json.dumps(json.dumps({"key": KEY}).replace("/", r"\/")),
        json.dumps(html.escape(KEY).replace("/", "&#x2F;")),
    ],
    ids=["slash", "u002f", "letters", "URL", "url", "JSON in JSON", "HTML"],
)
@pytest.mark.parametrize("in_stream", [False, True])
async def test_a_key_is_starred_in_each_way_of_writing_it(
    make_chat: MakeChat,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    spelled: str,
    *,
    in_stream: bool,
) -> None:
    caplog.set_level("DEBUG", "langchain_sse_chat")
    body = f'{{"error": {{"message": {spelled}, "code": 401}}}}'
    answers = [
        httpx.Response(
            200, content=f"data: {body}\n\n", headers={"content-type": EVENT_STREAM}
        )
        if in_stream
        else httpx.Response(401, content=body, headers={"x-request-id": spelled})
        for _ in range(2)
    ]
    chat = make_chat(*answers, api_key=KEY, record=tmp_path)

    with pytest.raises(SSEChatError) as caught:
        list(chat.stream("Hello"))
    with pytest.raises(SSEChatError) as acaught:
        await chat.ainvoke("Hello")

    for shown in (
        *(f"{e.value} {vars(e.value)} {e.value.__cause__}" for e in (caught, acaught)),
        caplog.text,
        all_of(tmp_path),
    ):
        assert "a2V5" not in shown.replace(r"\u0061\u0032", "a2")
    assert "***" in str(caught.value)


def all_of(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.iterdir())


def test_an_api_version_is_no_secret(make_chat: MakeChat) -> None:
    answer = httpx.Response(401, json={"error": "no version 2024-10-21-preview"})
    chat = make_chat(answer, default_query={"api-version": "2024-10-21-preview"})

    with pytest.raises(AuthenticationError, match="2024-10-21-preview"):
        chat.invoke("Hello")


def test_a_request_shows_neither_query_nor_password() -> None:
    url = f"http://me:{SECRET}@h/v1?key={SECRET}"
    spec = RequestSpec(url, {}, b"", HTTPClients())

    assert repr(spec) == "RequestSpec(url='http://h/v1', streamed=True)"


def test_the_password_of_a_certificate_is_not_shown() -> None:
    chat = GigaChat(
        credentials="x", cert_file="c", key_file="k", key_file_password=SECRET
    )

    assert chat._certificate() == ("c", "k", SECRET)
    assert SECRET not in repr(chat._certificate())
