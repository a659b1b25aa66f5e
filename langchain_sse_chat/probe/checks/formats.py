"""Judge whether a server enforces the form of answers."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.probe.answer import Answer
from langchain_sse_chat.probe.line import Answers, Judgment, ProbeLine, judged, shown
from langchain_sse_chat.probe.questions import OBJECT, SCHEMA, SCHEMA_VALUE
from langchain_sse_chat.wire.jsontext import loads

_GROUP = "formats"


def formats_lines(answers: Answers) -> list[ProbeLine]:
    """Return the lines about forms of answers."""
    return [
        judged(
            answers, SCHEMA, _GROUP, "json_schema with strict", _schema, is_only=True
        ),
        judged(answers, OBJECT, _GROUP, "json_object", _object, is_only=True),
    ]


def _schema(answer: Answer) -> Judgment:
    value = _json(answer)
    if (
        isinstance(value, dict)
        and value.keys() == {"fish_mood", "count_q"}
        and value["fish_mood"] == SCHEMA_VALUE
        and type(value["count_q"]) is int
    ):
        return "yes", f"{shown(answer.text, 60)} with keys that only the schema has"
    return _other(answer)


def _object(answer: Answer) -> Judgment:
    if isinstance(_json(answer), dict):
        return "yes", f"{shown(answer.text, 60)}, although the question asks for words"
    return _other(answer)


def _other(answer: Answer) -> Judgment:
    evidence = repr(shown(answer.text, 60))
    return ("no" if answer.has_ended and answer.text else "not clear"), evidence


def _json(answer: Answer) -> Any:
    try:
        return loads(answer.text)
    except ValueError:
        return None
