"""Events that differ in their text only: read without parsing JSON again.

Most servers send a stream of text in events that are alike to the byte but for the
content. Where the bytes around it are the same as in the event before, the JSON means
the same too, but for the content: so that is all there is to read. Where a read of the
connection holds such events and nothing else, that is seen at once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from langchain_sse_chat.wire.chunks import Delta
from langchain_sse_chat.wire.reasoning import REASONING_KEYS

_CONTENT = ("content",)

_MOST_TEXT = 4096
"""Characters of text with which an event is still like others. An image in base64 is
one of its kind, and looking through it takes longer than parsing it."""


class Template:
    """What stands around the text in an event's data."""

    __slots__ = ("_after", "_before", "_end", "_frame", "_start", "is_reasoning")

    def __init__(self, before: str, after: str, *, is_reasoning: bool) -> None:
        """Keep both sides, with the quotation marks."""
        self.is_reasoning = is_reasoning
        """Whether the text between them is reasoning."""
        self._before = before
        self._after = after
        self._start = len(before)
        self._end = len(after)
        # Both sides, of the bytes of an event.
        self._frame: tuple[bytes, bytes] | None = None

    def text_of(self, data: str) -> str | None:
        """Return the text in data that differs in nothing else.

        Returns:
            `None` when the data differs elsewhere, has no text, or has one that is
            written with escapes or with characters that JSON wants escaped.
        """
        if not (data.startswith(self._before) and data.endswith(self._after)):
            return None
        # Empty when the sides overlap.
        text = data[self._start : len(data) - self._end]
        return text if text and _is_plain(text) else None

    def texts_in(self, read: bytes) -> list[str] | None:
        """Return the texts of all events in bytes that begin where an event begins.

        Returns:
            `None` when the bytes hold anything else, or a part of an event, or an event
            that is not a `data: ` line and a blank line.
        """
        if self._frame is None:
            # Servers end all lines alike.
            end = b"\r\n\r\n" if read.endswith(b"\r\n\r\n") else b"\n\n"
            self._frame = (
                f"data: {self._before}".encode(),
                self._after.encode() + end,
            )
        before, after = self._frame
        if not (read.startswith(before) and read.endswith(after)):
            return None
        # Empty when the sides overlap. Both begin and end with ASCII, so that decoding
        # the texts gives what decoding the events would.
        inner = read[len(before) : -len(after)].decode("utf-8", "replace")
        if len(inner) <= _MOST_TEXT and _is_plain(inner):
            return [inner] if inner else None
        texts = inner.split((after + before).decode())
        # Of other events, their quotation marks would be left.
        if len(texts) == 1 or "" in texts or not _is_plain("".join(texts)):
            return None
        return texts


def _is_plain(text: str) -> bool:
    """Whether a text in JSON stands for itself."""
    return text.isprintable() and '"' not in text and "\\" not in text


def template_of(
    data: str, chunk: Mapping[str, Any], out: str | Delta
) -> Template | None:
    """Return the template of an event, `None` when it has more than one plain text.

    Args:
        data: The event's data.
        chunk: What it was parsed to.
        out: What the reader took from it.
    """
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or chunk.get("usage"):
        return None
    if any(v for k, v in choices[0].items() if k not in {"index", "delta"}):
        # A finish reason, log probabilities: what counts anew each time.
        return None
    delta = choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    filled = [k for k, v in delta.items() if k != "role" and (v or v == 0)]
    if len(filled) != 1:
        return None
    key, is_reasoning = filled[0], isinstance(out, Delta)
    text = out.reasoning if isinstance(out, Delta) else out
    if isinstance(out, Delta) and out != Delta(reasoning=text):
        return None
    keys = REASONING_KEYS if is_reasoning else _CONTENT
    if key not in keys or len(text) > _MOST_TEXT:
        return None
    found = _value_of(key).search(data)
    # Another key of that name could be meant, or a key be written with escapes.
    is_clear = data.count(f'"{key}"') == 1 and "\\" not in data
    if found is None or found[1] != text or not is_clear:
        return None
    before, after = data[: found.start(1)], data[found.end(1) :]
    return Template(before, after, is_reasoning=is_reasoning)


@lru_cache
def _value_of(key: str) -> re.Pattern[str]:
    return re.compile(rf'"{key}"\s*:\s*"([^"\\]*)"')
