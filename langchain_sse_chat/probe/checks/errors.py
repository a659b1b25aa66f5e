"""Judge how a server refuses requests."""

from __future__ import annotations

from collections.abc import Collection

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    Answers,
    Judgment,
    ProbeLine,
    shown,
    what_came,
)
from langchain_sse_chat.probe.questions import BAD_FIELD, UNKNOWN_MODEL, WRONG_KEY

_GROUP = "errors"
_OF_REQUESTS = frozenset({400, 404, 422})
_OF_KEYS = frozenset({401, 403})


def errors_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about errors."""
    checks = (
        (WRONG_KEY, "refuses a wrong key", _OF_KEYS),
        (UNKNOWN_MODEL, "refuses an unknown model", _OF_REQUESTS),
        (BAD_FIELD, "refuses a wrong value", _OF_REQUESTS),
    )
    return [
        ProbeLine(_GROUP, name, *_refusal(answers.get(asked), statuses))
        for asked, name, statuses in checks
    ]


def _refusal(answer: Answer | None, statuses: Collection[int]) -> Judgment:
    if answer is None:
        return "not clear", "not asked: the limit was reached"
    if answer.is_chat:
        return "no", "it was answered like any other"
    if answer.seen.status in statuses:
        return "yes", f"status {answer.seen.status}: {shown(answer.error)}"
    if answer.seen.has_success and answer.chunks and answer.error:
        return "yes", f"an error in an answer with status 200: {shown(answer.error)}"
    return "not clear", what_came(answer)
