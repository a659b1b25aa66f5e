from __future__ import annotations

import pytest

from langchain_sse_chat.probe.questions import MAIN
from langchain_sse_chat.probe.timing import timing_of
from tests.unit_tests.probe.answers import streamed, texts

UNKNOWN = dict.fromkeys(
    ("time_to_first_token", "gap_p50", "gap_p95", "tokens_per_second")
)


def test_gaps_are_between_pieces_of_text() -> None:
    answer = streamed(MAIN, texts("a", "b", "c", "d"), times=[1.0, 1.1, 1.2, 3.0])
    figures = timing_of(answer)
    assert figures["time_to_first_token"] == 1.0
    assert figures["gap_p50"] == pytest.approx(0.1)
    assert figures["gap_p95"] == pytest.approx(1.8)
    assert figures["tokens_per_second"] == pytest.approx(1.5)


def test_tokens_are_those_that_the_server_counted() -> None:
    usage = {"choices": [], "usage": {"completion_tokens": 11}}
    answer = streamed(MAIN, [*texts("a", "b"), usage], times=[1.0, 3.0])
    assert timing_of(answer)["tokens_per_second"] == pytest.approx(5.0)


def test_without_tokens_nothing_is_known() -> None:
    assert timing_of(None) == UNKNOWN
    assert timing_of(streamed(MAIN, texts())) == UNKNOWN


def test_one_token_has_no_gap() -> None:
    figures = timing_of(streamed(MAIN, texts("a"), times=[2.0]))
    assert figures == {**UNKNOWN, "time_to_first_token": 2.0}
