"""Judge which fields of a request a server honors."""

from __future__ import annotations

import re
from collections.abc import Callable

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    Verdict,
    judged,
    shown,
)
from langchain_sse_chat.probe.questions import FIELDS, OTHER_SEED, SEED, SEED_AGAIN

_GROUP = "fields"
_ANSWERS = 2
_NUMBERS = re.compile(r"\d+")
"""An answer may repeat the seed itself."""
_LONG = 20
"""Characters of random words that hardly come twice by chance."""


def fields_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about fields."""
    checks: dict[str, Callable[[Answer], Judgment]] = {
        "stop": _stop,
        "n": _n,
        "logprobs": _logprobs,
    }
    return [
        *(
            judged(answers, FIELDS, _GROUP, name, judge, field=name)
            for name, judge in checks.items()
        ),
        _seed(answers),
    ]


def _stop(answer: Answer) -> Judgment:
    text = answer.text.lower()
    evidence = f"{shown(answer.text, 60)!r} with the stop text 'gamma'"
    if "gamma" in text:
        return "no", evidence
    is_cut = "beta" in text and "delta" not in text
    if is_cut and answer.finish_reason == "stop":
        return "yes", evidence
    return "not clear", evidence


def _n(answer: Answer) -> Judgment:
    if answer.seen.was_cut or answer.finish_reason is None:
        return "not clear", "the end of the answer was not seen"
    if len(answer.choices) == 1:
        return "no", "one answer, although two were asked for"
    # Some servers number the chunks instead of the answers.
    count = len(answer.written & answer.finished)
    is_two = count == len(answer.choices) == _ANSWERS
    return "yes" if is_two else "not clear", f"{count} whole answers"


def _seed(answers: Answers) -> ProbeLine:
    accepted = judged(answers, FIELDS, _GROUP, "seed", _is_accepted, field="seed")
    if accepted.verdict == "no":
        return accepted
    for name in (SEED, SEED_AGAIN, OTHER_SEED):
        line = judged(answers, name, _GROUP, "seed", _is_long, field="seed")
        if line.verdict != "yes":
            return line
    first, again, other = (
        answers[name].text for name in (SEED, SEED_AGAIN, OTHER_SEED)
    )
    # The limits on tokens differ.
    if not again.startswith(first):
        return _line("no", "two answers with the same seed differ")
    if _NUMBERS.sub("", first) == _NUMBERS.sub("", other):
        return _line("not clear", "answers with different seeds are equal too")
    return _line("yes", "answers are equal with the same seed, and differ with others")


def _line(verdict: Verdict, evidence: str) -> ProbeLine:
    return ProbeLine(_GROUP, "seed", verdict, evidence)


def _is_accepted(answer: Answer) -> Judgment:
    del answer
    return "yes", ""


def _is_long(answer: Answer) -> Judgment:
    """Return whether an answer is long enough to repeat by a seed only."""
    length = len(answer.text)
    if answer.seen.was_cut:
        return "not clear", "the end of the answer was not seen"
    if length < _LONG:
        return "not clear", f"an answer of {length} characters is too short to compare"
    return "yes", ""


def _logprobs(answer: Answer) -> Judgment:
    if answer.has_logprobs:
        return "yes", "came with the answer"
    if answer.text:
        return "no", "accepted, but none came"
    return "not clear", "no text came"
