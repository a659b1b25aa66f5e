"""Read reasoning in the content that only a mark next to it tells from the answer.

Gemini's compatible endpoint streams the thoughts of its models as content, in deltas
with `"extra_content": {"google": {"thought": true}}`. The first of them begins with
`<thought>`, and the answer after them with `</thought>`. An answer in one piece has the
mark, both tags and the answer (https://ai.google.dev/gemini-api/docs/openai#thinking).
"""

from __future__ import annotations

from typing import Any

_OPENING, _CLOSING = "<thought>", "</thought>"


class MarkedThoughts:
    """Takes marked reasoning out of the content of an answer."""

    __slots__ = ("are_open",)

    def __init__(self) -> None:
        self.are_open = False
        """Whether reasoning was read, and nothing of the answer after it."""

    def split(self, delta: dict[str, Any], content: str) -> tuple[str, str]:
        """Return the text and the reasoning in the content of a delta."""
        if _is_marked(delta):
            thought, _, text = content.removeprefix(_OPENING).partition(_CLOSING)
            self.are_open = not text
            return text, thought
        if self.are_open and content:
            self.are_open = False
            content = content.removeprefix(_CLOSING)
        return content, ""


def without_mark(delta: dict[str, Any]) -> dict[str, Any]:
    """Return a delta without the mark, which is wrong for the message as a whole."""
    if not _is_marked(delta):
        return delta
    extra = delta["extra_content"]
    google = _without(extra["google"], "thought")
    extra = {**_without(extra, "google"), **({"google": google} if google else {})}
    rest = _without(delta, "extra_content")
    return {**rest, "extra_content": extra} if extra else rest


def _without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def _is_marked(delta: dict[str, Any]) -> bool:
    extra = delta.get("extra_content")
    google = extra.get("google") if isinstance(extra, dict) else None
    return isinstance(google, dict) and google.get("thought") is True
