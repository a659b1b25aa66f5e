"""Collect the log probabilities of a choice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from langchain_sse_chat.wire.deltas import Delta
from langchain_sse_chat.wire.merged_fields import merge_objects


class Logprobs:
    """The `logprobs` of a choice, each with the text that it belongs to."""

    __slots__ = ("_all", "unsent")

    def __init__(self) -> None:
        self._all: list[dict[str, Any]] = []
        self.unsent: list[dict[str, Any]] = []
        """Those that no delta has carried yet: their text is pending."""

    def add(self, value: object) -> None:
        """Add the `logprobs` of an event, unless they are not an object."""
        if isinstance(value, dict):
            self._all.append(value)
            self.unsent.append(value)

    def on(self, out: str | Delta) -> Delta:
        """Return the content of an event with the log probabilities up to it."""
        delta = Delta(out) if isinstance(out, str) else out
        unsent, self.unsent = self.unsent, []
        return replace(delta, logprobs=merge_objects(unsent)) if unsent else delta

    def whole(self) -> dict[str, Any] | None:
        """Return all of them as one object, `None` if there were none."""
        return merge_objects(self._all) if self._all else None
