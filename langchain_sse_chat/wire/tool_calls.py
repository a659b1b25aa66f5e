"""Assemble tool calls from deltas.

Servers omit `index`, use one index for several calls, repeat the name on every delta,
send IDs late, empty, twice or not at all, and send arguments as text, as an object or
as a JSON string of JSON. The output is regular: ascending indices, one unique ID and
one name per call, arguments as text.

The obvious rule, "one index is one call", loses calls: some servers send index 0 for
all of them. "One ID is one call" fails too: some send a new ID with every piece, or one
ID for all calls. So no field decides alone. `_find` picks the call that a piece may
continue, by ID, index or order; `_belongs_to` then checks whether it can, by name and
by whether the arguments of that call are complete. When that is not clear, the calls
are marked invalid: joined by guess, they could be run with wrong arguments.
"""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.wire.deltas import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.extra_fields import merge_extras
from langchain_sse_chat.wire.open_calls import UNNAMED, OpenCall
from langchain_sse_chat.wire.tool_arguments import escaped
from langchain_sse_chat.wire.tool_call_entries import Kind, Piece, read_entry

_MOST_CALLS = 1024
"""Tool calls of an answer: eight times as many as OpenAI accepts tools (128,
https://platform.openai.com/docs/api-reference/chat/create)."""

_ENTANGLED = (
    "These arguments may belong to another call of this answer: the indices that the "
    "server sent are wrong, or do not say whose they are."
)
_AMBIGUOUS = (
    "The server sent empty arguments, and then the same name with others and no other "
    "id. The empty arguments may be a placeholder."
)


class ToolCallAssembler:
    """Assigns each piece to its call."""

    __slots__ = (
        "_by_id",
        "_by_index",
        "_calls",
        "_is_misnumbered",
        "_is_out_of_order",
        "_last",
        "_piece",
        "_takers",
        "_waiting",
        "was_fed",
    )

    def __init__(self) -> None:
        self.was_fed = False
        """Whether the server sent anything as a tool call."""
        self._calls: list[OpenCall] = []
        self._by_id: dict[str, list[OpenCall]] = {}
        self._by_index: dict[int, OpenCall] = {}
        self._takers: dict[int, OpenCall] = {}
        """The calls that got arguments under an index that is not theirs, by index."""
        self._is_out_of_order = False
        """Whether a call has a lower index than an earlier one."""
        self._is_misnumbered = False
        """Whether arguments had the index of no call, or of a complete one. Then only
        the order of the pieces says whose arguments are."""
        self._last: OpenCall | None = None
        self._piece: Piece
        self._waiting: dict[str, Any] = {}

    def __bool__(self) -> bool:
        """Whether any tool call was seen."""
        return bool(self._calls)

    def feed(self, deltas: object) -> list[ToolCallDelta]:
        """Add the `tool_calls` of a delta; return the pieces that can be emitted.

        Raises:
            MalformedChunkError: The answer has too many calls.
        """
        if isinstance(deltas, dict):
            deltas = [deltas]
        self.was_fed = True
        if not isinstance(deltas, list):
            return []
        out: list[ToolCallDelta] = []
        for position, delta in enumerate(deltas):
            if isinstance(delta, dict):
                self._piece = read_entry(delta, apart=position > 0)
                self._feed_one(self._piece, out)
        return out

    def feed_function_call(self, function: object) -> list[ToolCallDelta]:
        """Add a legacy `function_call`: a single call without ID and index.

        One that repeats a call means the same call.
        """
        entry = {"index": 0, "function": function}
        piece = read_entry(entry, apart=False)
        text = escaped(piece.arguments)
        known = (call for call in self._calls if call.name == piece.name)
        return [] if any(c.is_repeated_by(text) for c in known) else self.feed([entry])

    def feed_arguments(self, text: str) -> list[ToolCallDelta]:
        """Add a piece that differs from the last one in its arguments only."""
        self._piece.arguments = text
        out: list[ToolCallDelta] = []
        self._feed_one(self._piece, out)
        return out

    def _feed_one(self, piece: Piece, out: list[ToolCallDelta]) -> None:
        if not piece.says_something:
            if piece.extras:
                call = self._find(piece)
                if call is None:
                    merge_extras(self._waiting, piece.extras)
                else:
                    call.take(piece)
            return
        call = self._call_of(piece, out)
        if piece.id and not call.id:
            self._set_id(call, piece.id)
        self._note_doubt(call, piece)
        self._last = call
        given = call.take(piece)
        if given is not None:
            out.append(given)

    def _note_doubt(self, call: OpenCall, piece: Piece) -> None:
        """Note that arguments may belong to another call than the one that gets them.

        Only the end of the answer shows whether they do.
        """
        if not piece.arguments:
            return
        if _is_doubtful(call, piece):
            call.is_doubtful = True
            if isinstance(piece.index, int):
                self._takers[piece.index] = call
        rival = self._rival_of(call) if piece.is_rest else None
        if rival is not None:
            call.rival = rival
            call.is_doubtful = call.is_doubtful or call.is_empty

    def _rival_of(self, call: OpenCall) -> OpenCall | None:
        """Return the call that arguments may be for, instead of the one of their index.

        They are if that call gets no others.
        """
        if call is not self._last:
            # An earlier call gets them, although it is complete or the indices do not
            # count the calls.
            return self._last if call.is_whole() or self._is_out_of_order else None
        if call.is_doubtful and call.is_whole() and not call.is_placeholder:
            # The same arguments again, which may be those of another call.
            return next((one for one in self._calls if not one.arguments), None)
        return None

    def _set_id(self, call: OpenCall, call_id: str) -> None:
        """Set the ID of a call; other calls may have the same ID."""
        call.id = call_id
        twins = self._by_id.setdefault(call_id, [])
        if not call.opened:
            call.twins = list(twins)
        twins.append(call)

    def _call_of(self, piece: Piece, out: list[ToolCallDelta]) -> OpenCall:
        """Return the call that a piece belongs to, or a new one."""
        call = self._find(piece)
        if call is not None and call.is_blank and piece.id in {"", call.id}:
            call.kind = piece.kind
        if call is not None and _belongs_to(call, piece):
            return call
        for twin in self._by_id.get(piece.id, ()):
            if twin.name == piece.name and twin.is_repeated_by(
                escaped(piece.arguments)
            ):
                # It repeats an earlier call.
                return twin
        if call is not None and call.is_placeholder and _is_next_of(call, piece):
            call.flaw = _AMBIGUOUS
        # Emit the calls in the server's order.
        last = self._last
        if last is not None and last.name and not (last.opened or last.twins):
            out.append(last.open(""))
        call = self._new(piece.kind, piece.index)
        # Fields that the server sent before the call that they belong to.
        call.extras, self._waiting = self._waiting, {}
        return call

    def _find(self, piece: Piece) -> OpenCall | None:
        """Return the call that a piece may continue, `None` for a new one."""
        known = self._by_id.get(piece.id)
        if not isinstance(piece.index, int):
            return known[-1] if known else self._last
        call = self._by_index.get(piece.index)
        if known and call not in known and _is_announced(known[-1], piece):
            call = known[-1]
        last = self._last
        if last is None or call is last:
            return call
        same_kind = piece.kind == last.kind
        if piece.is_rest and same_kind and self._is_misplaced(piece, call):
            if not last.is_whole():
                # The last call still needs arguments. SGLang has numbered the first
                # piece of a call by the position of its tool, and the others by the
                # call (https://github.com/sgl-project/sglang/issues/6310).
                self._is_misnumbered = True
                return last
            if self._is_misnumbered:
                taker = self._takers.get(piece.index)
                repeats = taker and taker.is_repeated_by(escaped(piece.arguments))
                return taker if repeats else None
        if call is None and last.server_index is None:
            # A server that omits the index of the first piece only.
            same = not piece.name and piece.id in {"", last.id}
            return last if same else None
        return call

    def _is_misplaced(self, piece: Piece, call: OpenCall | None) -> bool:
        """Whether arguments cannot belong to the call of their index."""
        if call is None or self._is_misnumbered:
            return True
        return call.has_no_room_for(escaped(piece.arguments))

    def _new(self, kind: Kind, server_index: object) -> OpenCall:
        if len(self._calls) == _MOST_CALLS:
            msg = (
                f"The server sent more than {_MOST_CALLS} tool calls in one answer. "
                "Check whether the model repeats itself."
            )
            raise MalformedChunkError(msg)
        call = OpenCall(kind, len(self._calls), server_index)
        call.follows_empty = not all(earlier.arguments for earlier in self._calls)
        self._calls.append(call)
        if isinstance(server_index, int):
            if any(index > server_index for index in self._by_index):
                self._is_out_of_order = True
            earlier = self._by_index.get(server_index)
            if earlier is not None:
                call.shares_index = earlier.shares_index or not earlier.arguments
            self._by_index[server_index] = call
        return call

    def close(
        self, *, cut: bool, inferred: bool = False, expected: bool = False
    ) -> tuple[list[WireToolCall], list[ToolCallDelta]]:
        """End all calls.

        Args:
            cut: Whether the answer may be truncated: a call with empty arguments then
                counts as truncated.
            inferred: Whether only `[DONE]` ended the answer.
            expected: Whether the finish reason says that the answer has calls: pieces
                without a name are then kept, if there are no calls.

        Returns:
            The calls, and the pending pieces.
        """
        self._note_entangled()
        ended = [call.close(cut=cut, inferred=inferred) for call in self._calls]
        if expected and not any(call for call, _ in ended):
            if self._waiting:
                self._new("function", None).extras = self._waiting
            ended = [call.close_as_it_came(UNNAMED) for call in self._calls]
        calls = [call for call, _ in ended if call is not None]
        return calls, [delta for _, delta in ended if delta is not None]

    def _note_entangled(self) -> None:
        """Mark the calls that may have arguments of another call.

        Some relays announce calls before their arguments, all with one index or each
        with its own, and send the arguments with indices that were never announced, or
        all of them with one.
        """
        named = [call for call in self._calls if call.name]
        left_over = any(call.arguments for call in self._calls if not call.name)
        if left_over or any(call.may_hold_others() for call in named):
            entangled = [call for call in named if call.is_doubtful or call.is_empty]
        else:
            entangled = [one for call in named for one in call.contested()]
        for call in entangled:
            call.flaw = _ENTANGLED

    def snapshot(self) -> list[WireToolCall]:
        """Return the calls so far, for a partial message."""
        calls = [call.snapshot() for call in self._calls]
        return [call for call in calls if call is not None]


def _is_doubtful(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece may have arguments of another call.

    It has no ID, and its index is not that of the call, or not only of this call.
    """
    if piece.id and piece.id == call.id:
        return False
    if not (isinstance(piece.index, int) and isinstance(call.server_index, int)):
        return call.follows_empty and not piece.name
    return call.shares_index or piece.index != call.server_index


def _is_announced(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece with the ID of a call can only be more of it."""
    if not piece.name:
        return True
    return piece.name == call.name and bool(piece.arguments) and not call.arguments


def _belongs_to(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece continues a call, rather than starting another one."""
    if piece.kind != call.kind and (piece.has_body or piece.kind == "other"):
        return False
    if call.kind == "other":
        return _is_more_of(call, piece)
    renamed = bool(piece.name and call.name) and piece.name != call.name
    indexed = isinstance(piece.index, int)
    begins = bool(piece.name and piece.arguments)
    if piece.id and piece.id == call.id:
        # Some servers use one ID for all calls: then only the name and complete
        # arguments show where the next call starts.
        if renamed:
            return not (begins or call.arguments or piece.apart)
        return not (begins and _is_full_for(call, piece))
    if piece.id and call.id:
        # Another ID means another call, unless the server makes up an ID for every
        # piece: such a piece has no name, and the arguments are incomplete.
        half_way = bool(call.arguments or piece.arguments) and not call.is_whole()
        return not piece.name and half_way
    if piece.apart and piece.name and (renamed or not indexed):
        return False
    if renamed and not indexed and (call.arguments or piece.id):
        return False
    # A name and arguments after complete arguments start a new call. A name that is
    # only repeated has no arguments, even at the end of a call.
    if call.kind == "custom":
        return not (begins and call.arguments)
    return not ((renamed or begins) and call.is_whole())


def _is_more_of(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece continues a call of another kind."""
    if piece.id and call.id:
        return piece.id == call.id
    if isinstance(piece.index, int):
        return not piece.apart or piece.kind != "other"
    return piece.kind != "other"


def _is_full_for(call: OpenCall, piece: Piece) -> bool:
    """Whether a call is complete, and a piece with its name does not repeat it."""
    if call.kind == "custom":
        # Free text has no end that could be recognized.
        return piece.apart and bool(call.arguments)
    return call.is_whole() and not call.is_repeated_by(escaped(piece.arguments))


def _is_next_of(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece in a later delta has the name of a call, and no other ID."""
    same = piece.id in {"", call.id} and piece.name == call.name
    return same and not piece.apart and not call.is_repeated_by(piece.arguments)
