"""Read the arguments of a tool call: text that grows into a JSON object."""

from __future__ import annotations

import json
import re

from langchain_sse_chat.wire.jsontext import parse_arguments

_DECODER = json.JSONDecoder()
_CONTROL = re.compile(r"[\x00-\x1f]")
_MARKS = re.compile(r'\\.|["{}]', re.DOTALL)
_STRING_PARTS = re.compile(r'\\.|["\x00-\x1f]', re.DOTALL)


class BraceCounter:
    """Detects when all braces of a JSON text are closed.

    The text may be split anywhere except within an escape.
    """

    __slots__ = ("_in_string", "_open")

    def __init__(self) -> None:
        self._open = 0
        self._in_string = False

    def close_with(self, text: str) -> bool:
        """Add the next part; return whether no brace is open after it."""
        for mark in _MARKS.findall(text):
            if mark == '"':
                self._in_string = not self._in_string
            elif not self._in_string and mark in {"{", "}"}:
                self._open += 1 if mark == "{" else -1
        return self._open <= 0 and not self._in_string

    @property
    def is_in_string(self) -> bool:
        """Whether the text so far ends within a string."""
        return self._in_string


class StringEscaper:
    """Escapes control characters inside the strings of a JSON text.

    Models write raw line breaks and tabs into strings, which JSON does not allow but
    LangChain accepts. Escaped, the text means the same and every parser accepts it.
    Outside strings these characters are whitespace.
    """

    __slots__ = ("_in_string", "_unread")

    def __init__(self) -> None:
        self._in_string = False
        # Parts without control characters, which are scanned only when one follows.
        self._unread: list[str] = []

    def feed(self, text: str) -> str:
        """Return the next part of the text, which may be split anywhere."""
        if _CONTROL.search(text) is None:
            if text:
                self._unread.append(text)
            return text
        before = "".join(self._unread)
        read = _STRING_PARTS.sub(self._escape, before + text)
        dangling = len(read) - len(read.rstrip("\\"))
        # Half of an escape: its other half is in the next part.
        self._unread = ["\\"] if dangling % 2 else []
        return read[len(before) :]

    def _escape(self, found: re.Match[str]) -> str:
        part = found[0]
        if part == '"':
            self._in_string = not self._in_string
        elif self._in_string and len(part) == 1:
            return json.dumps(part)[1:-1]
        return part


def escaped(text: str) -> str:
    """Return a JSON text without raw control characters in its strings."""
    return StringEscaper().feed(text)


def holds_several(text: str) -> bool:
    """Whether a text starts with a JSON object, and another one follows."""
    try:
        first, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and text[end:].lstrip().startswith("{")


def beyond(parts: list[str], text: str) -> str | None:
    """Return the end of a text that begins with all earlier parts, else `None`.

    The time depends on the text only, not on the number of parts.
    """
    end = 0
    for part in parts:
        if not text.startswith(part, end):
            return None
        end += len(part)
    return text[end:]


def cannot_nest(start: str) -> bool:
    """Whether the start of an object cannot be followed by the same start again.

    It can be where a value may begin, if objects of one kind are nested.
    """
    braces = BraceCounter()
    braces.close_with(start)
    return braces.is_in_string or start.rstrip()[-1:] not in {":", "[", ","}


def arguments_text(value: object) -> str:
    """Return arguments as JSON text, whether sent as text or as a value."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def decode_twice(text: str) -> str:
    """Return the object's text out of a JSON string that holds a JSON text."""
    try:
        inner = escaped(str(json.loads(text)))
    except (ValueError, RecursionError):
        return text
    return text if parse_arguments(inner) is None else inner
