from __future__ import annotations

import pytest

from langchain_sse_chat.probe.checks.fields import fields_lines
from langchain_sse_chat.probe.questions import FIELDS, OTHER_SEED, SEED, SEED_AGAIN
from tests.unit_tests.probe.answers import ask, chunk, streamed, texts, verdict


@pytest.mark.parametrize(
    ("text", "finish", "expected"),
    [
        ("alpha beta ", "stop", "yes"),
        ("alpha beta gamma delta", "stop", "no"),
        ("alpha beta ", "length", "not clear"),
        ("alpha beta delta", "stop", "not clear"),
        ("Sure!", "stop", "not clear"),
        ("alpha", "stop", "not clear"),
    ],
)
def test_a_stop_text_ends_the_answer_before_it(
    text: str, finish: str, expected: str
) -> None:
    answer = streamed(FIELDS, texts(text, finish=finish))
    assert verdict(fields_lines, "stop", answer) == expected


def test_two_answers_have_two_indexes() -> None:
    second = [chunk(index=1, content="b"), chunk(1, "stop")]
    two = streamed(FIELDS, [*texts("a"), *second])
    assert verdict(fields_lines, "n", two) == "yes"
    three = streamed(FIELDS, [*texts("a"), *second, chunk(2, "stop", content="c")])
    assert verdict(fields_lines, "n", three) == "not clear"
    numbered = streamed(FIELDS, [chunk(1, content="b"), *texts("a")])
    assert verdict(fields_lines, "n", numbered) == "not clear"
    empty = streamed(FIELDS, [*texts("a"), chunk(1, "stop")])
    assert verdict(fields_lines, "n", empty) == "not clear"
    assert verdict(fields_lines, "n", streamed(FIELDS, texts("a"))) == "no"
    cut = streamed(FIELDS, texts("a"), was_cut=True)
    assert verdict(fields_lines, "n", cut) == "not clear"


WORDS = "quokka zephyr marzipan thimble"
OTHERS = "gazebo flotsam umlaut pumpernickel"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((WORDS, WORDS, OTHERS), "yes"),
        ((WORDS, f"{WORDS} more", OTHERS), "yes"),
        ((f"{WORDS} 7", f"{WORDS} 7", f"{WORDS} 8"), "not clear"),
        ((WORDS, OTHERS, OTHERS), "no"),
        ((WORDS, WORDS, WORDS), "not clear"),
        (("yes", "yes", "no"), "not clear"),
        ((WORDS, WORDS), "not clear"),
        ((), "not clear"),
    ],
    ids=[
        "repeats",
        "goes on",
        "echoes",
        "differs",
        "never varies",
        "short",
        "two answers",
        "not asked",
    ],
)
def test_a_seed_repeats_an_answer(said: tuple[str, ...], expected: str) -> None:
    asked = zip((SEED, SEED_AGAIN, OTHER_SEED), said, strict=False)
    answers = [streamed(name, texts(text)) for name, text in asked]
    accepted = streamed(FIELDS, texts("a"))
    assert verdict(fields_lines, "seed", accepted, *answers) == expected


@pytest.mark.parametrize("name", [FIELDS, SEED_AGAIN])
def test_a_seed_that_is_refused_is_a_no(name: str) -> None:
    asked = ask(name).without("seed", "unknown field seed")
    answers = [streamed(each, texts(WORDS)) for each in (FIELDS, SEED) if each != name]
    refused = streamed(name, texts(WORDS), asked=asked)
    assert verdict(fields_lines, "seed", *answers, refused) == "no"


def test_answers_without_an_end_are_not_compared() -> None:
    whole = [streamed(name, texts(WORDS)) for name in (FIELDS, SEED)]
    cut = streamed(SEED_AGAIN, texts(WORDS, "and"), was_cut=True)
    assert verdict(fields_lines, "seed", *whole, cut) == "not clear"


def test_log_probabilities_come_or_do_not() -> None:
    name = "logprobs"
    entry = {"delta": {"content": "a"}, "logprobs": {"content": [{"logprob": -1.0}]}}
    there = streamed(FIELDS, [{"choices": [entry]}])
    assert verdict(fields_lines, name, there) == "yes"
    assert verdict(fields_lines, name, streamed(FIELDS, texts("a"))) == "no"
    assert verdict(fields_lines, name, streamed(FIELDS, texts())) == "not clear"
