from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from langchain_sse_chat.probe.answer import read_answer
from langchain_sse_chat.probe.checks.streaming import streaming_lines
from langchain_sse_chat.probe.questions import MAIN, MODELS, UNASKED
from langchain_sse_chat.probe.seen import Seen
from tests.unit_tests.probe.answers import (
    ask,
    chunk,
    found,
    refused,
    streamed,
    texts,
    verdict,
    whole,
)

TOKENS = [str(number) for number in range(20)]
PACE = "tokens arrive one by one"


def paced(times: Sequence[float]) -> str:
    return verdict(streaming_lines, PACE, streamed(MAIN, texts(*TOKENS), times=times))


def test_tokens_with_time_between_them_arrive_one_by_one() -> None:
    assert paced([0.5 + at * 0.05 for at in range(20)]) == "yes"


def test_a_burst_after_a_wait_is_a_buffer() -> None:
    assert paced([2.0] * 20) == "no"
    assert paced([2.0] * 10 + [2.01] * 10) == "no"


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([0.01] * 20, id="a burst without a wait"),
        pytest.param([2.0 + at * 0.001 for at in range(20)], id="a fast server"),
        pytest.param([2.0] * 10 + [4.0] * 10, id="two bursts"),
        pytest.param([0.1 + at * 0.001 for at in range(19)] + [3.0], id="one gap"),
        pytest.param([0.1 * (at // 5) for at in range(20)], id="four bursts"),
    ],
)
def test_other_paces_are_not_clear(times: list[float]) -> None:
    assert paced(times) == "not clear"


def test_reasoning_counts_for_the_pace() -> None:
    chunks = [*[chunk(reasoning="a")] * 20, chunk(finish="length")]
    burst = streamed(MAIN, chunks, times=[2.0] * 20)
    assert verdict(streaming_lines, PACE, burst) == "no"
    assert verdict(streaming_lines, "streams", burst) == "yes"


def test_few_tokens_tell_nothing_about_the_pace() -> None:
    answer = streamed(MAIN, texts("a", "b"), times=[2.0, 2.0])
    assert verdict(streaming_lines, PACE, answer) == "not clear"


BODY = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}


def test_a_stream_has_several_pieces() -> None:
    two = streamed(MAIN, texts("a", "b"))
    assert verdict(streaming_lines, "streams", two) == "yes"
    whole_text = streamed(MAIN, texts("1, 2, 3, " * 10))
    assert verdict(streaming_lines, "streams", whole_text) == "no"
    assert verdict(streaming_lines, "streams", whole(MAIN, BODY)) == "no"
    one = streamed(MAIN, texts("a", finish=None))
    assert verdict(streaming_lines, "streams", one) == "not clear"


def test_a_finish_reason_is_one_that_came() -> None:
    name = "finish reason"
    assert verdict(streaming_lines, name, streamed(MAIN, texts("a"))) == "yes"
    without = texts("a", finish=None)
    assert verdict(streaming_lines, name, streamed(MAIN, without)) == "no"
    cut = streamed(MAIN, without, was_cut=True)
    assert verdict(streaming_lines, name, cut) == "not clear"


def test_done_is_the_last_event() -> None:
    name = "[DONE] at the end"
    assert verdict(streaming_lines, name, streamed(MAIN, texts("a"))) == "yes"
    without = streamed(MAIN, texts("a"), done=False)
    assert verdict(streaming_lines, name, without) == "no"
    assert verdict(streaming_lines, name, whole(MAIN, BODY)) == "not clear"


def test_comments_are_counted() -> None:
    name = "keep-alive comments"
    answer = streamed(MAIN, texts("a"), before=b": wait\n\n")
    assert verdict(streaming_lines, name, answer) == "yes"
    assert verdict(streaming_lines, name, streamed(MAIN, texts("a"))) == "not clear"


@pytest.mark.parametrize(
    ("version", "expected"),
    [("HTTP/2", "yes"), ("HTTP/1.1", "yes"), ("HTTP/1.0", "no"), ("", "not clear")],
)
def test_the_version_of_http_is_that_of_the_response(
    version: str, expected: str
) -> None:
    answer = streamed(MAIN, texts("a"), http_version=version)
    assert verdict(streaming_lines, "HTTP/1.1 or later", answer) == expected


def test_a_connection_that_is_closed_is_not_reused() -> None:
    name = "connection reuse"
    headers = {"content-type": "text/event-stream", "connection": "close"}
    closed = streamed(MAIN, texts("a"), headers=headers)
    assert verdict(streaming_lines, name, closed) == "no"
    assert verdict(streaming_lines, name, streamed(MAIN, texts("a"))) == "not clear"
    refused_and_closed = streamed(MAIN, texts("a"), headers=headers, status=400)
    assert verdict(streaming_lines, name, refused_and_closed) == "not clear"


@pytest.mark.parametrize(
    ("connections", "expected", "words"),
    [
        ((1, 1, 2), "yes", "3 responses on 2 connections"),
        ((5, 5, 0), "yes", "2 responses on 1 connection"),
        ((1, 2, 3), "not clear", "3 known connections, each with one response"),
        ((0, 0, 0), "not clear", "0 known connections"),
    ],
    ids=str,
)
def test_responses_on_one_connection_reuse_it(
    connections: tuple[int, ...], expected: str, words: str
) -> None:
    asked = zip((MODELS, MAIN, UNASKED), connections, strict=True)
    answers = [streamed(name, texts("a"), connection=each) for name, each in asked]
    line = found(streaming_lines, "connection reuse", *answers)
    assert (line.verdict, line.evidence[: len(words)]) == (expected, words)


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        pytest.param({"data": [{"id": "a"}]}, 200, "yes", id="a list"),
        pytest.param({"data": []}, 200, "not clear", id="an empty list"),
        pytest.param({"x": 1}, 200, "no", id="something else"),
        pytest.param({"error": "x"}, 404, "no", id="404"),
        pytest.param({"error": "x"}, 500, "not clear", id="500"),
    ],
)
def test_models_are_listed_by_a_list(body: Any, status: int, expected: str) -> None:
    answer = whole(MODELS, body, status)
    assert verdict(streaming_lines, "lists models", answer) == expected


def test_the_names_of_models_are_shown() -> None:
    answer = whole(MODELS, {"data": [{"id": "a"}, {"id": "b"}]})
    assert found(streaming_lines, "lists models", answer).evidence == "2: a, b"


def test_a_page_is_no_list_of_models() -> None:
    page = Seen(ask(MODELS), 200, pieces=((0.0, b"<html>"),))
    assert verdict(streaming_lines, "lists models", read_answer(page)) == "no"


def test_nothing_is_clear_without_answers() -> None:
    assert {line.verdict for line in streaming_lines({})} == {"not clear"}


def test_nothing_is_clear_after_a_failure() -> None:
    lines = streaming_lines({MAIN: refused(MAIN, "busy", 503)})
    assert {line.verdict for line in lines} == {"not clear"}
