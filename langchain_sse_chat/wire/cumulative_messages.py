"""Turn messages sent instead of deltas into deltas.

Some gateways send `message` in every event, with the next part of the answer or with
all of it so far; others repeat the complete answer after the deltas. Nothing in the
event says which, and a model may repeat itself ("ha", "haha"). So a text that begins
like the previous one stays pending until the next messages decide: guessing wrong would
lose text or emit it twice.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, Literal

from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.wire.content import split_content
from langchain_sse_chat.wire.deltas import WireToolCall
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.wire.reasoning import REASONING_KEYS, reasoning_in
from langchain_sse_chat.wire.tool_call_entries import read_entry

_CLEAR = 8
"""Length in characters from which a repeated beginning is not a coincidence."""

_CALLS = ("tool_calls", "function_call")


class CumulativeMessages:
    """Turns the messages of a choice into deltas.

    Args:
        content: The text of earlier deltas.
        reasoning: Their reasoning.
        has_calls: Whether they had tool calls.
        known: The names of their other fields.
    """

    __slots__ = (
        "_calls",
        "_given_calls",
        "_growth",
        "_is_first",
        "_known",
        "_lists",
        "_texts",
        "has_new",
    )

    def __init__(
        self,
        content: str,
        reasoning: str,
        *,
        calls: Sequence[WireToolCall],
        known: Container[str],
    ) -> None:
        """Start with the content of earlier deltas.

        Args:
            content: The text.
            reasoning: The reasoning.
            calls: The tool calls.
            known: The other fields that they brought.
        """
        self._growth = _Growth()
        self._texts = {"content": _Text(self._growth, content)}
        for key in REASONING_KEYS:
            self._texts[key] = _Text(self._growth, reasoning)
        self._given_calls = calls
        self._calls: list[Any] | None = None
        self._known = known
        self._lists: dict[str, list[Any]] = {}
        self.has_new = False
        """Whether any message had a new text or call."""
        self._is_first = not (content or reasoning or calls)

    @property
    def pending(self) -> str:
        """The pending text."""
        return self._texts["content"].pending

    def delta(self, message: dict[str, Any], *, last: bool) -> dict[str, Any]:
        """Return the delta for the next message.

        Args:
            message: The message.
            last: Whether the finish reason has been received.

        Raises:
            MalformedChunkError: It contradicts the previous messages.
        """
        delta: dict[str, Any] = {}
        for key, value in message.items():
            if key in self._texts:
                delta[key] = self._new_text(key, value, last=last)
            elif key == "tool_calls":
                delta[key] = self._new_calls(value)
            elif isinstance(value, list):
                delta[key] = self._new_items(key, value)
            elif key not in self._known:
                delta[key] = value
        is_first, self._is_first = self._is_first, False
        self.has_new = self.has_new or any(
            delta.get(k) for k in (*self._texts, "tool_calls")
        )
        return message if is_first else delta

    def close(self) -> dict[str, Any]:
        """Return the pending delta."""
        return {key: text.release() for key, text in self._texts.items()}

    def _new_text(self, key: str, value: object, *, last: bool) -> object:
        """Return the new text, and the new parts that are not text."""
        parts: list[Any] = []
        if key == "content":
            text, _, parts = split_content(value)
        else:
            text = reasoning_in(value)
        new = self._texts[key].feed(text, last=last)
        further = self._new_items(key, parts)
        return [new, *further] if further else new

    def _new_calls(self, calls: object) -> object:
        if not isinstance(calls, list) or not calls:
            return calls
        if self._given_calls:
            calls = [call for call in calls if not self._was_given(call)]
        before, self._calls = self._calls, calls
        return calls if before is None else _calls_beyond(before, calls)

    def _was_given(self, call: object) -> bool:
        """Whether deltas brought a call, under the same id or with the same words."""
        if not isinstance(call, dict):
            return False
        piece = read_entry(call, apart=False)
        for given in self._given_calls:
            is_same = piece.name == given.name
            if piece.id and is_same and piece.id != given.id:
                # Servers make up another id for the message.
                is_same = parse_arguments(piece.arguments) == given.parsed
            if is_same or (piece.id and piece.id == given.id):
                return True
        return False

    def _new_items(self, key: str, items: list[Any]) -> list[Any]:
        before = self._lists.get(key, [])
        self._lists[key] = items
        if key in self._known:
            return []
        return items[len(before) :] if items[: len(before)] == before else items


class _Growth:
    """How the messages of an answer grow: all their texts grow the same way."""

    __slots__ = ("way",)

    def __init__(self) -> None:
        self.way: Literal["parts", "whole"] | None = None


class _Text:
    """One text of the messages."""

    __slots__ = ("_before", "_given", "_grew", "_growth", "_pending", "_repeats")

    def __init__(self, growth: _Growth, given: str) -> None:
        self._growth = growth
        self._given = given
        """The text that was emitted."""
        self._before = given
        """The text of the previous message."""
        self._repeats = bool(given)
        """Whether deltas emitted it, so that messages only repeat it."""
        self._pending: list[str] = []
        self._grew = 0

    def feed(self, text: str, *, last: bool) -> str:
        """Return the part of a message's text that is certainly new."""
        if not text:
            return ""
        if self._repeats:
            new = _beyond_blanks(self._given, text)
        elif self._growth.way == "whole":
            new = self._beyond(text)
        elif self._growth.way == "parts":
            repeats = last and text == self._given and not self._pending
            new = self.release() + ("" if repeats else text)
        else:
            new = self._undecided(text, last=last)
        self._given += new
        return new

    @property
    def pending(self) -> str:
        """The pending text, by the likeliest reading so far."""
        if not self._pending:
            return ""
        is_whole = self._growth.way == "whole" or (not self._growth.way and self._grew)
        return (
            self._pending[-1][len(self._given) :]
            if is_whole
            else "".join(self._pending)
        )

    def release(self) -> str:
        """Return the pending text once the answer is over or the reading is clear."""
        pending = self.pending
        self._pending.clear()
        return pending

    def _beyond(self, text: str) -> str:
        before = self._before
        if text.startswith(before):
            self._before = text
            self._pending.clear()
            return text[len(self._given) :]
        if text in before:
            return ""
        msg = (
            f"The server sent a message that begins {text[:60]!r}, but it should "
            f"continue the previous one, which begins {before[:60]!r}. Check the "
            "server, or a proxy in front of it."
        )
        raise MalformedChunkError(msg, data=text[:200])

    def _undecided(self, text: str, *, last: bool) -> str:
        before, self._before = self._before, text
        if not before:
            return text
        if not text.startswith(before):
            self._growth.way = "parts"
            return self.release() + text
        if text == before:
            if not last:
                self._pending.append(text)
            return ""
        self._grew += 1
        if self._grew > 1 or len(before) >= _CLEAR:
            self._growth.way = "whole"
            self._pending.clear()
            return text[len(self._given) :]
        self._pending.append(text)
        return ""


def _calls_beyond(before: list[Any], calls: list[Any]) -> list[Any]:
    """Return the pieces of calls that a list adds to an earlier list.

    If it does not repeat the earlier calls, its entries are pieces themselves.
    """
    pieces: list[Any] = []
    for index, call in enumerate(calls):
        if index >= len(before):
            pieces.append(call)
            continue
        more = _arguments_beyond(before[index], call)
        if more is None:
            return calls
        if more:
            pieces.append({"index": index, "function": {"arguments": more}})
    return pieces if len(calls) >= len(before) else calls


def _arguments_beyond(before: object, call: object) -> str | None:
    """Return the new arguments of a call, `None` if it is not a repeated call.

    A piece of arguments may begin like the previous piece, but a new piece does not
    start with an opening brace again, nor does it repeat the name of the call.
    """
    if not isinstance(before, dict) or not isinstance(call, dict):
        return None
    old, new = before.get("function"), call.get("function")
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None
    first, second = old.get("arguments"), new.get("arguments")
    named = bool(old.get("name")) and old.get("name") == new.get("name")
    if not named or before.get("id") != call.get("id"):
        return None
    if not isinstance(first, str) or not isinstance(second, str):
        return "" if first == second else None
    if first.strip() and not first.lstrip().startswith("{"):
        return None
    return second[len(first) :] if second.startswith(first) else None


def _beyond_blanks(given: str, text: str) -> str:
    """Return the part of a message's text after the text of the deltas.

    Blanks at the start are ignored, because some servers strip them.
    """
    if not text.startswith(given):
        given, text = given.lstrip(), text.lstrip()
    return text[len(given) :] if text.startswith(given) else ""


def joined_in_place(pieces: list[str]) -> str:
    """Return the joined pieces, and replace them by that one piece."""
    pieces[:] = ["".join(pieces)]
    return pieces[0]
