"""Answers that break on the wire are resumed, over real sockets."""

from __future__ import annotations

import asyncio
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import ChatSSE, SSEChatError, StreamTruncatedError
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.testing import Reply, Request, ScriptedServer

WORDS = ["Раз", ", два", ", three", ", 四", ", 5️⃣", "."]
TEXT = "".join(WORDS)

Ask = Callable[[ChatSSE], list[AIMessageChunk]]


class Hasty(ChatSSE):
    """A chat model that does not wait between attempts."""

    retry_policy = RetryPolicy(initial=0)


def by_stream(chat: ChatSSE) -> list[AIMessageChunk]:
    return list(chat.stream("Count"))


def by_astream(chat: ChatSSE) -> list[AIMessageChunk]:
    async def run() -> list[AIMessageChunk]:
        return [chunk async for chunk in chat.astream("Count")]

    return asyncio.run(run())


@pytest.fixture(params=[by_stream, by_astream])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return a function that collects the chunks of an answer, sync and async."""
    way: Ask = request.param
    return way


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer) -> ChatSSE:
    return Hasty(
        model="m",
        base_url=server.base_url,
        on_disconnect="resume",
        max_retries=9,
        stream_chunk_timeout=0.3,
    )


FAULTS = [
    {"cut_after": 3},
    {"reset_after": 3},
    {"truncate_after": 3},
    {"stall_after": 3},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_each_token_comes_once(
    server: ScriptedServer, chat: ChatSSE, ask: Ask, fault: Any
) -> None:
    server.script(Reply.text(WORDS, **fault), Reply.text([", three", *WORDS[3:]]))

    chunks = ask(chat)

    assert [chunk.text for chunk in chunks] == [*WORDS, ""]
    assert chunks[-1].response_metadata["resumed"] == 1
    asked = server.requests[1].json()["messages"]
    assert asked[1] == {"role": "assistant", "content": "".join(WORDS[:3])}


def test_breaks_as_often_as_is_allowed(
    server: ScriptedServer, chat: ChatSSE, ask: Ask
) -> None:
    replies = [Reply.text(WORDS[i:], reset_after=1) for i in range(5)]
    server.script(*replies, Reply.text(WORDS[5:]))

    assert "".join(chunk.text for chunk in ask(chat)) == TEXT


def test_raises_with_all_that_came_when_the_server_stays_away(
    server: ScriptedServer, chat: ChatSSE, ask: Ask
) -> None:
    chat.max_retries = 2
    server.script(
        Reply.text(WORDS, cut_after=2),
        Reply.status(503),
        Reply.text(WORDS[2:], cut_after=2),
    )

    with pytest.raises(StreamTruncatedError) as caught:
        ask(chat)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "".join(WORDS[:4])


def test_a_tool_call_that_broke_raises(
    server: ScriptedServer, chat: ChatSSE, ask: Ask
) -> None:
    server.script(
        Reply.text(
            "", tool_calls=[{"name": "pay", "arguments": {"to": "a"}}], cut_after=2
        )
    )

    with pytest.raises(SSEChatError) as caught:
        ask(chat)

    partial = caught.value.partial
    assert partial is not None
    assert partial.tool_calls == []
    assert [call["name"] for call in partial.invalid_tool_calls] == ["pay"]
    assert len(server.requests) == 1


def test_another_endpoint_goes_on(server: ScriptedServer, ask: Ask) -> None:
    with ScriptedServer() as other:
        server.script(Reply.text(WORDS, reset_after=2))
        other.script(Reply.text(WORDS[2:]))
        chat = ChatSSE(
            model="m",
            base_url=server.base_url,
            max_retries=0,
            fallbacks=[ChatSSE(model="other", base_url=other.base_url)],
        )

        chunks = ask(chat)

        assert [chunk.text for chunk in chunks] == [*WORDS, ""]
        assert other.requests[0].json()["model"] == "other"


def test_a_broken_connection_is_not_used_again(
    server: ScriptedServer, chat: ChatSSE, ask: Ask
) -> None:
    for _ in range(5):
        server.script(Reply.text(WORDS, truncate_after=3), Reply.text(WORDS[3:]))
        assert "".join(chunk.text for chunk in ask(chat)) == TEXT


def goes_on(request: Request) -> Reply:
    """Answer with two further words, and break off where there are more."""
    messages = request.json()["messages"]
    begun = messages[1]["content"] if len(messages) > 1 else ""
    ends = list(accumulate(map(len, WORDS)))
    rest = WORDS[bisect(ends, len(begun)) :]
    return Reply.text(rest, reset_after=2 if len(rest) > 2 else None)


def test_many_break_at_once() -> None:
    async def run(chat: ChatSSE) -> list[str]:
        async def one() -> str:
            return "".join([chunk.text async for chunk in chat.astream("Count")])

        return await asyncio.gather(*(one() for _ in range(50)))

    with ScriptedServer(default=goes_on) as server:
        chat = Hasty(
            model="m", base_url=server.base_url, on_disconnect="resume", max_retries=9
        )
        assert asyncio.run(run(chat)) == [TEXT] * 50
