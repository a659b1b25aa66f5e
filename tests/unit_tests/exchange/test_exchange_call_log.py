"""Log records and their levels, without secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat import ChatSSE, RateLimitError, SSEChatError
from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.exchange.endpoint_attempts import build_exchange
from langchain_sse_chat.transport.observer import ObservedExchange
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    completion,
    streamed,
    text_stream,
)

LOGGER = "langchain_sse_chat"
KEY = "secret-key-1234"
HELLO = text_stream("Hello", " world")

Texts = Callable[[ChatSSE], Any]


async def by_stream(chat: ChatSSE) -> None:
    list(chat.stream("my prompt"))


async def by_astream(chat: ChatSSE) -> None:
    async for _ in chat.astream("my prompt"):
        pass


async def by_invoke(chat: ChatSSE) -> None:
    chat.invoke("my prompt")


async def by_ainvoke(chat: ChatSSE) -> None:
    await chat.ainvoke("my prompt")


ALL = pytest.mark.parametrize("way", [by_stream, by_astream, by_invoke, by_ainvoke])
STREAMS = pytest.mark.parametrize("way", [by_stream, by_astream])


def chat_on(*answers: httpx.Response, **fields: Any) -> ChatSSE:
    server = Scripted()
    server.answers = list(answers)
    transport = httpx.MockTransport(server)
    given: dict[str, Any] = {
        "model": "gpt-x",
        "base_url": "http://test/v1?key=marker-in-query",
        "api_key": KEY,
        **fields,
    }
    return ChatSSE(
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
        **given,
    )


def refusal() -> httpx.Response:
    return httpx.Response(
        429,
        headers={"retry-after": "0", "x-request-id": f"req-{KEY}"},
        json={"error": {"message": f"too many requests for {KEY}"}},
    )


def answer(way: Texts) -> httpx.Response:
    if way in {by_invoke, by_ainvoke}:
        return httpx.Response(
            200, headers={"x-request-id": "r"}, json=completion({"content": "Hello"})
        )
    response = streamed(HELLO, 50)
    response.headers["x-request-id"] = "r"
    return response


@ALL
async def test_a_healthy_call_is_silent_above_debug(
    way: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, LOGGER):
        await way(chat_on(answer(way)))

    ours = [record for record in caplog.records if record.name == LOGGER]
    assert {record.levelno for record in ours} == {logging.DEBUG}


@ALL
async def test_nothing_is_logged_when_debug_is_off(
    way: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        await way(chat_on(answer(way)))

    assert [record for record in caplog.records if record.name == LOGGER] == []


@STREAMS
async def test_debug_tells_request_head_and_end(
    way: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, LOGGER):
        await way(chat_on(answer(way)))

    request, head, end = (r.message for r in caplog.records if r.name == LOGGER)
    assert request.partition(", ")[2] == (
        "attempt 1: POST http://test/v1/chat/completions, model gpt-x, streamed."
    )
    assert "attempt 1: status 200 after 0." in head
    assert head.endswith("s, content type text/event-stream, request id r.")
    assert "attempt 1: done after 0." in end
    assert "3 events, first token after 0." in end


async def test_the_records_of_a_call_have_its_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG, LOGGER):
        for _ in range(2):
            await by_stream(chat_on(answer(by_stream)))

    ours = [record.message for record in caplog.records if record.name == LOGGER]
    numbers = [message.split(",")[0] for message in ours]
    assert len(set(numbers[:3])) == len(set(numbers[3:])) == 1
    assert numbers[0] != numbers[3]


async def test_a_call_that_is_not_streamed_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bare = httpx.Response(200, content=b"{}", headers={})
    with caplog.at_level(logging.DEBUG, LOGGER), pytest.raises(SSEChatError):
        await by_invoke(chat_on(bare, max_retries=0))

    request, head, end = (r.message for r in caplog.records if r.name == LOGGER)
    assert "model gpt-x, not streamed" in request
    assert "content type None, request id None" in head
    assert "first token never" in end


@ALL
async def test_a_retry_is_info_and_debug_tells_both_attempts(
    way: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, LOGGER):
        await way(chat_on(refusal(), answer(way)))

    ours = [record for record in caplog.records if record.name == LOGGER]
    above = [record.message for record in ours if record.levelno > logging.DEBUG]
    debug = [record.message for record in ours if record.levelno == logging.DEBUG]
    assert len(above) == 1
    assert "failed with RateLimitError" in above[0]
    assert ["attempt 2" in message for message in debug] == [False] * 3 + [True] * 3
    assert "RateLimitError (error) after 0." in debug[2]
    assert "next attempt in 0.0 s" in debug[2]


@ALL
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING])
async def test_no_secret_and_no_text_is_logged_at_any_level(
    way: Texts, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    chat = chat_on(
        refusal(),
        refusal(),
        max_retries=1,
        model=f"gpt-{KEY}",
        default_headers={"X-Own": "marker-in-header"},
    )
    with caplog.at_level(level, LOGGER), pytest.raises(RateLimitError):
        await way(chat)

    ours = [record for record in caplog.records if record.name == LOGGER]
    said = "\n".join(record.getMessage() for record in ours)
    assert bool(said) == (level < logging.WARNING)
    for secret in (KEY, "marker-in", "my prompt", "too many requests"):
        assert secret not in said


@STREAMS
async def test_a_truncated_answer_that_is_accepted_is_a_warning(
    way: Texts, caplog: pytest.LogCaptureFixture
) -> None:
    cut = streamed(HELLO.rpartition(b"data: {")[0])
    with caplog.at_level(logging.INFO, LOGGER):
        await way(chat_on(cut, on_truncation="warn"))

    ours = [record for record in caplog.records if record.name == LOGGER]
    assert [record.levelno for record in ours] == [logging.WARNING]


def test_the_logger_has_no_handler_so_that_warnings_are_seen() -> None:
    # https://docs.python.org/3/howto/logging.html#configuring-logging-for-a-library
    assert logging.getLogger(LOGGER).handlers == []


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_an_exchange_that_nobody_watches_is_not_wrapped(
    level: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chat = chat_on(record=tmp_path)
    plans = [
        chat._plan(KEY, [HumanMessage("Hi")], None, kwargs, streamed=True)
        for kwargs in ({"record": None}, {})
    ]
    with caplog.at_level(level, LOGGER):
        exchanges: list[object] = [build_exchange(p, ChunkAssembler()) for p in plans]

    watched = [isinstance(exchange, ObservedExchange) for exchange in exchanges]
    assert watched == [level == logging.DEBUG, True]
