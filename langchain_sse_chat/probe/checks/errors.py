"""Judge how a server refuses requests."""

from __future__ import annotations

import re
from collections.abc import Collection

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import (
    NOT_ASKED,
    Answers,
    Judgment,
    ProbeLine,
    shown,
    what_came,
)
from langchain_sse_chat.probe.questions import (
    BAD_FIELD,
    NO_MODEL,
    UNKNOWN_MODEL,
    WRONG_KEY,
)

_GROUP = "errors"
_OF_REQUESTS = frozenset({400, 404, 422})
_OF_KEYS = frozenset({401, 403})
_ANY = re.compile("")
_KEY = re.compile("key|token|auth|credential", re.IGNORECASE)
_MODEL = re.compile("model", re.IGNORECASE)
_NO_MODEL = re.compile(
    rf"{NO_MODEL}|(?=.*model).*(no such|not (found|exist|supported)|unknown|invalid)",
    re.IGNORECASE | re.DOTALL,
)
"""A server that is busy names a model too."""
_VALUE = re.compile(r"temperature|\bhot\b", re.IGNORECASE)


def errors_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about errors."""
    checks = (
        (WRONG_KEY, "refuses a wrong key", _OF_KEYS, _ANY, _KEY),
        (UNKNOWN_MODEL, "refuses an unknown model", _OF_REQUESTS, _MODEL, _NO_MODEL),
        (BAD_FIELD, "refuses a wrong value", _OF_REQUESTS, _VALUE, _VALUE),
    )
    return [
        ProbeLine(_GROUP, name, *_refusal(answers.get(asked), statuses, *words))
        for asked, name, statuses, *words in checks
    ]


def _refusal(
    answer: Answer | None,
    statuses: Collection[int],
    words: re.Pattern[str],
    alone: re.Pattern[str],
) -> Judgment:
    """Judge whether a request was refused for its fault.

    Args:
        answer: The answer.
        statuses: The statuses of such a refusal.
        words: Its words.
        alone: Its words if its status says nothing.
    """
    if answer is None:
        return "not clear", NOT_ASKED
    if answer.is_chat:
        return "no", "it was answered like any other"
    if not words.search(answer.error):
        return "not clear", what_came(answer)
    if answer.seen.status in statuses:
        return "yes", f"status {answer.seen.status}: {shown(answer.error)}"
    is_told = answer.seen.has_success and answer.chunks
    if is_told and answer.error and alone.search(answer.error):
        return "yes", f"an error in an answer with status 200: {shown(answer.error)}"
    return "not clear", what_came(answer)
