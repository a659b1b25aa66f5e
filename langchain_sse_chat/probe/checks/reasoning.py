"""Judge how the reasoning of a model comes."""

from __future__ import annotations

import re

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import Answers, Judgment, ProbeLine, judged
from langchain_sse_chat.probe.questions import MAIN

_GROUP = "reasoning"
_TAGS = re.compile(r"\s*<(think|thinking|thought|reasoning|seed:think)>")
_END = re.compile(r"</(think|thinking|thought|reasoning|seed:think)>")


def reasoning_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about reasoning."""
    return [
        judged(answers, MAIN, _GROUP, "under a key of its own", _key),
        judged(answers, MAIN, _GROUP, "in tags in the text", _tagged),
    ]


def tags_in(text: str) -> tuple[str, str] | None:
    """Return the tags around the reasoning in a text, `None` without any.

    The first is empty if the text starts as reasoning.
    """
    begun = _TAGS.match(text)
    if begun is not None:
        return f"<{begun[1]}>", f"</{begun[1]}>"
    ended = _END.search(text)
    if ended is not None and f"<{ended[1]}>" not in text:
        return "", ended[0]
    return None


def _key(answer: Answer) -> Judgment:
    found = [
        f"{key} ({len(text)} characters)" for key, text in answer.reasoning.items()
    ]
    if found:
        return "yes", ", ".join(found)
    return "not clear", "none came; the model perhaps does not reason"


def _tagged(answer: Answer) -> Judgment:
    tags = tags_in(answer.text)
    if tags is not None:
        return "yes", f"the text has {' '.join(filter(None, tags))}"
    if answer.reasoning:
        return "no", "it comes under a key"
    return "not clear", "none came; the model perhaps does not reason"
