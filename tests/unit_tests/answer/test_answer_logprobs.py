from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.logprobs import LogprobPieces
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta
from tests.unit_tests.chat_models.block_ways import answered, gathered, model
from tests.unit_tests.chat_models.event_ways import Tokens
from tests.unit_tests.wire.wire_streams import (
    assembled,
    chunk,
    chunks_of,
    events,
    events_message,
    merged,
    result_of,
)


def token(text: str) -> dict[str, Any]:
    top = [{"token": text, "logprob": -0.25, "bytes": [*text.encode()]}]
    return {**top[0], "top_logprobs": top}


def said(text: str, reason: str | None = None, **delta: Any) -> dict[str, Any]:
    """Return a chunk of a token with its log probabilities."""
    sent = chunk({"content": text, **delta}, reason)
    sent["choices"][0]["logprobs"] = {"content": [token(text)], "refusal": None}
    return sent


TEXTS = ["One", " two", " é", "!"]
STREAM = events([*map(said, TEXTS), chunk({}, "stop")])
WHOLE = {"content": [*map(token, TEXTS)], "refusal": None}


def on(message: Any) -> Any:
    return message.response_metadata.get("logprobs")


def test_each_chunk_has_the_log_probabilities_of_its_text() -> None:
    chunks = chunks_of(STREAM)

    assert [(c.text, on(c.message)) for c in chunks] == [
        *((t, {"content": [token(t)], "refusal": None}) for t in TEXTS),
        ("", None),
    ]


def test_every_method_gives_all_of_them_once() -> None:
    chunks = chunks_of(STREAM)
    chat = model(b"".join(STREAM), logprobs=True)
    streams = [[*chat.stream("Hello")], asyncio.run(gathered(chat))]

    for whole in (
        merged(chunks),
        assembled_of(chunks),
        events_message(STREAM),
        result_of(STREAM),
        chat.invoke("Hello"),
        asyncio.run(chat.ainvoke("Hello")),
        chat.stream_events("Hello", version="v3").output,
        asyncio.run(answered(chat)),
        *(stream[0] + stream[1:] for stream in streams),
    ):
        assert on(whole) == WHOLE


def assembled_of(chunks: list[Any]) -> Any:
    """Return the message of the generation that LangChain adds up for callbacks."""
    total = chunks[0] + chunks[1:]
    return total.message


def test_a_handler_for_tokens_sees_them() -> None:
    tokens = Tokens()

    list(model(b"".join(STREAM)).stream("Hello", {"callbacks": [tokens]}))

    seen = [on(c.message) for c in tokens.chunks]
    assert [s and s["content"][0]["token"] for s in seen] == [*TEXTS, None]


def test_they_do_not_come_without_a_text_that_they_belong_to() -> None:
    chunks = chunks_of(events([said("", role="assistant"), said("a", "stop")]))

    assert [on(c.message) for c in chunks] == [
        {"content": [token(""), token("a")], "refusal": None},
        None,
    ]


def test_held_back_text_has_its_own_at_the_end() -> None:
    sent = events([said("a"), said("<thi", "stop")])
    tags = ("<think>", "</think>")

    chunks = [*model(b"".join(sent), reasoning_tags=tags).stream("Hello")]

    assert [c.content for c in chunks] == ["a", "<thi", ""]
    assert [on(c) and len(on(c)["content"]) for c in chunks] == [1, 1, None]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param(
            [{"content": [{"token": "a", "index": 0}]}] * 2, id="items with an index"
        ),
        pytest.param([{"tokens": ["a"], "text_offset": [0]}] * 2, id="older form"),
        pytest.param([{"content": [{"token": "a"}], "mean": -0.5}] * 2, id="a number"),
        pytest.param(
            [{"content": [{"token": "a"}]}, {"content": [{"token": "b", "index": 1}]}],
            id="an index later",
        ),
        pytest.param(
            [
                {"content": [{"token": "a"}]},
                {"content": [{"token": "b", "index": 1}]},
                {"content": [{"token": "c"}]},
            ],
            id="an index in between",
        ),
        pytest.param([{"content": []}, {"content": []}], id="empty"),
    ],
)
def test_what_langchain_would_merge_wrongly_comes_once(
    pieces: list[dict[str, Any]],
) -> None:
    sent = [chunk({"content": "x"}) for _ in pieces]
    for each, logprobs in zip(sent, pieces, strict=True):
        each["choices"][0]["logprobs"] = logprobs
    stream = events([*sent, chunk({}, "stop")])

    whole = on(result_of(stream))

    assert on(merged(chunks_of(stream))) == whole
    assert on(events_message(stream)) == whole
    assert assembled(chunks_of(stream)).content


def test_a_resumed_answer_has_those_of_all_attempts() -> None:
    first, second = {"content": [token("a")]}, {"content": [token("b")]}
    assembler = ChunkAssembler()
    chunks = assembler.feed(Delta("a", logprobs=first))
    chunks += assembler.feed(Delta("b", logprobs=second))
    lost = token("lost")
    whole = {"content": [first["content"][0], lost, second["content"][0]]}

    chunks += assembler.close(AnswerMessage(logprobs=whole), Delta())

    message = merged(chunks)
    assert isinstance(message, AIMessageChunk)
    assert on(message)["content"] == [token("a"), token("b"), lost]


def test_nothing_is_missing_after_the_chunks_had_all() -> None:
    pieces = LogprobPieces()
    sent = {"content": [token("a")], "refusal": None}

    assert pieces.piece(sent) == sent
    assert pieces.rest(sent) is None
    assert pieces.rest({"content": "another type"}) is None
