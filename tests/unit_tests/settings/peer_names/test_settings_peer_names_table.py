"""Each argument of each class of another package, on the bytes that leave."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.settings.field_use import Use, fields_for, names_of
from langchain_sse_chat.settings.peer_names.peer_name import Meaning, PeerName
from langchain_sse_chat.settings.peer_names.table import CHAT_NAMES, PEERS
from tests.unit_tests.chat_models.scripted import completion
from tests.unit_tests.settings.asked_models import SECRET
from tests.unit_tests.settings.peer_names.rows import AZURE_ROWS, REFUSED, SENT, VALUES

BODY = fields_for(ChatSSE, Use.BODY)

Asked = tuple[ChatSSE, httpx.Request]


def rows_of(*meanings: Meaning) -> list[Any]:
    return [
        pytest.param(row, id=name)
        for name, row in CHAT_NAMES.items()
        if row.meaning in meanings
    ]


def clients(seen: list[httpx.Request]) -> dict[str, Any]:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=completion({"content": "Hi"}))

    transport = httpx.MockTransport(answer)
    return {
        "http_client": httpx.Client(transport=transport),
        "http_async_client": httpx.AsyncClient(transport=transport),
    }


def ask(row: PeerName) -> Asked:
    """Return a model with the row's argument, and its request."""
    seen: list[httpx.Request] = []
    usual = {"model": "m", "base_url": "http://test/v1", "api_key": SECRET}
    made = clients(seen) | usual
    made.pop(row.to, None)
    chat = ChatSSE(**made, **{row.name: VALUES[row.name]})
    asked = chat if row.to != "http_client" else chat.model_copy(update=clients(seen))
    asked.invoke("Hello")
    return chat, seen[0]


@pytest.mark.parametrize("row", rows_of(Meaning.FIELD))
def test_a_field_of_another_package_is_one_here(row: PeerName) -> None:
    chat, request = ask(row)
    value, body = VALUES[row.name], json.loads(request.content)

    shown: dict[str, Callable[[], Any]] = {
        "api_key": lambda: request.headers["authorization"].removeprefix("Bearer "),
        "base_url": lambda: str(request.url).removesuffix("/chat/completions"),
        "default_headers": lambda: {"X-Mine": request.headers["x-mine"]},
        "default_query": lambda: dict(request.url.params),
        "extra_body": lambda: {"mine": body["mine"]},
        "model_kwargs": lambda: {"mine": body["mine"]},
    }
    if row.to in BODY:
        expected = SENT.get(row.to, {row.to: value})
        assert {name: body.get(name) for name in expected} == expected
    elif row.to in shown:
        assert shown[row.to]() == value
    else:
        assert getattr(chat, row.to) == value
        assert not {row.name, row.to} & body.keys()


@pytest.mark.parametrize("row", rows_of(Meaning.BODY))
def test_a_field_of_the_body_is_sent_without_a_warning(row: PeerName) -> None:
    _, request = ask(row)
    body = json.loads(request.content)

    assert body[row.to] == VALUES[row.name]
    assert row.name in body or row.name != row.to


@pytest.mark.parametrize("row", rows_of(Meaning.HEADER))
def test_a_header_is_sent(row: PeerName) -> None:
    _, request = ask(row)
    value = VALUES[row.name]

    sent = value if isinstance(value, str) else ",".join(value)
    assert request.headers[row.to] == sent
    assert row.name not in json.loads(request.content)


@pytest.mark.parametrize("row", rows_of(Meaning.METADATA, Meaning.NOTHING))
def test_what_the_server_does_not_need_is_not_sent(row: PeerName) -> None:
    chat, request = ask(row)

    assert json.loads(request.content).keys() == {"model", "messages", "stream"}
    if row.meaning is Meaning.METADATA:
        assert (chat.metadata or {})[row.to] == VALUES[row.name]


@pytest.mark.parametrize("row", rows_of(Meaning.REFUSED))
def test_what_cannot_be_followed_is_an_error_that_says_what_to_do(
    row: PeerName,
) -> None:
    value = REFUSED[row.name]
    seen: list[httpx.Request] = []
    made = clients(seen) | {"model": "m", "base_url": "http://test/v1"}

    with pytest.raises(ConfigurationError) as caught:
        ChatSSE(**made, **{row.name: value})
    assert f"`{row.name}`" in str(caught.value)
    assert row.note in str(caught.value)

    if row.name in names_of(ChatSSE):
        return
    # Switched off, it is what happens here anyway.
    chat = ChatSSE(**made, **{row.name: None})
    assert chat.model_kwargs == {}
    assert ChatSSE(**made, **{row.name: False}).model_kwargs == {}
    for call in (chat.invoke, chat.bind(**{row.name: value}).invoke):
        with pytest.raises(ConfigurationError, match=row.name):
            call("Hello", **({row.name: value} if call == chat.invoke else {}))
    assert seen == []


@pytest.mark.parametrize("row", rows_of(Meaning.AZURE))
async def test_an_argument_of_azure_does_what_it_does_there(row: PeerName) -> None:
    given, url, (header, value) = AZURE_ROWS[row.name]
    seen: list[httpx.Request] = []
    chat = ChatSSE(**clients(seen), **given)

    await chat.ainvoke("Hello")
    if row.name != "azure_ad_async_token_provider":
        chat.invoke("Hello")

    for request in seen:
        assert str(request.url) == url
        assert request.headers[header] == value
        keys = {"authorization", "api-key"} & set(request.headers)
        assert keys == {header}
        body = json.loads(request.content)
        assert body.keys() == {"model", "messages", "stream"}
        assert body["model"] == given.get("model", "d")


def test_every_row_of_the_code_is_one_of_a_class_or_of_the_connection() -> None:
    named = {name for rows in PEERS.values() for name in rows}

    assert CHAT_NAMES.keys() - named == {"cerebras_proxy", "endpoint"}


def test_no_two_classes_mean_different_things_by_a_name() -> None:
    for name, row in CHAT_NAMES.items():
        others = [rows[name] for rows in PEERS.values() if name in rows]
        assert {(r.meaning, r.to, r.owners) for r in others} <= {
            (row.meaning, row.to, row.owners)
        }


@pytest.mark.parametrize("row", rows_of(*Meaning))
def test_a_row_tells_what_to_do_or_where_it_goes(row: PeerName) -> None:
    if row.meaning is Meaning.FIELD:
        assert row.to in ChatSSE.model_fields
    elif row.meaning in {Meaning.REFUSED, Meaning.NOTHING}:
        assert row.note.endswith(".")
    assert row.to or row.meaning in {Meaning.REFUSED, Meaning.NOTHING}
