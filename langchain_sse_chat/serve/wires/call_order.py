"""Bring the tool calls of a stream into an order that clients can read.

Some servers send the pieces of parallel calls alternately. OpenAI's SDKs take the first
piece of another call as the end of the call before it, and parse its arguments then
(https://github.com/openai/openai-python/blob/main/helpers.md#chat-completions-api).
"""

from __future__ import annotations

from collections.abc import Iterable

from langchain_sse_chat.serve.answer.parts import ToolCallDelta


class CallOrder:
    """Passes on the pieces of one call at a time.

    A call is passed on as its pieces come, until its arguments are complete and another
    call has begun. The pieces of the others are held back until then.
    """

    def __init__(self) -> None:
        self._index: int | None = None
        """The call that is passed on."""
        self._arguments: list[str] = []
        """Its arguments that have not been scanned."""
        self._end = _JsonEnd()
        self._held: dict[int, list[ToolCallDelta]] = {}

    def feed(self, pieces: Iterable[ToolCallDelta]) -> list[ToolCallDelta]:
        """Return the pieces that are passed on now."""
        passed: list[ToolCallDelta] = []
        for piece in pieces:
            index = piece.index
            if self._index is None or index == self._index:
                self._pass_on(piece, passed)
            else:
                self._held.setdefault(index, []).append(piece)
            while self._held and self._is_complete():
                for held in self._held.pop(next(iter(self._held))):
                    self._pass_on(held, passed)
        return passed

    def close(self) -> list[ToolCallDelta]:
        """Return the pieces that are left, one call after the other.

        The pieces of a call stay apart: `{}` in one piece may stand for arguments that
        are still to come.
        """
        held = [piece for pieces in self._held.values() for piece in pieces]
        self._held = {}
        return held

    def _pass_on(self, piece: ToolCallDelta, passed: list[ToolCallDelta]) -> None:
        passed.append(piece)
        if piece.index != self._index:
            self._index = piece.index
            self._arguments = []
            self._end = _JsonEnd()
        self._arguments.append(piece.arguments)

    def _is_complete(self) -> bool:
        text = "".join(self._arguments)
        self._arguments = []
        return self._end.is_reached(text)


class _JsonEnd:
    """Finds the end of an object, an array or a string, character by character."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_string = False
        self._is_escaped = False
        self._has_begun = False

    def is_reached(self, text: str) -> bool:
        """Return whether the value is complete with this text."""
        for character in text:
            if self._in_string:
                self._feed_string(character)
            elif character == '"':
                self._in_string = self._has_begun = True
            elif character in "{[":
                self._depth += 1
                self._has_begun = True
            elif character in "}]":
                self._depth -= 1
        return self._has_begun and not self._in_string and self._depth <= 0

    def _feed_string(self, character: str) -> None:
        if self._is_escaped:
            self._is_escaped = False
        elif character == "\\":
            self._is_escaped = True
        elif character == '"':
            self._in_string = False
