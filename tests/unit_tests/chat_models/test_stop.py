"""`stop`: told to the server, or seen to here where it knows none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat import ChatSSE, Dialect, Provider
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]
OWN = Provider(name="own", api_key_required=False, dialect=Dialect(stop="client"))
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def test_a_server_that_knows_stop_is_told(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(streamed(text_stream("one ", "END")))

    assert "".join(c.text for c in chat.stream("Hello", stop=["END"])) == "one END"
    assert server.body["stop"] == ["END"]


@pytest.mark.parametrize(
    ("fields", "keywords"),
    [
        ({}, {"stop": ["END"]}),
        ({"stop": "END"}, {}),
        ({"stop": ["x", "END"]}, {}),
        ({"model_kwargs": {"stop": "END"}}, {}),
        ({"stop": ["two"]}, {"stop": ["END", ""]}),
    ],
)
@pytest.mark.parametrize("size", [None, 1])
def test_the_answer_ends_here_where_the_server_knows_none(
    make_chat: MakeChat,
    server: Scripted,
    fields: dict[str, Any],
    keywords: dict[str, Any],
    size: int | None,
) -> None:
    body = text_stream("one ", "two E", "N", "D three", usage=USAGE)
    whole = httpx.Response(200, json=completion({"content": "one two END three"}))
    chat = make_chat(streamed(body, size), whole, provider=OWN, **fields)

    chunks = list(chat.stream("Hello", **keywords))
    merged = chunks[0] + chunks[1:]
    for message in (merged, chat.invoke("Hello", **keywords)):
        assert message.text == "one two "
        assert message.response_metadata["finish_reason"] == "stop"
    assert [chunk.text for chunk in chunks] == ["one ", "two ", ""]
    assert all("stop" not in sent for sent in server.bodies)


def test_other_choices_end_too(make_chat: MakeChat) -> None:
    body = completion({"content": "one END"})
    body["choices"].append({"index": 1, "message": {"content": "two END"}})
    chat = make_chat(httpx.Response(200, json=body), provider=OWN, n=2)

    result = chat.generate([[HumanMessage("Hello")]], stop=["END"])

    assert [g.text for g in result.generations[0]] == ["one ", "two "]
