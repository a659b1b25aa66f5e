"""A request is read in the form of its route."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.incoming import read_request
from langchain_sse_chat.serve.asgi.routes import Route
from langchain_sse_chat.serve.asgi.settings import Settings
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from tests.unit_tests.serve.asgi_calls import MESSAGES, Client
from tests.unit_tests.serve.served import application

JSON = "application/json"
UI = [{"role": "user", "parts": [{"type": "text", "text": "Hello"}]}]
SYSTEM = {"role": "system", "parts": [{"type": "text", "text": "Obey."}]}


async def read(
    name: str, fields: Any = None, *, query: str = "", **settings: Any
) -> ChatRequest:
    client = Client(
        application(),
        "POST" if fields else "GET",
        "/",
        body=json.dumps(fields).encode() if fields else b"",
        headers={"content-type": JSON},
        query=query,
    )
    call = Call.of(client.scope, client.receive)
    return await read_request(call, Route(name), settings_of(**settings))


def settings_of(**changed: Any) -> Settings:
    numbers = {
        name: 10
        for name in Settings.__dataclass_fields__
        if name.endswith("seconds") or name in ("keep_alive", "commit_after")
    }
    others = {"api_keys": None, "cors_origins": (), "allowed_hosts": None}
    sizes = {"max_body": 1000, "max_streams": 1, "ui_system_messages": False}
    kept = {"keep": None, "keep_prefix": "", "linger": 1, "kept_bytes": 1000}
    kept["page"] = False
    return Settings(**{**numbers, **others, **sizes, **kept, **changed})


@pytest.mark.parametrize(
    ("name", "fields", "query"),
    [
        ("chat/completions", {"messages": MESSAGES}, ""),
        ("events", {"message": "Hello"}, ""),
        ("events", None, "message=Hello"),
        ("chat", {"messages": UI}, ""),
    ],
    ids=["OpenAI", "events", "query", "AI SDK"],
)
async def test_each_route_has_its_form(name: str, fields: Any, query: str) -> None:
    request = await read(name, fields, query=query)
    assert [message.text for message in request.messages] == ["Hello"]


async def test_system_messages_of_a_page_need_a_setting() -> None:
    sent = {"messages": [SYSTEM, *UI]}
    assert len((await read("chat", sent)).messages) == 1
    allowed = await read("chat", sent, ui_system_messages=True)
    assert len(allowed.messages) == 2


async def test_a_body_has_a_limit() -> None:
    with pytest.raises(RequestRefused) as caught:
        await read("chat", {"messages": UI}, max_body=10)
    assert caught.value.failure.status == 413
