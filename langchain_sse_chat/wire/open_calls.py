"""A tool call that is still open: what came of it, and what may go out."""

from __future__ import annotations

import json
import uuid
from typing import Any

from langchain_sse_chat.wire.custom_calls import INPUT_END, INPUT_START, input_part
from langchain_sse_chat.wire.deltas import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.extra_fields import merge_extras
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.wire.merged_fields import merge_objects
from langchain_sse_chat.wire.surrogates import SurrogateJoiner
from langchain_sse_chat.wire.tool_arguments import (
    BraceCounter,
    StringEscaper,
    decode_twice,
)
from langchain_sse_chat.wire.tool_call_entries import Kind, Piece

_CUT_BEFORE = (
    "The answer ended, perhaps too early, before the arguments of this call. Raise the "
    "limit on tokens if there is one, and ask again."
)
_CUT_INSIDE = "The answer ended, perhaps too early, inside the input of this call."
_UNKNOWN_KIND = (
    "This is neither a call of a function nor of a custom tool, so it cannot be run. "
    "The arguments hold all that the server sent."
)
UNNAMED = "The server sent no name for this call."


class OpenCall:
    """A tool call that is still open."""

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
        "arguments",
        "entries",
        "extras",
        "flaw",
        "id",
        "index",
        "kind",
        "name",
        "opened",
        "sent_id",
        "server_index",
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
        """The entries of a call of another kind, as they came."""
        self.opened = False
        self.flaw = ""
        """Why the call must not be run, where its arguments do not show it."""
        self.twins: list[OpenCall] = []
        """Earlier calls with the same id. While there are any, nothing goes out: this
        may be one of them once more."""
        self._characters = SurrogateJoiner()
        self._escaper = StringEscaper()
        # The first and the last character of the arguments that is not blank.
        self._opening = ""
        self._last = ""
        self._given = 0
        self._braces = BraceCounter()
        self._looked_at = 0
        self._parsed: dict[str, Any] | None = None
        self._broken = False

    def is_whole(self) -> bool:
        """Whether the arguments so far are a whole JSON object.

        Each part is looked at once, for servers that repeat the name on every delta.
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
        """Add a piece and return what may go out now."""
        if self.kind == "other":
            self.entries.append(piece.entry)
            return None
        merge_extras(self.extras, piece.extras)
        if piece.name:
            self._take_name(piece.name)
        return self._take_arguments(piece.arguments)

    def _take_name(self, name: str) -> None:
        """Take a name: a repeated one says nothing, a split one goes on.

        Gemini's endpoint has split names over deltas before the first argument.
        """
        split = name != self.name and not self.opened and not self.arguments
        if not self.name or split:
            self.name += name

    def _take_arguments(self, text: str) -> ToolCallDelta | None:
        """Add a part of the arguments and return what may go out now.

        Nothing goes out before the name and the first argument byte are known: an
        opening piece with empty arguments would read as a call without arguments.
        Arguments that are not an object are held back to the end, where it is clear
        what they are.
        """
        text = self._characters.feed(text)
        if self.kind == "custom":
            if text:
                start = "" if self.arguments else INPUT_START
                self._add(start + input_part(text))
        elif text:
            text = self._escaper.feed(text)
            if not self._repeats(text):
                self._add(text)
        if not self.name or self._opening != "{" or self.twins:
            return None
        if self._given == len(self.arguments):
            return None
        if not self._given and self.is_placeholder:
            return None
        return self._rest()

    def _add(self, text: str) -> None:
        self.arguments.append(text)
        self._opening = self._opening or text.lstrip()[:1]
        self._last = text.rstrip()[-1:] or self._last

    def _rest(self) -> ToolCallDelta:
        """Return the arguments that did not go out yet."""
        new = "".join(self.arguments[self._given :])
        self._given = len(self.arguments)
        if self.opened:
            return ToolCallDelta(self.index, None, None, new)
        return self.open(new)

    @property
    def is_blank(self) -> bool:
        """Whether no more than the id is known."""
        return not (self.name or self.arguments or self.entries)

    @property
    def is_placeholder(self) -> bool:
        """Whether all there is are the braces of Claude's empty `input`.

        Gateways send them first, and the arguments after them
        (https://github.com/envoyproxy/ai-gateway/issues/1465).
        """
        return len(self.arguments) == 1 and self.arguments[0].strip() == "{}"

    def _repeats(self, text: str) -> bool:
        """Whether a piece says all of the arguments once more, as relays do at the end.

        Where it says what braces without arguments stood for, these are dropped.
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
        """Whether the arguments are whole, and a further piece is no repetition."""
        if not self.is_whole() or self.is_placeholder:
            return False
        return not self.is_repeated_by(text)

    def is_repeated_by(self, text: str) -> bool:
        """Whether a text is all of the arguments, which are whole."""
        return self.is_whole() and parse_arguments(text) == self._parsed

    def is_twin(self, other: OpenCall) -> bool:
        """Whether another call with the same id is this one, sent twice."""
        if (self.kind, self.name) != (other.kind, other.name):
            return False
        mine, others = ("".join(call.arguments) for call in (self, other))
        return mine == others or (self.is_whole() and other.is_repeated_by(mine))

    def open(self, arguments: str) -> ToolCallDelta:
        """Return the piece with id and name: the first that goes out."""
        self.opened = True
        return ToolCallDelta(self.index, self.final_id(), self.name or None, arguments)

    def final_id(self) -> str:
        """Return the id downstream: the server's, or one that is made up once."""
        sent = "" if self.twins else self.id
        self.sent_id = self.sent_id or sent or f"call_{uuid.uuid4().hex}"
        return self.sent_id

    def close(
        self, *, cut: bool, inferred: bool = False
    ) -> tuple[WireToolCall | None, ToolCallDelta | None]:
        """End the call.

        Args:
            cut: Whether the answer may have ended too early.
            inferred: Whether `[DONE]` alone says that it ended: that is enough for
                empty braces, but not for no arguments at all.

        Returns:
            The call, and the piece of it that was held back; `None` and `None` for a
            call of which nothing came, or which another one is.
        """
        if self.kind == "custom":
            self._end_input(cut=cut)
        if self.is_sent_twice:
            return None, None
        if self.kind == "other":
            return self.close_as_it_came(_UNKNOWN_KIND)
        text = "".join(self.arguments)
        if not self.name and not text.strip():
            return self.close_as_it_came(UNNAMED) if self.extras else (None, None)
        unsaid = self.is_placeholder and not self.opened
        if text.strip() in {"", "null"} or unsaid:
            is_cut = cut and not (inferred and unsaid)
            text = "" if is_cut else "{}"
            if is_cut:
                self.flaw = self.flaw or _CUT_BEFORE
        elif self._opening == '"':
            text = decode_twice(text)
        return self.seen(text), self._pending(text)

    def _pending(self, text: str) -> ToolCallDelta | None:
        """Return the piece of a call with these arguments that did not go out yet."""
        if not self.opened:
            return self.open(text)
        if not self._given:
            return ToolCallDelta(self.index, None, None, text) if text else None
        return self._rest() if self._given < len(self.arguments) else None

    def _end_input(self, *, cut: bool) -> None:
        """End the input of a custom tool: only the end of the answer says that it is.

        Any part of a text is a text.
        """
        if cut:
            self.flaw = self.flaw or (_CUT_INSIDE if self.arguments else _CUT_BEFORE)
        else:
            self._add(INPUT_END if self.arguments else INPUT_START + INPUT_END)

    def close_as_it_came(self, flaw: str) -> tuple[WireToolCall, ToolCallDelta]:
        """End a call that cannot be run, with all that the server sent of it.

        Args:
            flaw: Why it cannot.
        """
        self.flaw = flaw
        call = self.seen_as_it_came()
        self.name = call.name or ""
        return call, self.open(call.arguments)

    def seen_as_it_came(self) -> WireToolCall:
        """Return a call with all that the server sent of it as its arguments."""
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
        """Whether the call is an earlier one once more."""
        return any(self.is_twin(twin) for twin in self.twins)

    def snapshot(self) -> WireToolCall | None:
        """Return the call as far as it came, `None` when nothing of it did."""
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
        # A custom call has to go back as one.
        kind = {"type": self.kind} if self.kind == "custom" else {}
        extras = {**self.extras, **kind}
        return WireToolCall(
            self.index, self.final_id(), name, arguments, parsed, extras, self.flaw
        )


_ONCE = frozenset({"index", "id", "type"})
"""Fields of an entry that later entries of the same call repeat."""
