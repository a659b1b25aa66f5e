from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.fields import fields_lines
from langchain_sse_chat.probe.questions import FIELDS
from tests.unit_tests.probe.answers import ask, chunk, streamed, texts, verdict


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ("alpha beta ", "stop", "yes"),
        ("alpha beta gamma delta", "stop", "no"),
        ("alpha beta ", "length", "not clear"),
        ("alpha beta delta", "stop", "not clear"),
        ("Sure!", "stop", "not clear"),
    ],
)
def test_a_stop_text_ends_the_answer_before_it(
    text: str, finish: str, expected: str
) -> None:
    answer = streamed(FIELDS, texts(text, finish=finish))
    assert verdict(fields_lines, "stop", answer) == expected


def test_two_answers_have_two_indexes() -> None:
    two = streamed(FIELDS, [*texts("a"), chunk(index=1, content="b")])
    assert verdict(fields_lines, "n", two) == "yes"
    assert verdict(fields_lines, "n", streamed(FIELDS, texts("a"))) == "no"
    cut = streamed(FIELDS, texts("a"), was_cut=True)
    assert verdict(fields_lines, "n", cut) == "not clear"


def test_a_seed_is_never_a_yes() -> None:
    assert verdict(fields_lines, "seed", streamed(FIELDS, texts("a"))) == "not clear"
    asked = ask(FIELDS).without("seed", "unknown field seed")
    answer = streamed(FIELDS, texts("a"), asked=asked)
    assert verdict(fields_lines, "seed", answer) == "no"


def test_log_probabilities_come_or_do_not() -> None:
    name = "logprobs"
    entry = {"delta": {"content": "a"}, "logprobs": {"content": [{"logprob": -1.0}]}}
    there = streamed(FIELDS, [{"choices": [entry]}])
    assert verdict(fields_lines, name, there) == "yes"
    assert verdict(fields_lines, name, streamed(FIELDS, texts("a"))) == "no"
    assert verdict(fields_lines, name, streamed(FIELDS, texts())) == "not clear"
