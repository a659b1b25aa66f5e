"""Split reasoning between tags such as `<think>` from the content.

A server that runs a reasoning model without a reasoning parser sends
`<think>…</think>` as part of the text. Sections count only where reasoning occurs:
before the first text of an answer. A later tag is something that the answer mentions,
in prose or in code, and treating the rest of such an answer as reasoning would lose it.
Models with interleaved thinking fit this rule: they think between tool calls, and each
of those turns is a separate answer
(https://docs.vllm.ai/en/v0.17.1/features/interleaved_thinking/).
"""

from __future__ import annotations

import re
from enum import Enum, auto

from langchain_sse_chat.errors import ConfigurationError

_VISIBLE = re.compile(r"\S")


class _Place(Enum):
    START = auto()
    """Before the first text of the answer, outside a section."""
    SECTION_START = auto()
    """In a section that has only blanks so far."""
    SECTION = auto()
    UNOPENED = auto()
    """In text that was reasoning if its first tag is a closing tag."""
    TEXT = auto()


class TagSplitter:
    """Splits the streamed text of one answer into text and reasoning.

    At most the beginning of a tag is pending, and blanks before the first text.

    The tags are dropped, and so are blanks before and after an opening tag (so an empty
    section has no reasoning) and newlines directly after a closing tag. Everything else
    is emitted exactly once, in order. Consecutive sections count as one.

    If the first tag is a closing tag, the text before it was reasoning that the prompt
    had opened. It has been emitted as text and stays text; only the tag is dropped. Use
    `starts_in_reasoning` for such models.

    Args:
        opening: The tag before reasoning; blanks around it do not matter.
        closing: The tag after reasoning; blanks around it do not matter.
        starts_in_reasoning: Whether the answer starts as reasoning, because the model's
            chat template puts the opening tag into the prompt (the model may repeat
            it). An answer without a closing tag is then only reasoning.

    Raises:
        ConfigurationError: A tag is blank, or part of the other tag.
    """

    __slots__ = (
        "_blanks",
        "_closing",
        "_either",
        "_pending",
        "_place",
        "_seen",
        "_tags",
    )

    hit_stop = False
    """Whether a stop text was found, as in `StopSplitter`; tags do not end answers."""

    def __init__(
        self, opening: str, closing: str, *, starts_in_reasoning: bool = False
    ) -> None:
        self._tags = opening, closing = opening.strip(), closing.strip()
        if opening in closing or closing in opening:
            msg = (
                f"The reasoning tags {opening!r} and {closing!r} cannot be told apart. "
                "Pass two tags that are not blank and do not contain one another."
            )
            raise ConfigurationError(msg)
        self._either = tag_pattern(opening, closing)
        self._closing = tag_pattern(closing)
        self._place = _Place.SECTION_START if starts_in_reasoning else _Place.START
        self._seen = False
        self._pending = ""
        # A list, because a string is copied each time a blank is added to it.
        self._blanks: list[str] = []

    def feed(self, text: str) -> tuple[str, str]:
        """Add the next piece; return the text and reasoning that can be emitted."""
        if self._place is _Place.TEXT:
            return text, ""
        text, self._pending = self._pending + text, ""
        answer = ""
        reasoning: list[str] = []
        position = 0
        while position < len(text):
            if self._place in {_Place.START, _Place.SECTION_START}:
                position = self._read_start(text, position)
            elif self._place is _Place.SECTION:
                found = self._closing.search(text, position)
                reasoning.append(text[position : found.start() if found else None])
                position = self._take(found) if found else len(text)
            else:
                answer = self._release_blanks() + self._read_text(text[position:])
                break
        return answer, "".join(reasoning)

    def close(self) -> tuple[str, str]:
        """End the answer; return the pending text and reasoning.

        A section without a closing tag is reasoning.
        """
        pending, self._pending = self._release_blanks() + self._pending, ""
        inside = self._place in {_Place.SECTION_START, _Place.SECTION}
        return ("", pending) if inside else (pending, "")

    def _read_start(self, text: str, position: int) -> int:
        visible = _VISIBLE.search(text, position)
        start = visible.start() if visible else len(text)
        inside = self._place is _Place.SECTION_START
        if not inside:
            self._blanks.append(text[position:start])
        found = self._either.match(text, start)
        if found:
            return self._take(found)
        if visible and inside:
            self._place = _Place.SECTION
        elif visible:
            self._place = _Place.TEXT if self._seen else _Place.UNOPENED
        return start

    def _read_text(self, rest: str) -> str:
        found = self._either.search(rest) if self._place is _Place.UNOPENED else None
        if not found:
            return rest
        if found[0] not in self._tags:
            self._pending = found[0]
            return rest[: found.start()]
        self._place = _Place.TEXT
        # An opening tag here means that the answer mentions both tags, so the closing
        # tag after it is text too.
        opens = found[0] == self._tags[0]
        return rest if opens else rest[: found.start()] + rest[found.end() :]

    def _take(self, found: re.Match[str]) -> int:
        """Handle a tag, or keep the beginning of one pending; return its end."""
        if found[0] in self._tags:
            opens = found[0] == self._tags[0]
            self._place = _Place.SECTION_START if opens else _Place.START
            self._seen = True
            self._blanks.clear()
        else:
            self._pending = found[0]
        return found.end()

    def _release_blanks(self) -> str:
        blanks = "".join(self._blanks)
        self._blanks.clear()
        return blanks.lstrip("\r\n") if self._seen else blanks


ReasoningTags = tuple[str, str]
"""The tags before and after reasoning. An empty first tag means that the answer starts
as reasoning, because the prompt has opened it."""


def tag_splitter(tags: ReasoningTags) -> TagSplitter:
    """Return a splitter for the tags.

    Raises:
        ConfigurationError: The tags cannot be told apart.
    """
    opening, closing = tags
    if opening:
        return TagSplitter(opening, closing)
    # `<think>` for `</think>`, in case the model repeats the opening tag.
    return TagSplitter(closing.replace("/", "", 1), closing, starts_in_reasoning=True)


def tag_pattern(*tags: str) -> re.Pattern[str]:
    """Return a pattern for any of the texts, or the beginning of one at the end."""
    beginnings = [tag[:size] for tag in tags for size in range(len(tag) - 1, 0, -1)]
    parts = [re.escape(tag) for tag in tags]
    parts += [re.escape(beginning) + r"\Z" for beginning in beginnings]
    return re.compile("|".join(parts))
