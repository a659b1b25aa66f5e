"""Judge which messages a server understands."""

from __future__ import annotations

import re

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import Answers, Judgment, ProbeLine, judged, shown
from langchain_sse_chat.probe.questions import (
    DEVELOPER,
    DEVELOPER_WORD,
    IMAGE,
    MAIN,
    PREFIX,
    SYSTEM_WORD,
)

_GROUP = "messages"
_SHORT = 40
_COLORS = re.compile(r"\b(green|red)\b", re.IGNORECASE)


def messages_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about messages."""
    return [
        judged(answers, MAIN, _GROUP, "role system", _system),
        judged(answers, DEVELOPER, _GROUP, "role developer", _developer, is_only=True),
        judged(answers, IMAGE, _GROUP, "images", _image, is_only=True),
        judged(answers, PREFIX, _GROUP, "continues an answer", _prefix, is_only=True),
    ]


def _system(answer: Answer) -> Judgment:
    start = answer.text.lstrip(" \n*\"'`")[: len(SYSTEM_WORD)]
    if start == SYSTEM_WORD:
        return "yes", "its instruction was followed"
    return "not clear", f"its instruction was not followed: {_said(answer)}"


def _developer(answer: Answer) -> Judgment:
    text = answer.text.strip()
    if DEVELOPER_WORD in text and len(text) < _SHORT:
        return "yes", "its instruction was followed"
    return (
        "not clear",
        f"accepted, but its instruction was not followed: {_said(answer)}",
    )


def _image(answer: Answer) -> Judgment:
    colors = [color.lower() for color in _COLORS.findall(answer.text)]
    if colors == ["green", "red"]:
        return "yes", f"it named the colors of both halves: {_said(answer)}"
    return "not clear", f"accepted, but it did not name the colors: {_said(answer)}"


def _prefix(answer: Answer) -> Judgment:
    if re.match(r"is\b", answer.text):
        return "yes", f"'Par' became 'Par' + {_said(answer)}"
    return "not clear", f"it did not go on inside the word: {_said(answer)}"


def _said(answer: Answer) -> str:
    return repr(shown(answer.text, _SHORT))
