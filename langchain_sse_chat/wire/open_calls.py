"""Collect the pieces of one tool call, and emit those that are certain.

A chunk cannot be taken back, and applications act on a call as soon as they see one. So
a piece is emitted only once nothing that follows can change its meaning; everything
else stays pending until the end of the answer.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from langchain_sse_chat.wire.custom_calls import INPUT_END, INPUT_START, input_part
from langchain_sse_chat.wire.deltas import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.extra_fields import (
    may_hold_arguments,
    merge_extras,
)
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.wire.merged_fields import merge_objects
from langchain_sse_chat.wire.surrogates import SurrogateJoiner
from langchain_sse_chat.wire.tool_arguments import (
    BraceCounter,
    StringEscaper,
    beyond,
    cannot_nest,
    decode_twice,
    holds_several,
)
from langchain_sse_chat.wire.tool_call_entries import Kind, Piece

_CUT_BEFORE = (
    "The answer ended, perhaps too early, before the arguments of this call. Raise the "
    "token limit if there is one, and retry."
)
_CUT_INSIDE = "The answer ended, perhaps too early, inside the input of this call."
_UNKNOWN_KIND = (
    "This is neither a call of a function nor of a custom tool, so it cannot be run. "
    "The arguments hold everything that the server sent."
)
_ELSEWHERE = (
    "The arguments of this call may be under a key that is unknown. The arguments hold "
    "everything that the server sent."
)
UNNAMED = "The server sent no name for this call."


class OpenCall:
    """A tool call that may still get more pieces."""

    __slots__ = (
        "_braces",
        "_broken",
        "_characters",
        "_escaper",
        "_given",
        "_last",
        "_looked_at",
        "_opening",
        "_parsed",
        "_starts_over",
        "arguments",
        "entries",
        "extras",
        "flaw",
        "follows_empty",
        "id",
        "index",
        "is_doubtful",
        "kind",
        "name",
        "opened",
        "rival",
        "sent_id",
        "server_index",
        "shares_index",
        "twins",
    )

    def __init__(self, kind: Kind, index: int, server_index: object) -> None:
        self.kind = kind
        self.index = index
        self.server_index = server_index
        self.id = ""
        self.sent_id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.extras: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        """The entries of a call of another kind, as received."""
        self.opened = False
        self.flaw = ""
        """Why the call must not be run, when its arguments alone do not show it."""
        self.follows_empty = False
        """Whether an earlier call had no arguments yet."""
        self.shares_index = False
        """Whether an earlier call had the same index, and no arguments yet."""
        self.is_doubtful = False
        """Whether the arguments may belong to another call, which only the end of the
        answer shows. Nothing more is emitted until then."""
        self.rival: OpenCall | None = None
        """A call that the arguments belong to if it gets none itself."""
        self.twins: list[OpenCall] = []
        """Earlier calls with the same ID. While there are any, nothing is emitted: this
        call may be one of them, repeated."""
        self._characters = SurrogateJoiner()
        self._escaper = StringEscaper()
        # The first and the last non-blank character of the arguments.
        self._opening = ""
        self._last = ""
        self._given = 0
        self._braces = BraceCounter()
        self._looked_at = 0
        self._parsed: dict[str, Any] | None = None
        self._broken = self._starts_over = False

    def is_whole(self) -> bool:
        """Whether the arguments so far are a complete JSON object.

        Each part is scanned only once: servers that repeat the name on every delta
        cause this question on every delta, and parsing all of it again would be O(n²).
        """
        if self._last != "}" or self._broken or self.kind != "function":
            return False
        new = "".join(self.arguments[self._looked_at :])
        self._looked_at = len(self.arguments)
        if not new.strip():
            return self._parsed is not None
        self._parsed = None
        if self._braces.close_with(new):
            self._parsed = parse_arguments("".join(self.arguments))
            # All braces are closed and it does not parse, so more text cannot help.
            self._broken = self._parsed is None
        return self._parsed is not None

    def take(self, piece: Piece) -> ToolCallDelta | None:
        """Add a piece; return the delta to emit now, if any."""
        if self.kind == "other":
            self.entries.append(piece.entry)
            return None
        merge_extras(self.extras, piece.extras)
        if piece.name:
            self._take_name(piece.name)
        return self._take_arguments(piece.arguments)

    def _take_name(self, name: str) -> None:
        """Add a name: ignore a repeated name, and join a split one.

        Gemini's endpoint has split names over deltas before the first argument. After
        that, another name cannot be the rest of this one.
        """
        split = name != self.name and not self.opened and not self.arguments
        if not self.name or split:
            self.name += name

    def _take_arguments(self, text: str) -> ToolCallDelta | None:
        """Add a part of the arguments; return the delta to emit now, if any.

        Nothing is emitted before the name and the first character of the arguments are
        known: a first piece with empty arguments would look like a call without
        arguments. Arguments that are not an object stay pending until the end, when it
        is clear what they are.
        """
        text = self._characters.feed(text)
        if self.kind == "custom":
            if text:
                start = "" if self.arguments else INPUT_START
                self._add(start + input_part(text))
        elif text:
            text = self._escaper.feed(self._new_in(text))
            if text and not self._repeats(text):
                self._add(text)
        if not self.name or self._opening != "{" or self.twins:
            return None
        if self.is_doubtful or self._given == len(self.arguments):
            return None
        if not self._given and self.is_placeholder:
            return None
        return self._rest()

    def _new_in(self, text: str) -> str:
        """Return the new part of arguments that may be sent from their start again."""
        begins = text[:1] == self._opening == "{" and not self.is_doubtful
        new = None if not begins or self.is_whole() else beyond(self.arguments, text)
        if new is not None and not self._starts_over:
            self._starts_over = cannot_nest("".join(self.arguments))
        return text if new is None or not self._starts_over else new

    def _add(self, text: str) -> None:
        self.arguments.append(text)
        self._opening = self._opening or text.lstrip()[:1]
        self._last = text.rstrip()[-1:] or self._last

    def _rest(self) -> ToolCallDelta:
        """Return the arguments that have not been emitted."""
        new = "".join(self.arguments[self._given :])
        self._given = len(self.arguments)
        if self.opened:
            return ToolCallDelta(self.index, None, None, new)
        return self.open(new)

    @property
    def is_blank(self) -> bool:
        """Whether only the ID is known, at most."""
        return not (self.name or self.arguments or self.entries)

    @property
    def is_empty(self) -> bool:
        """Whether it has no arguments, or only empty braces."""
        return not self.arguments or self.is_placeholder

    @property
    def is_placeholder(self) -> bool:
        """Whether the arguments are only the braces of Claude's empty `input`.

        Gateways send these braces first, and the real arguments after them
        (https://github.com/envoyproxy/ai-gateway/issues/1465).
        """
        return len(self.arguments) == 1 and self.arguments[0].strip() == "{}"

    def _repeats(self, text: str) -> bool:
        """Whether a piece repeats all arguments, as relays do at the end.

        Placeholder braces are dropped when the piece has the real arguments.
        """
        begins_again = self._last == "}" and text.lstrip().startswith("{")
        if not (begins_again and self.is_whole()):
            return False
        if self.is_placeholder:
            self.arguments.clear()
            self._looked_at, self._last, self._braces = 0, "", BraceCounter()
            self._parsed = None
            return False
        return self.is_repeated_by(text)

    def has_no_room_for(self, text: str) -> bool:
        """Whether the arguments are complete and a text does not repeat them."""
        if not self.is_whole() or self.is_placeholder:
            return False
        return not self.is_repeated_by(text)

    def contested(self) -> list[OpenCall]:
        """Return the calls that the arguments may belong to, if that is not certain."""
        rival = self.rival
        if rival is None or rival.arguments:
            return []
        return [rival, self] if self.is_doubtful else [rival]

    def may_hold_others(self) -> bool:
        """Whether arguments of other calls may be among those of this one."""
        if self.kind != "function" or self.is_whole():
            return False
        text = "".join(self.arguments)
        return holds_several(text) or (self.is_doubtful and bool(text.strip()))

    def is_repeated_by(self, text: str) -> bool:
        """Whether the arguments are complete and a text repeats them."""
        return self.is_whole() and parse_arguments(text) == self._parsed

    def is_twin(self, other: OpenCall) -> bool:
        """Whether another call with the same ID is this one, sent twice."""
        if (self.kind, self.name) != (other.kind, other.name):
            return False
        mine, others = ("".join(call.arguments) for call in (self, other))
        return mine == others or (self.is_whole() and other.is_repeated_by(mine))

    def open(self, arguments: str) -> ToolCallDelta:
        """Return the first piece to emit, with ID and name."""
        self.opened = True
        return ToolCallDelta(self.index, self.final_id(), self.name or None, arguments)

    def final_id(self) -> str:
        """Return the ID to emit: the server's, or one that is generated once."""
        sent = "" if self.twins else self.id
        self.sent_id = self.sent_id or sent or f"call_{uuid.uuid4().hex}"
        return self.sent_id

    def close(
        self, *, cut: bool, inferred: bool = False
    ) -> tuple[WireToolCall | None, ToolCallDelta | None]:
        """End the call.

        Args:
            cut: Whether the answer may be truncated.
            inferred: Whether only `[DONE]` ended the answer: enough for empty braces,
                but not for missing arguments.

        Returns:
            The call and its pending piece; `None` and `None` for a call without
            content, or one that repeats another call.
        """
        elsewhere = self._are_elsewhere()
        if self.kind == "custom" and not elsewhere:
            self._end_input(cut=cut)
        if self.is_sent_twice:
            return None, None
        if self.kind == "other":
            return self.close_as_it_came(_UNKNOWN_KIND)
        text = "".join(self.arguments)
        if not self.name and not text.strip():
            return self.close_as_it_came(UNNAMED) if self.extras else (None, None)
        unsaid = self.is_placeholder and not self.opened
        if elsewhere:
            self.flaw = self.flaw or _ELSEWHERE
            text = self.seen_as_it_came().arguments
        elif text.strip() in {"", "null"} or unsaid:
            is_cut = cut and not (inferred and unsaid)
            text = "" if is_cut else "{}"
            if is_cut:
                self.flaw = self.flaw or _CUT_BEFORE
        elif self._opening == '"':
            text = decode_twice(text)
        return self.seen(text), self._pending(text)

    def _are_elsewhere(self) -> bool:
        """Whether there are no arguments, and an unknown field may hold them."""
        if not self.extras or not self.name:
            return False
        text = "".join(self.arguments).strip()
        return text in {"", "null"} and may_hold_arguments(self.extras, self.kind)

    def _pending(self, text: str) -> ToolCallDelta | None:
        """Return the piece of these arguments that has not been emitted."""
        if not self.opened:
            return self.open(text)
        if not self._given:
            return ToolCallDelta(self.index, None, None, text) if text else None
        return self._rest() if self._given < len(self.arguments) else None

    def _end_input(self, *, cut: bool) -> None:
        """End the input of a custom tool, which only the end of the answer does.

        The input is free text, so a truncated input cannot be recognized.
        """
        if cut:
            self.flaw = self.flaw or (_CUT_INSIDE if self.arguments else _CUT_BEFORE)
        else:
            self._add(INPUT_END if self.arguments else INPUT_START + INPUT_END)

    def close_as_it_came(self, flaw: str) -> tuple[WireToolCall, ToolCallDelta]:
        """End a call that cannot be run, with everything that was received of it.

        Args:
            flaw: Why it cannot be run.
        """
        self.flaw = flaw
        call = self.seen_as_it_came()
        self.name = call.name or ""
        return call, self.open(call.arguments)

    def seen_as_it_came(self) -> WireToolCall:
        """Return the call with everything that was received of it as its arguments."""
        entries = [self.extras, *self.entries]
        kind = next((e["type"] for e in entries if e.get("type")), "")
        once = {"id": self.id, "type": kind}
        fields = {key: value for key, value in once.items() if value}
        fields |= merge_objects(
            [{k: v for k, v in entry.items() if k not in _ONCE} for entry in entries]
        )
        inner = fields.get(str(kind))
        holders = [h for h in (fields, inner) if isinstance(h, dict)]
        names = [h["name"] for h in holders if isinstance(h.get("name"), str)]
        name = next(iter([*names, str(kind)]))
        text = json.dumps(fields, ensure_ascii=False)
        return WireToolCall(
            self.index, self.final_id(), name or None, text, None, {}, self.flaw
        )

    @property
    def is_sent_twice(self) -> bool:
        """Whether the call repeats an earlier one."""
        return any(self.is_twin(twin) for twin in self.twins)

    def snapshot(self) -> WireToolCall | None:
        """Return the call so far, `None` without any content."""
        if self.kind == "other":
            return self.seen_as_it_came()
        if self.is_sent_twice or not (self.name or self.arguments):
            return None
        # Braces that arguments may follow are not yet a call without arguments.
        unsaid = self.is_placeholder and not self.opened
        return self.seen("" if unsaid else "".join(self.arguments))

    def seen(self, arguments: str) -> WireToolCall:
        """Return the call with these arguments; one without a name cannot be run."""
        runs = self.name and not self.flaw
        parsed = parse_arguments(arguments) if runs else None
        name = self.name or None
        # A custom call must be sent back as a custom call.
        kind = {"type": self.kind} if self.kind == "custom" else {}
        extras = {**self.extras, **kind}
        return WireToolCall(
            self.index, self.final_id(), name, arguments, parsed, extras, self.flaw
        )


_ONCE = frozenset({"index", "id", "type"})
"""Fields that every entry of the same call repeats."""
