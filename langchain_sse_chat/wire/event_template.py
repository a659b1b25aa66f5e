"""Read events that differ only in their text without parsing their JSON again.

Most servers send text in events that are identical to the byte except for the content,
and so they send reasoning and the arguments of a tool call. If the bytes around the
content equal those of the previous event, the JSON means the same except for the
content, so only the content must be decoded. A network read that holds nothing but such
events is handled in one go.

A server may also pad each event with random text, which hides the length of tokens
from eavesdroppers. That text may differ too: nobody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from json.decoder import scanstring  # type: ignore[attr-defined]  # not in typeshed
from typing import Any

from langchain_sse_chat.wire.deltas import Delta, TextKind, ToolCallDelta
from langchain_sse_chat.wire.merged_fields import grows
from langchain_sse_chat.wire.reasoning import REASONING_KEYS

PADDING = ("obfuscation", "p")
"""Random text that hides the length of tokens from eavesdroppers: OpenAI's
`obfuscation` (https://platform.openai.com/docs/api-reference/chat/streaming) and
Mistral's `p`."""

_MOST_TEXT = 4096
"""Characters of text in an event from which a template is made. A base64 image is not
followed by another one like it."""


class EventTemplate:
    """The constant parts of an event's data: before, between and after its texts.

    Args:
        before: Everything before the text, including its opening quotation mark.
        between: Everything between the text and the padding, including both quotation
            marks; empty without padding.
        after: Everything after, from the closing quotation mark on.
        kind: The kind of the text.
    """

    __slots__ = ("_after", "_before", "_between", "_frame", "_framed", "kind")

    def __init__(self, before: str, between: str, after: str, kind: TextKind) -> None:
        self.kind = kind
        self._before = before
        self._between = between
        self._after = after
        # Start and end of an event as it is framed, as bytes and as text.
        self._frame: tuple[bytes, bytes] | None = None
        self._framed = ("", "")

    def text_of(self, data: str) -> str | None:
        """Return the text of data that matches the template.

        Returns:
            `None` when the data does not match, has no text, or has half of a surrogate
            pair.
        """
        if not data.startswith(self._before):
            return None
        texts = _texts_in(data, self._before, self._between, self._after)
        return texts[0] if texts is not None and len(texts) == 1 else None

    def texts_in(self, read: bytes) -> list[str] | None:
        """Return the texts of all events in bytes that start at an event's start.

        Returns:
            `None` when the bytes hold anything else, a partial event, or an event that
            is not one `data: ` line and a blank line.
        """
        if self._frame is None:
            # A server uses the same line ending throughout.
            end = "\r\n\r\n" if read.endswith(b"\r\n\r\n") else "\n\n"
            before, after = f"data: {self._before}", self._after + end
            self._framed = before, after
            self._frame = before.encode(), after.encode()
        start, end_of_last = self._frame
        if not (read.startswith(start) and read.endswith(end_of_last)):
            return None
        before, after = self._framed
        # Every event starts and ends with ASCII, so decoding them together gives the
        # same text as decoding them one by one.
        return _texts_in(read.decode("utf-8", "replace"), before, self._between, after)


def _texts_in(data: str, before: str, between: str, after: str) -> list[str] | None:
    """Return the texts of consecutive events, `None` for anything else.

    Args:
        data: Events; the first one is known to start with `before`.
        before: The part before a text.
        between: The part between text and padding; empty without padding.
        after: The part after the last string.
    """
    texts: list[str] = []
    at = len(before)
    try:
        while True:
            # `scanstring` ends after the closing quotation mark, with which `between`
            # or `after` starts: hence the `- 1` below. It reads escapes as JSON does,
            # so a quotation mark inside the text cannot end it.
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
    """Return the template of an event, `None` if it has more than one plain text.

    Args:
        data: The event's data.
        chunk: The parsed data.
        out: The reader's result for it.
    """
    choices = chunk.get("choices")
    if not isinstance(choices, list) or len(choices) != 1 or chunk.get("usage"):
        return None
    if any(grows(key, value) for key, value in chunk.items()):
        return None
    if any(v for k, v in choices[0].items() if k not in {"index", "delta"}):
        # A finish reason or log probabilities, which must be read each time.
        return None
    delta = choices[0].get("delta")
    if not isinstance(delta, dict):
        return None
    filled = [k for k, v in delta.items() if k != "role" and (v or v == 0)]
    if len(filled) != 1:
        return None
    told = _only_text(filled[0], delta[filled[0]], out)
    if told is None or len(told[2]) > _MOST_TEXT:
        return None
    return _template_around(*told, data, chunk)


def _only_text(
    key: str, value: object, out: str | Delta
) -> tuple[str, TextKind, str] | None:
    """Return the key, the kind and the text of a delta that has one text only."""
    if isinstance(out, str):
        return (key, "text", out) if key == "content" else None
    if key in REASONING_KEYS and out == Delta(reasoning=out.reasoning):
        return key, "reasoning", out.reasoning
    if key == "tool_calls" and len(out.tool_calls) == 1:
        text = _only_arguments(value)
        index = out.tool_calls[0].index
        if text and out == Delta(tool_calls=[ToolCallDelta(index, None, None, text)]):
            return "arguments", "arguments", text
    return None


def _only_arguments(entries: object) -> str | None:
    """Return the arguments in a list of one tool call that has nothing else."""
    if not (isinstance(entries, list) and len(entries) == 1):
        return None
    entry = dict(entries[0])
    function = entry.pop("function", None)
    entry.pop("index", None)
    if entry.get("type") == "function":
        del entry["type"]
    if not isinstance(function, dict) or any(entry.values()):
        return None
    others = [value for key, value in function.items() if key != "arguments"]
    text = function.get("arguments")
    return text if isinstance(text, str) and not any(others) else None


def _template_around(
    key: str, kind: TextKind, text: str, data: str, chunk: Mapping[str, Any]
) -> EventTemplate | None:
    start = _value_of(key).search(data)
    if start is None:
        return None
    found, end = scanstring(data, start.end())
    before, after = data[: start.end()], data[end - 1 :]
    around = before + after
    # The match may be another key of that name, or a key may be written with
    # escapes: then the position of the text is not certain, so there is no template.
    if found != text or around.count(f'"{key}"') != 1 or "\\" in around:
        return None
    between = ""
    for name in PADDING:
        padding = _value_of(name).search(after)
        if padding and around.count(f'"{name}"') == 1 and name in chunk:
            between = after[: padding.end()]
            after = after[scanstring(after, padding.end())[1] - 1 :]
            break
    return EventTemplate(before, between, after, kind)


@lru_cache
def _value_of(key: str) -> re.Pattern[str]:
    """Return the pattern of a key and the quotation mark that opens its value."""
    return re.compile(rf'"{key}"\s*:\s*"')
