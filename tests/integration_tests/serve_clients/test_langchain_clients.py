"""LangChain's own model for OpenAI, and `ChatSSE`, read what is served."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    REASONING,
    TOKENS,
    USAGE,
    Relay,
)
from tests.integration_tests.serve_clients.served import running

BOTH = pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])


class City(BaseModel):
    """A city and how many people live in it."""

    name: str
    people: int


@tool
def weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


@pytest.fixture
def chat_openai(relay: Relay) -> Any:
    return ChatOpenAI(
        model="m",
        base_url=relay.base_url,
        api_key=relay.key,
        stream_usage=True,
        max_retries=0,
    )


@pytest.fixture
def chat_sse(relay: Relay) -> Iterator[ChatSSE]:
    with ChatSSE(
        model="m", base_url=relay.base_url, api_key=relay.key, max_retries=0
    ) as chat:
        yield chat


@pytest.fixture(params=["ChatOpenAI", "ChatSSE"])
def chat(request: pytest.FixtureRequest) -> Any:
    name = {"ChatOpenAI": "chat_openai", "ChatSSE": "chat_sse"}[request.param]
    return request.getfixturevalue(name)


async def streamed(chat: Any, *, sync: bool) -> list[AIMessageChunk]:
    if sync:
        return list(chat.stream("Hello"))
    return [chunk async for chunk in chat.astream("Hello")]


def merged(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return functools.reduce(operator.add, chunks)


@BOTH
async def test_a_stream_has_each_token_once(
    chat: Any, upstream: ScriptedServer, *, sync: bool
) -> None:
    upstream.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    chunks = await streamed(chat, sync=sync)

    assert [chunk.text for chunk in chunks if chunk.text] == TOKENS
    message = merged(chunks)
    assert_used(message)
    assert message.response_metadata["finish_reason"] == "stop"
    if isinstance(chat, ChatSSE):
        assert message.additional_kwargs["reasoning_content"] == "".join(REASONING)


@BOTH
async def test_calls_of_tools_are_read(
    chat: Any, upstream: ScriptedServer, *, sync: bool
) -> None:
    upstream.script(Reply.text(["Look:"], tool_calls=CALLS))

    message = merged(await streamed(chat.bind_tools([weather]), sync=sync))

    assert calls_of(message) == CALLS
    assert not message.invalid_tool_calls


@BOTH
async def test_an_answer_in_one_piece_has_all(
    chat: Any, upstream: ScriptedServer, *, sync: bool
) -> None:
    upstream.script(Reply.text(TOKENS, tool_calls=CALLS, usage=USAGE))

    message = chat.invoke("Hello") if sync else await chat.ainvoke("Hello")

    assert message.text == "".join(TOKENS)
    assert calls_of(message) == CALLS
    assert_used(message)


@pytest.mark.parametrize("method", ["json_schema", "function_calling", "json_mode"])
def test_structured_output_is_an_object(
    chat: Any, upstream: ScriptedServer, method: str
) -> None:
    arguments = {"name": "Köln", "people": 5}
    upstream.script(
        Reply.text(tool_calls=[{"name": "City", "arguments": arguments}])
        if method == "function_calling"
        else Reply.text(['{"name": "Köln",', ' "people": 5}'])
    )

    asked = chat.with_structured_output(City, method=method)

    assert asked.invoke("A city, as JSON") == City(**arguments)


@BOTH
async def test_an_answer_that_breaks_off_raises(
    chat: Any, upstream: ScriptedServer, *, sync: bool
) -> None:
    upstream.script(Reply.text(TOKENS, cut_after=2))
    with pytest.raises(Exception, match=r"(?i)ended|broke|complete|closed"):
        await streamed(chat, sync=sync)


def test_chat_openai_is_served_too(relay: Relay, upstream: ScriptedServer) -> None:
    upstream.script(
        Reply.text(TOKENS, tool_calls=CALLS, usage=USAGE), Reply.status(429)
    )
    model = ChatOpenAI(
        model="behind",
        base_url=upstream.base_url,
        api_key="sk-of-the-server",
        stream_usage=True,
        max_retries=0,
    )
    with (
        running(create_app({"m": model})) as url,
        ChatSSE(model="m", base_url=f"{url}/v1", max_retries=0) as chat,
    ):
        chunks = list(chat.stream("Hello"))
        with pytest.raises(Exception, match="rate limit"):
            chat.invoke("Hello")

    assert [chunk.text for chunk in chunks if chunk.text] == TOKENS
    assert calls_of(merged(chunks)) == CALLS
    assert_used(merged(chunks))


def assert_used(message: AIMessage) -> None:
    assert message.usage_metadata == {
        "input_tokens": 11,
        "output_tokens": 7,
        "total_tokens": 18,
        "input_token_details": {"cache_read": 4},
        "output_token_details": {"reasoning": 2},
    }


def calls_of(message: AIMessage) -> list[dict[str, Any]]:
    """Return the calls of a message in the form of those that are scripted."""
    return [
        {"id": call["id"], "name": call["name"], "arguments": call["args"]}
        for call in message.tool_calls
    ]
