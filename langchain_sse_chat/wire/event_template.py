"""Events that differ in their text only: read without parsing JSON again.

Most servers send a stream of text in events that are equal to the byte except for the
content. Where the bytes around the content are those of the event before, the JSON has
the same meaning except for the content, so the content is all there is to read. A read
of the connection that holds such events and nothing else is taken in one go.

A server may also pad each event with random text, which hides the length of tokens
from eavesdroppers. That text may differ too: nobody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # not in typeshed
from typing import Any

from langchain_sse_chat.wire.deltas import Delta
from langchain_sse_chat.wire.merged_fields import grows
from langchain_sse_chat.wire.reasoning import REASONING_KEYS

PADDING = ("obfuscation", "p")
"""Random text that hides the length of tokens from eavesdroppers: OpenAI's
`obfuscation` (https://platform.openai.com/docs/api-reference/chat/streaming) and
Mistral's `p`."""

_CONTENT = ("content",)

_MOST_TEXT = 4096
"""Characters of text in an event that a template is made of. An image in base64 is not
followed by another one like it."""


class EventTemplate:
    """The parts of an event's data that stay the same: before, between and after.

    Args:
        before: What precedes the text, up to and with its opening quotation mark.
        between: What stands between the text and the padding, with both quotation
            marks; empty when there is no padding.
        after: What follows, beginning with a closing quotation mark.
        is_reasoning: Whether the text is reasoning.
    """

    __slots__ = ("_after", "_before", "_between", "_frame", "_framed", "is_reasoning")

    def __init__(
        self, before: str, between: str, after: str, *, is_reasoning: bool
    ) -> None:
        self.is_reasoning = is_reasoning
        self._before = before
        self._between = between
        self._after = after
        # Start and end of an event as it is framed, as bytes and as text.
        self._frame: tuple[bytes, bytes] | None = None
        self._framed = ("", "")

    def text_of(self, data: str) -> str | None:
        """Return the text in data that differs in nothing else, except for padding.

        Returns:
            `None` when the data differs elsewhere, has no text, or has half a
            character.
        """
        if not data.startswith(self._before):
            return None
        texts = _texts_in(data, self._before, self._between, self._after)
        return texts[0] if texts is not None and len(texts) == 1 else None

    def texts_in(self, read: bytes) -> list[str] | None:
        """Return the texts of all events in bytes that begin where an event begins.

        Returns:
            `None` when the bytes hold anything else, or a part of an event, or an event
            that is not a `data: ` line and a blank line.
        """
        if self._frame is None:
            # A server ends all of its lines alike.
            end = "\r\n\r\n" if read.endswith(b"\r\n\r\n") else "\n\n"
            before, after = f"data: {self._before}", self._after + end
            self._framed = before, after
            self._frame = before.encode(), after.encode()
        start, end_of_last = self._frame
        if not (read.startswith(start) and read.endswith(end_of_last)):
            return None
        before, after = self._framed
        # All of these begin and end with ASCII, so that decoding many events gives
        # what decoding each of them would.
        return _texts_in(read.decode("utf-8", "replace"), before, self._between, after)


def _texts_in(data: str, before: str, between: str, after: str) -> list[str] | None:
    """Return the texts of events that follow each other, `None` for anything else.

    Args:
        data: Events, of which the first is known to begin with `before`.
        before: What precedes a text.
        between: What stands between text and padding; empty when there is no padding.
        after: What follows.
    """
    texts: list[str] = []
    at = len(before)
    try:
        while True:
            # Behind the quotation mark with which `between` or `after` begins.
            text, at = scanstring(data, at)
            if between:
                if not data.startswith(between, at - 1):
                    return None
                _, at = scanstring(data, at - 1 + len(between))
            if not (text and data.startswith(after, at - 1)):
                return None
            if not text.isascii() and _has_half_a_character(text):
                return None
            texts.append(text)
            at += len(after) - 1
            if at == len(data):
                return texts
            if not data.startswith(before, at):
                return None
            at += len(before)
    except ValueError:
        return None


def _has_half_a_character(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def template_of(
    data: str, chunk: Mapping[str, Any], out: str | Delta
) -> EventTemplate | None:
    """Return the template of an event, `None` when it has more than one plain text.

    Args:
        data: The event's data.
        chunk: What it was parsed to.
        out: What the reader took from it.
    """
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or chunk.get("usage"):
        return None
    if any(grows(key, value) for key, value in chunk.items()):
        return None
    if any(v for k, v in choices[0].items() if k not in {"index", "delta"}):
        # A finish reason or log probabilities, which count each time.
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
    return _template_around(key, text, data, chunk, is_reasoning=is_reasoning)


def _template_around(
    key: str, text: str, data: str, chunk: Mapping[str, Any], *, is_reasoning: bool
) -> EventTemplate | None:
    start = _value_of(key).search(data)
    if start is None:
        return None
    found, end = scanstring(data, start.end())
    before, after = data[: start.end()], data[end - 1 :]
    around = before + after
    # Another key of that name could be meant, or a key be written with escapes.
    if found != text or around.count(f'"{key}"') != 1 or "\\" in around:
        return None
    between = ""
    for name in PADDING:
        padding = _value_of(name).search(after)
        if padding and around.count(f'"{name}"') == 1 and name in chunk:
            between = after[: padding.end()]
            after = after[scanstring(after, padding.end())[1] - 1 :]
            break
    return EventTemplate(before, between, after, is_reasoning=is_reasoning)


@lru_cache
def _value_of(key: str) -> re.Pattern[str]:
    """Return the pattern of a key and the quotation mark that opens its value."""
    return re.compile(rf'"{key}"\s*:\s*"')
