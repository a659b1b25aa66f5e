"""Tool calls put together from deltas, whatever the server does to them.

Servers leave out `index`, use one index for several calls, repeat the name on every
delta, send ids late, empty, twice or not at all, and send arguments as text, as an
object or as a JSON text of a JSON text. What leaves here is regular: ascending indices,
an id of its own and a name once per call, arguments as text.
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
"""Tool calls of an answer: eight times as many as OpenAI takes tools (128,
https://platform.openai.com/docs/api-reference/chat/create)."""

_ENTANGLED = (
    "The arguments may be those of another call: the server announced several calls "
    "under one index."
)
_AMBIGUOUS = (
    "These may be no arguments at all, but what the server sent before the arguments "
    "of its next call, which has the same id and name."
)


class ToolCallAssembler:
    """Assigns each delta to its call."""

    __slots__ = ("_by_id", "_by_index", "_calls", "_last", "_waiting", "was_fed")

    def __init__(self) -> None:
        self.was_fed = False
        """Whether the server sent anything as a tool call, of whatever kind."""
        self._calls: list[OpenCall] = []
        self._by_id: dict[str, list[OpenCall]] = {}
        self._by_index: dict[int, OpenCall] = {}
        self._last: OpenCall | None = None
        self._waiting: dict[str, Any] = {}

    def __bool__(self) -> bool:
        """Whether any tool call was seen."""
        return bool(self._calls)

    def feed(self, deltas: object) -> list[ToolCallDelta]:
        """Take the `tool_calls` of a delta; give the pieces that may go out.

        Raises:
            MalformedChunkError: The answer has more calls than any can have.
        """
        if isinstance(deltas, dict):
            deltas = [deltas]
        self.was_fed = True
        if not isinstance(deltas, list):
            return []
        out: list[ToolCallDelta] = []
        for position, delta in enumerate(deltas):
            if isinstance(delta, dict):
                self._feed_one(read_entry(delta, apart=position > 0), out)
        return out

    def feed_function_call(self, function: object) -> list[ToolCallDelta]:
        """Take a legacy `function_call`: a single call without id and index."""
        return self.feed([{"index": 0, "function": function}])

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
        self._last = call
        given = call.take(piece)
        if given is not None:
            out.append(given)

    def _set_id(self, call: OpenCall, call_id: str) -> None:
        """Set the id of a call; another call may have the same."""
        call.id = call_id
        twins = self._by_id.setdefault(call_id, [])
        if not call.opened:
            call.twins = list(twins)
        twins.append(call)

    def _call_of(self, piece: Piece, out: list[ToolCallDelta]) -> OpenCall:
        """Return the call that a piece belongs to, a new one if need be."""
        call = self._find(piece)
        if call is not None and call.is_blank and piece.id in {"", call.id}:
            call.kind = piece.kind
        if call is not None and _belongs_to(call, piece):
            return call
        for twin in self._by_id.get(piece.id, ()):
            if twin.name == piece.name and twin.is_repeated_by(
                escaped(piece.arguments)
            ):
                # A call that came before, once more.
                return twin
        if call is not None and call.is_placeholder and _is_next_of(call, piece):
            call.flaw = _AMBIGUOUS
        # The calls go out in the server's order.
        last = self._last
        if last is not None and last.name and not (last.opened or last.twins):
            out.append(last.open(""))
        call = self._new(piece.kind, piece.index)
        # What came before the call that it is about.
        call.extras, self._waiting = self._waiting, {}
        return call

    def _find(self, piece: Piece) -> OpenCall | None:
        """Return the call that a piece may go on with, `None` for a new one."""
        known = self._by_id.get(piece.id)
        if not isinstance(piece.index, int):
            return known[-1] if known else self._last
        call = self._by_index.get(piece.index)
        if call is None and not piece.name and known:
            call = known[-1]
        last = self._last
        if last is None or call is last:
            return call
        misplaced = piece.is_rest and (
            call is None or call.has_no_room_for(escaped(piece.arguments))
        )
        if misplaced and not last.is_whole():
            # SGLang has counted a call's first piece by the tools and the others by
            # the calls (https://github.com/sgl-project/sglang/issues/6310).
            return last
        if call is None and last.server_index is None:
            # A server that leaves out the index of the first piece only.
            same = not piece.name and piece.id in {"", last.id}
            return last if same else None
        return call

    def _new(self, kind: Kind, server_index: object) -> OpenCall:
        if len(self._calls) == _MOST_CALLS:
            msg = f"The server sent more than {_MOST_CALLS} tool calls in one answer."
            raise MalformedChunkError(msg)
        call = OpenCall(kind, len(self._calls), server_index)
        self._calls.append(call)
        if isinstance(server_index, int):
            self._by_index[server_index] = call
        return call

    def close(
        self, *, cut: bool, inferred: bool = False, expected: bool = False
    ) -> tuple[list[WireToolCall], list[ToolCallDelta]]:
        """End all calls.

        Args:
            cut: Whether the answer may have ended early: a call without any arguments
                is then not a call without arguments.
            inferred: Whether `[DONE]` alone says that it ended.
            expected: Whether the server says that the answer has calls: what is not
                even a name is then kept, if there is nothing else.

        Returns:
            The calls, and the pieces that were held back.
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
        """Find the calls that may have the arguments of each other.

        Relays announce all calls under one index, before their arguments, and send
        these under indices of their own, some of which nobody announced.
        """
        if all(call.name or not call.arguments for call in self._calls):
            return
        empty: dict[int, OpenCall] = {}
        for call in self._calls:
            index = call.server_index
            if not call.name or not isinstance(index, int):
                continue
            if index in empty:
                empty[index].flaw = call.flaw = _ENTANGLED
            if not call.arguments:
                empty[index] = call

    def snapshot(self) -> list[WireToolCall]:
        """Return the calls as far as they came, for a partial message."""
        calls = [call.snapshot() for call in self._calls]
        return [call for call in calls if call is not None]


def _belongs_to(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece goes on with a call or begins another."""
    if piece.kind != call.kind and (piece.has_body or piece.kind == "other"):
        return False
    if call.kind == "other":
        return _is_more_of(call, piece)
    renamed = bool(piece.name and call.name) and piece.name != call.name
    indexed = isinstance(piece.index, int)
    begins = bool(piece.name and piece.arguments)
    if piece.id and piece.id == call.id:
        # Servers that give all calls one id tell them apart by nothing else.
        if renamed:
            return not (begins or call.arguments or piece.apart)
        return not (begins and _is_full_for(call, piece))
    if piece.id and call.id:
        # Another id means another call, unless the server makes up an id for every
        # piece: then there is no name, and the arguments are half-way.
        half_way = bool(call.arguments or piece.arguments) and not call.is_whole()
        return not piece.name and half_way
    if piece.apart and piece.name and (renamed or not indexed):
        return False
    if renamed and not indexed and (call.arguments or piece.id):
        return False
    # A name that is only repeated comes without arguments, at the end of a call too.
    if call.kind == "custom":
        return not (begins and call.arguments)
    return not ((renamed or begins) and call.is_whole())


def _is_more_of(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece goes on with a call of another kind."""
    if piece.id and call.id:
        return piece.id == call.id
    if isinstance(piece.index, int):
        return not piece.apart or piece.kind != "other"
    return piece.kind != "other"


def _is_full_for(call: OpenCall, piece: Piece) -> bool:
    """Whether a call is whole, and a piece with its name does not repeat it."""
    if call.kind == "custom":
        # Any part of an input may be the whole of it.
        return piece.apart and bool(call.arguments)
    return call.is_whole() and not call.is_repeated_by(escaped(piece.arguments))


def _is_next_of(call: OpenCall, piece: Piece) -> bool:
    """Whether a piece that follows a call by itself has its id and its name."""
    same = piece.id == call.id and piece.name == call.name
    return bool(piece.id) and same and not piece.apart
