"""A LiteLLM proxy in front of what this package serves."""

from __future__ import annotations

import functools
import operator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE, RateLimitError, SSEChatError
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.relay import (
    CALLS,
    REASONING,
    TOKENS,
    USAGE,
)


@pytest.fixture
def chat(proxy_url: str, proxy_key: str) -> ChatSSE:
    return ChatSSE(
        model="served", base_url=f"{proxy_url}/v1", api_key=proxy_key, max_retries=0
    )


def merged(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return functools.reduce(operator.add, chunks)


def test_a_stream_has_each_token_once(server: ScriptedServer, chat: ChatSSE) -> None:
    server.script(Reply.text(TOKENS, reasoning=REASONING, usage=USAGE))

    chunks = list(chat.stream("Hello"))

    assert [chunk.text for chunk in chunks if chunk.text] == TOKENS
    message = merged(chunks)
    assert message.additional_kwargs["reasoning_content"] == "".join(REASONING)
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == 18


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_parallel_calls_come_through(
    server: ScriptedServer, chat: ChatSSE, *, streamed: bool
) -> None:
    server.script(Reply.text(["Look:"], tool_calls=CALLS))

    message: Any = (
        merged(list(chat.stream("Hello"))) if streamed else chat.invoke("Hello")
    )

    assert [
        {"id": call["id"], "name": call["name"], "arguments": call["args"]}
        for call in message.tool_calls
    ] == CALLS


def test_a_limit_of_the_server_is_a_limit(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.status(429))
    with pytest.raises(RateLimitError):
        chat.invoke("Hello")


def test_an_answer_that_breaks_off_is_no_answer(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    server.script(Reply.text(TOKENS, cut_after=3))
    with pytest.raises(SSEChatError):
        list(chat.stream("Hello"))


def test_a_client_that_leaves_stops_the_model(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    before = server.disconnects
    server.script(Reply.text(TOKENS, stall_after=4))
    stream = chat.stream("Hello")
    next(stream)
    stream.close()
    assert server.wait_for_disconnect(10, before + 1)
