from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.probe.answer import read_answer
from langchain_sse_chat.probe.questions import MAIN
from langchain_sse_chat.probe.seen import Seen
from tests.unit_tests.probe.answers import (
    STREAM,
    ask,
    chunk,
    events,
    refused,
    streamed,
    texts,
    whole,
)

STREAMED = [
    {"choices": []},
    chunk(reasoning="hm"),
    chunk(reasoning="m"),
    *texts("a", "b"),
    chunk(index=1, content="other"),
    {"choices": [], "usage": {"total_tokens": 7, "prompt_tokens": True}},
]
BYTES = b": hello\n\n" + b"".join(events(STREAMED))


def cut(size: int) -> tuple[tuple[float, bytes], ...]:
    starts = range(0, len(BYTES), size)
    return tuple((at / 10, BYTES[at : at + size]) for at in starts)


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_a_stream_is_read_at_any_chunking(size: int) -> None:
    answer = read_answer(Seen(ask(MAIN), 200, STREAM, cut(size)))
    assert answer.is_stream
    assert answer.is_chat
    assert answer.has_done
    assert answer.has_ended
    assert answer.comments == 1
    assert answer.text == "ab"
    assert answer.reasoning == {"reasoning": "hmm"}
    assert answer.choices == {0, 1}
    assert answer.tokens("total_tokens") == 7
    assert answer.tokens("prompt_tokens") is None
    assert answer.tokens("missing") is None


def test_a_text_has_the_time_of_its_read() -> None:
    answer = streamed(MAIN, texts("a", "b"), times=[1.0, 1.5])
    assert answer.texts == [(1.0, "a"), (1.5, "b")]


def test_a_whole_body_is_read() -> None:
    message = {"content": "hi", "tool_calls": [{"function": {"name": "f"}}]}
    body = {"choices": [{"message": message, "finish_reason": "stop"}]}
    answer = whole(MAIN, body)
    assert not answer.is_stream
    assert answer.text == "hi"
    assert answer.calls[0].name == "f"
    assert answer.choices == {0}


def test_a_stream_under_another_content_type_is_recognized() -> None:
    answer = streamed(MAIN, texts("a"), headers={"content-type": "text/plain"})
    assert answer.is_stream


def test_a_refusal_has_the_words_of_the_server() -> None:
    answer = refused(MAIN, "no", 422)
    assert answer.error == "no"
    assert answer.is_refusal
    assert not answer.has_success


def test_an_error_in_a_stream_is_no_success() -> None:
    answer = streamed(MAIN, [chunk(content="a"), {"error": {"message": "broken"}}])
    assert answer.error == "broken"
    assert not answer.is_chat


@pytest.mark.parametrize("error", ["broken", {"x": 1}])
def test_an_error_without_a_message_is_shown_as_it_is(error: Any) -> None:
    assert streamed(MAIN, [{"error": error}]).error


def test_what_is_no_json_object_is_left_out() -> None:
    body = b"data: [1]\n\ndata: {\n\ndata: 7\n\n"
    answer = read_answer(Seen(ask(MAIN), 200, STREAM, ((0.0, body),)))
    assert answer.chunks == []
    assert not answer.is_chat


def test_choices_of_other_forms_are_left_out() -> None:
    chunks = [{"choices": None}, {"choices": [3, {"delta": None}]}]
    answer = streamed(MAIN, chunks)
    assert answer.choices == {1}
    assert answer.text == ""


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        pytest.param({"content": [{"logprob": -0.1}]}, True, id="there"),
        pytest.param({"content": [{"logprob": "x"}]}, False, id="no number"),
        pytest.param({"content": []}, False, id="empty"),
        pytest.param({"content": [3]}, False, id="no object"),
        pytest.param(None, False, id="null"),
    ],
)
def test_log_probabilities_are_numbers(logprobs: Any, expected: bool) -> None:
    body = {"choices": [{"delta": {}, "logprobs": logprobs}]}
    assert streamed(MAIN, [body]).has_logprobs is expected


def test_an_answer_at_the_limit_has_not_ended_by_itself() -> None:
    assert not streamed(MAIN, texts("a", finish="length")).has_ended
    assert not streamed(MAIN, texts("a", finish=None)).has_ended
    assert not streamed(MAIN, texts("a"), was_cut=True).has_ended


def test_an_event_that_is_too_large_ends_the_reading() -> None:
    large = b"data: " + b"x" * 17_000_000
    answer = read_answer(Seen(ask(MAIN), 200, STREAM, ((0.0, large), (0.1, b"\n\n"))))
    assert "max_event_size" in answer.error
    assert not answer.is_chat


def test_a_response_without_a_body_is_empty() -> None:
    answer = read_answer(Seen(ask(MAIN), 204))
    assert not answer.is_chat
