"""Turn the chunks of an answer into the text that a terminal or a pipe shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Protocol

from langchain_core.messages import AIMessageChunk

from langchain_sse_chat.cli.safe_text import safe

_SHORT = 200
"""Characters of a call or a result that are shown."""


def wrapped(text: str, width: int) -> str:
    """Return a text whose lines end between words, for a terminal of that width."""
    lines = (
        wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
        for line in text.split("\n")
    )
    return "\n".join(line for each in lines for line in each)


class Stream(Protocol):
    """Renders pieces of a text."""

    def feed(self, text: str) -> str:
        """Take a piece of the text; return what can be shown now."""
        ...

    def finish(self) -> str:
        """Return the rest."""
        ...


class PlainStream:
    """Shows pieces of a text as they are."""

    def __init__(self) -> None:
        self._is_in_line = False

    def feed(self, text: str) -> str:
        """Return the piece, which is not empty."""
        self._is_in_line = not text.endswith("\n")
        return text

    def finish(self) -> str:
        """Return the end of the last line."""
        end, self._is_in_line = "\n" if self._is_in_line else "", False
        return end


@dataclass(frozen=True, slots=True)
class Style:
    """The abilities of an output."""

    is_terminal: bool
    """Whether it is a terminal, which obeys control characters."""
    answer_only: bool = False
    """Whether nothing but the text of the answer is shown."""
    has_dim: bool = False
    """Whether it can show dim text."""

    def note(self, text: str) -> str:
        """Return a line about the answer."""
        return "" if self.answer_only else f"{self.dim(safe(text))}\n"

    def dim(self, text: str) -> str:
        """Return a text that is dim if the output can show that."""
        return f"\x1b[2m{text}\x1b[22m" if self.has_dim and text else text


class AnswerView:
    """The text of one answer of a model.

    Args:
        style: What the output can show.
        stream: What shows the text.
    """

    def __init__(self, style: Style, stream: Stream) -> None:
        self._style = style
        self._stream = stream
        self._reasoning = PlainStream()
        self._is_reasoning = False

    def chunk(self, chunk: AIMessageChunk) -> str:
        """Take a chunk; return what can be shown now."""
        return "".join(map(self._block, chunk.content_blocks))

    def finish(self) -> str:
        """Return the rest of the answer."""
        return self._end_reasoning() + self._stream.finish()

    def call(self, call: Mapping[str, Any]) -> str:
        """Return a line about a tool that is called."""
        values = call["args"].items()
        given = ", ".join(f"{name}={_short_json(value)}" for name, value in values)
        return self._style.note(_short(f"→ {call['name']}({given})"))

    def result(self, text: str) -> str:
        """Return a line about the result of a tool."""
        return self._style.note(_short(f"← {text}"))

    def _block(self, block: Mapping[str, Any]) -> str:
        kind = block["type"]
        if kind == "text":
            text = block["text"]
            text = safe(text) if self._style.is_terminal else text
            return self._end_reasoning() + self._stream.feed(text) if text else ""
        if self._style.answer_only:
            return ""
        if kind == "reasoning":
            return self._show_reasoning(safe(block.get("reasoning") or ""))
        if kind in ("image", "audio", "video", "file"):
            return self.finish() + self._style.note(f"[{kind}; /save keeps it]")
        return ""

    def _show_reasoning(self, text: str) -> str:
        if not text:
            return ""
        before = "" if self._is_reasoning else self._stream.finish()
        if not self._is_reasoning and not self._style.has_dim:
            before += "(reasoning) "
        self._is_reasoning = True
        return before + self._style.dim(self._reasoning.feed(text))

    def _end_reasoning(self) -> str:
        if not self._is_reasoning:
            return ""
        self._is_reasoning = False
        return f"{self._reasoning.finish()}\n"


def _short_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1]}…"
