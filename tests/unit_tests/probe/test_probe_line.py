from __future__ import annotations

import pytest

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    judged,
    names,
    shown,
    what_came,
)
from langchain_sse_chat.probe.questions import FIELDS, MAIN
from tests.unit_tests.probe.answers import ask, refused, streamed, texts, whole


def line(answers: Answers, *, field: str = "", is_only: bool = False) -> ProbeLine:
    def judge(answer: Answer) -> Judgment:
        return "yes", answer.text

    return judged(answers, MAIN, "g", "n", judge, field=field, is_only=is_only)


def test_an_answer_of_a_model_is_judged() -> None:
    found = line({MAIN: streamed(MAIN, texts("a"))})
    assert found == ProbeLine("g", "n", "yes", "a")


def test_what_was_not_asked_is_not_clear() -> None:
    assert line({}).verdict == "not clear"


def test_a_field_that_was_left_out_is_a_no() -> None:
    asked = ask(FIELDS).without("n", "n must be 1")
    answers = {MAIN: streamed(MAIN, texts("a"), asked=asked)}
    assert line(answers, field="n").evidence == "refused: n must be 1"
    assert line(answers, field="stop").verdict == "yes"


def test_a_refusal_is_a_no_only_if_it_is_about_the_field() -> None:
    answers = {MAIN: refused(MAIN, "unknown field 'tools'")}
    assert line(answers, field="tools").verdict == "no"
    assert line(answers, field="stop").verdict == "not clear"
    assert line(answers).verdict == "not clear"
    assert line(answers, is_only=True).verdict == "no"


def test_a_refusal_of_the_limit_on_tokens_is_about_nothing_else() -> None:
    answers = {MAIN: refused(MAIN, "max_tokens must be 16 or more")}
    assert line(answers, is_only=True).verdict == "not clear"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_another_status_says_nothing_about_a_field(status: int) -> None:
    answers = {MAIN: refused(MAIN, "tools", status)}
    assert line(answers, field="tools", is_only=True).verdict == "not clear"


@pytest.mark.parametrize(
    ("words", "field", "expected"),
    [
        ("bad 'max_tokens' here", "max_tokens", True),
        ("use max_completion_tokens", "max_tokens", False),
        ("'n' must be 1", "n", True),
        ("body.n: must be 1", "n", True),
        (r"line\none", "n", False),
        ("an error", "n", False),
        ("anything", "", False),
    ],
)
def test_a_field_is_named_by_itself(words: str, field: str, expected: bool) -> None:
    assert names(words, field) is expected


def test_what_came_is_told_in_a_few_words() -> None:
    assert what_came(refused(MAIN, "no", 500)) == "status 500: no"
    assert what_came(whole(MAIN, {}, None)).startswith("no response: ")


def test_a_long_text_is_cut_in_one_line() -> None:
    assert shown("a\n\x1b[2J  b") == "a [2J b"
    assert shown("x" * 500, 10) == "xxxxxxxx …"
