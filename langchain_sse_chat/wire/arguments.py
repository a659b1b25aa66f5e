"""The arguments of a tool call: text that grows until it is a JSON object."""

from __future__ import annotations

import json
import re

from langchain_sse_chat.wire.jsontext import parse_arguments


class Braces:
    """Tells when all braces of a JSON text are closed.

    The text may be cut anywhere but within an escape.
    """

    __slots__ = ("_in_string", "_open")

    _MARKS = re.compile(r'\\.|["{}]', re.DOTALL)

    def __init__(self) -> None:
        self._open = 0
        self._in_string = False

    def close_with(self, text: str) -> bool:
        """Take the next part; return whether no brace is open after it."""
        for mark in self._MARKS.findall(text):
            if mark == '"':
                self._in_string = not self._in_string
            elif not self._in_string and mark in {"{", "}"}:
                self._open += 1 if mark == "{" else -1
        return self._open <= 0 and not self._in_string


def arguments_text(value: object) -> str:
    """Return arguments as JSON text, whether they came as text or as a value."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def decode_twice(text: str) -> str:
    """Return the object's text out of a JSON text that holds a JSON text."""
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return text
    whole = isinstance(inner, str) and parse_arguments(inner) is not None
    return inner if whole else text
