"""Reads of nothing but events like the ones before are read as all others are."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.answer.pipeline import AnswerPipeline, PipelineOptions
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta

HEAD = ResponseHead(200, {"content-type": "text/event-stream"}, "http://test")


class Collecting:
    """Gives out the parts of an answer as they are."""

    def feed(self, delta: str | Delta) -> list[Any]:
        return [delta]

    def close(self, message: AnswerMessage, pending: Delta) -> list[Any]:
        return [message, pending]


def pipeline(*, learns: bool = True) -> AnswerPipeline[Any]:
    # With a text to search for, the reader makes no templates. This one never comes.
    stop = () if learns else ("\x01",)
    made = AnswerPipeline[Any](Collecting(), PipelineOptions("http://test", stop=stop))
    made.open(HEAD)
    return made


def read_all(reads: list[bytes], *, learns: bool) -> list[Any]:
    """Return all that a pipeline gives, and how far it has come after each read."""
    made = pipeline(learns=learns)
    outputs: list[Any] = []
    for read in reads:
        outputs += made.feed(read)
        outputs += [
            made.progress,
            not made.wants_more,
            made.is_complete,
            made.has_output,
        ]
    return [*outputs, *made.close()]


def chunk(text: Any, **fields: Any) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    body = {"id": "1", "choices": [choice], **fields}
    return json.dumps(body, ensure_ascii=False)


def thought(text: str) -> str:
    return chunk("", choices=[{"index": 0, "delta": {"reasoning": text}}])


def stop() -> str:
    return chunk("", choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}])


texts = st.sampled_from(
    ["a", " word", "", '"', "\\", "\n", "é", "👍", "data: ", "\x00"]
)
frames = st.one_of(
    texts.map(lambda text: f"data: {chunk(text)}\n\n"),
    texts.map(lambda text: f"data: {chunk(text)}\n\n"),
    texts.map(lambda text: f"data: {chunk(text)}\n\n"),
    texts.map(lambda text: f"data: {thought(text)}\n\n"),
    texts.map(lambda text: f"data: {thought(text)}\n\n"),
    texts.map(lambda text: f"data:{chunk(text)}\n\n"),
    texts.map(lambda text: f"data: {chunk(text)}\r\n\r\n"),
    texts.map(lambda text: f"event: message\ndata: {chunk(text)}\n\n"),
    texts.map(lambda text: f"event: chunk\ndata: {chunk(text)}\n\n"),
    texts.map(lambda text: f"data: {chunk(text, id='2')}\n\n"),
    texts.map(lambda text: f"id: 1\ndata: {chunk(text)}\n\n"),
    st.sampled_from([": ping\n\n", ": ping\n", "\n", "\r", "retry: 1\n"]),
    st.just("data: {}\n\n"),
)


@given(
    lists=st.lists(st.lists(frames, max_size=4), max_size=6),
    cuts=st.lists(st.integers(1, 400), max_size=4),
    end=st.sampled_from(
        [[f"data: {stop()}\n\n"], [f"data: {stop()}\n\ndata: [DONE]\n\n"]]
    ),
)
def test_changes_nothing_of_what_is_given(
    lists: list[list[str]], cuts: list[int], end: list[str]
) -> None:
    reads = [
        "".join(some).encode() for some in [[f"data: {chunk('a')}\n\n"], *lists, end]
    ]
    # Some reads end in the middle of an event.
    for number, cut in enumerate(cuts[: len(reads) - 1]):
        reads[number + 1] = reads[number][cut:] + reads[number + 1]
        reads[number] = reads[number][:cut]
    assert read_all(reads, learns=True) == read_all(reads, learns=False)


@pytest.mark.parametrize("size", [1, 3, 16])
def test_each_event_of_a_read_is_a_part_of_its_own(size: int) -> None:
    made = pipeline()
    frames = [f"data: {chunk(f' {i}')}\n\n".encode() for i in range(48)]
    given = [
        made.feed(b"".join(frames[i : i + size])) for i in range(0, len(frames), size)
    ]
    assert [len(outputs) for outputs in given] == [size] * (48 // size)
    assert [*chain(*given)] == [f" {i}" for i in range(48)]
    assert made.progress == len(frames)


def test_each_event_of_reasoning_is_a_part_of_its_own() -> None:
    made = pipeline()
    frames = [f"data: {thought(f' {i}')}\n\n".encode() for i in range(9)]
    given = [
        made.feed(frames[0]),
        made.feed(frames[1]),
        made.feed(b"".join(frames[2:])),
    ]
    assert [*chain(*given)] == [Delta(reasoning=f" {i}") for i in range(9)]


def test_nothing_is_read_after_the_end() -> None:
    made = pipeline()
    frame = f"data: {chunk('a')}\n\n".encode()
    assert made.feed(frame) + made.feed(frame) == ["a", "a"]
    assert made.feed(b"data: [DONE]\n\n") == []
    assert made.feed(frame) == []


def test_an_answer_that_ends_in_such_a_read_may_still_be_an_error() -> None:
    made = pipeline()
    frame = f"data: {chunk('a')}\n\n".encode()
    made.feed(frame)
    made.feed(frame + frame)
    made.feed(b'{"error": {"message": "overloaded"}}')
    with pytest.raises(Exception, match="overloaded"):
        list(made.close())
