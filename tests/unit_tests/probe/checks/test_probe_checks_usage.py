from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.probe.checks.usage import usage_lines
from langchain_sse_chat.probe.questions import MAIN, UNASKED
from tests.unit_tests.probe.answers import ask, refused, streamed, texts, verdict, whole

ASKED = "usage when asked for"
BODY = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}


def with_usage(usage: Any) -> list[dict[str, Any]]:
    return [*texts("a"), {"choices": [], "usage": usage}]


def counts(written: int) -> dict[str, int]:
    return {"prompt_tokens": 3, "completion_tokens": written}


def test_usage_has_both_counts() -> None:
    assert verdict(usage_lines, ASKED, streamed(MAIN, with_usage(counts(2)))) == "yes"
    other = streamed(MAIN, with_usage({"tokens": 3}))
    assert verdict(usage_lines, ASKED, other) == "not clear"
    zeros = streamed(MAIN, with_usage(counts(0)))
    assert verdict(usage_lines, ASKED, zeros) == "not clear"


def test_a_stream_without_usage_is_a_no() -> None:
    assert verdict(usage_lines, ASKED, streamed(MAIN, texts("a"))) == "no"
    cut = streamed(MAIN, texts("a"), was_cut=True)
    assert verdict(usage_lines, ASKED, cut) == "not clear"
    assert verdict(usage_lines, ASKED, whole(MAIN, BODY)) == "not clear"


def test_a_refused_option_is_a_no() -> None:
    asked = ask(MAIN).without("stream_options", "unknown field")
    answer = streamed(MAIN, with_usage(counts(2)), asked=asked)
    assert verdict(usage_lines, ASKED, answer) == "no"


def test_usage_that_was_not_asked_for_is_a_line_of_its_own() -> None:
    name = "usage unasked"
    answer = streamed(UNASKED, with_usage(counts(2)))
    assert verdict(usage_lines, name, answer) == "yes"
    assert verdict(usage_lines, name, streamed(UNASKED, texts("a"))) == "no"


@pytest.mark.parametrize(
    ("written", "finish", "expected"),
    [
        (117, "length", "yes"),
        (116, "length", "yes"),
        (100, "length", "not clear"),
        (117, "stop", "not clear"),
        (118, "length", "not clear"),
        (300, "stop", "no"),
    ],
)
def test_exactly_the_limit_ends_the_answer(
    written: int, finish: str, expected: str
) -> None:
    usage = {"choices": [], "usage": counts(written)}
    answer = streamed(MAIN, [*texts("a", finish=finish), usage])
    assert verdict(usage_lines, "max_tokens", answer) == expected


def test_pieces_of_text_count_without_usage() -> None:
    name = "max_completion_tokens"
    exact = streamed(UNASKED, texts(*"123456789", finish="length"))
    assert verdict(usage_lines, name, exact) == "yes"
    ignored = streamed(UNASKED, texts(*("x" * 30)))
    assert verdict(usage_lines, name, ignored) == "no"


def test_a_refused_name_of_the_limit_is_a_no() -> None:
    name = "max_completion_tokens"
    answer = refused(UNASKED, "unknown field max_completion_tokens")
    assert verdict(usage_lines, name, answer) == "no"
