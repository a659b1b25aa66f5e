"""Judge which fields of a request a server honors."""

from __future__ import annotations

from collections.abc import Callable

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import Answers, Judgment, ProbeLine, judged, shown
from langchain_sse_chat.probe.questions import FIELDS

_GROUP = "fields"


def fields_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about fields."""
    checks: dict[str, Callable[[Answer], Judgment]] = {
        "stop": _stop,
        "n": _n,
        "seed": _seed,
        "logprobs": _logprobs,
    }
    return [
        judged(answers, FIELDS, _GROUP, name, judge, field=name)
        for name, judge in checks.items()
    ]


def _stop(answer: Answer) -> Judgment:
    text = answer.text.lower()
    evidence = f"{shown(answer.text, 60)!r} with the stop text 'gamma'"
    if "gamma" in text:
        return "no", evidence
    if "alpha" in text and "delta" not in text and answer.finish_reason == "stop":
        return "yes", evidence
    return "not clear", evidence


def _n(answer: Answer) -> Judgment:
    count = len(answer.choices)
    if count > 1:
        return "yes", f"{count} answers"
    if answer.seen.was_cut or answer.finish_reason is None:
        return "not clear", "the end of the answer was not seen"
    return "no", "one answer, although two were asked for"


def _seed(answer: Answer) -> Judgment:
    del answer
    return "not clear", "accepted; whether answers repeat was not tried"


def _logprobs(answer: Answer) -> Judgment:
    if answer.has_logprobs:
        return "yes", "came with the answer"
    if answer.text:
        return "no", "accepted, but none came"
    return "not clear", "no text came"
