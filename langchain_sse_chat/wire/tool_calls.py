"""Tool calls put together from deltas, whatever the server does to them.

Servers leave out `index`, use one index for several calls, repeat the name on every
delta, send ids late, empty or not at all, and send arguments as text, as an object or
as a JSON text of a JSON text. What leaves here is regular: ascending indices, id and
name once per call, arguments as text.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.wire.arguments import Braces, arguments_text, decode_twice
from langchain_sse_chat.wire.characters import Characters
from langchain_sse_chat.wire.chunks import ToolCallDelta, WireToolCall
from langchain_sse_chat.wire.extras import merge_extras, read_extras
from langchain_sse_chat.wire.jsontext import parse_arguments

_MOST_CALLS = 1024
"""Tool calls of an answer: eight times as many as OpenAI takes tools (128,
https://platform.openai.com/docs/api-reference/chat/create)."""


class _Call:
    """A tool call that is still open."""

    __slots__ = (
        "_braces",
        "_broken",
        "_characters",
        "_given",
        "_last",
        "_looked_at",
        "_opening",
        "_parsed",
        "arguments",
        "extras",
        "id",
        "index",
        "name",
        "opened",
        "sent_id",
        "server_index",
    )

    def __init__(self, index: int, server_index: object) -> None:
        self.index = index
        self.server_index = server_index
        self.id = ""
        self.sent_id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.extras: dict[str, Any] = {}
        self.opened = False
        self._characters = Characters()
        # The first and the last character of the arguments that is not blank.
        self._opening = ""
        self._last = ""
        self._given = 0
        self._braces = Braces()
        self._looked_at = 0
        self._parsed: dict[str, Any] | None = None
        self._broken = False

    def is_whole(self) -> bool:
        """Whether the arguments so far are a whole JSON object.

        Each part is looked at once, for servers that repeat the name on every delta.
        """
        if self._last != "}" or self._broken:
            return False
        new = "".join(self.arguments[self._looked_at :])
        self._looked_at = len(self.arguments)
        if not new.strip():
            return self._parsed is not None
        self._parsed = None
        if self._braces.close_with(new):
            self._parsed = parse_arguments("".join(self.arguments))
            # With all braces closed, more text makes no object of what is none.
            self._broken = self._parsed is None
        return self._parsed is not None

    def take_name(self, name: str) -> None:
        """Learn a name: a repeated one says nothing, a split one goes on.

        Gemini's endpoint has split names over deltas before the first argument.
        """
        split = name != self.name and not self.opened and not self.arguments
        if not self.name or split:
            self.name += name

    def take_arguments(self, text: str) -> ToolCallDelta | None:
        """Add a part of the arguments and give what may go out now.

        Nothing goes out before the name and the first argument byte are known: an
        opening piece with empty arguments would read as a call without arguments.
        Arguments that are not an object are held back to the end, where it is clear
        what they are.
        """
        text = self._characters.feed(text)
        if text and not self._repeats(text):
            self.arguments.append(text)
            self._opening = self._opening or text.lstrip()[:1]
            self._last = text.rstrip()[-1:] or self._last
        if not self.name or self._opening != "{" or self._given == len(self.arguments):
            return None
        if not self._given and self._holds_nothing:
            return None
        new = "".join(self.arguments[self._given :])
        self._given = len(self.arguments)
        if self.opened:
            return ToolCallDelta(self.index, None, None, new)
        return self.open(new)

    @property
    def _holds_nothing(self) -> bool:
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
        if self._holds_nothing:
            self.arguments.clear()
            self._looked_at, self._last, self._braces = 0, "", Braces()
            self._parsed = None
            return False
        return not self.has_no_room_for(text)

    def has_no_room_for(self, text: str) -> bool:
        """Whether the arguments are whole, and a further piece is no repetition."""
        if not self.is_whole() or self._holds_nothing:
            return False
        return parse_arguments(text) != self._parsed

    def open(self, arguments: str) -> ToolCallDelta:
        """Return the piece with id and name: the first that goes out."""
        self.opened = True
        return ToolCallDelta(self.index, self.final_id(), self.name or None, arguments)

    def final_id(self) -> str:
        """Return the id downstream: the server's, or one that is made up once."""
        self.sent_id = self.sent_id or self.id or f"call_{uuid.uuid4().hex}"
        return self.sent_id

    def close(self, *, cut: bool) -> tuple[WireToolCall | None, ToolCallDelta | None]:
        """End the call: what it is, and the piece that was held back."""
        text = "".join(self.arguments)
        if not self.name and not text.strip():
            return None, None
        unsaid = self._holds_nothing and not self.opened
        if text.strip() in {"", "null"} or unsaid:
            text = "" if cut else "{}"
        elif self._opening == '"':
            text = decode_twice(text)
        held = None
        if not self.opened:
            held = self.open(text)
        elif not self._given and text:
            held = ToolCallDelta(self.index, None, None, text)
        return self.seen(text), held

    def seen(self, arguments: str) -> WireToolCall:
        """Return the call with these arguments; one without a name cannot be run."""
        parsed = parse_arguments(arguments) if self.name else None
        name = self.name or None
        return WireToolCall(
            self.index, self.final_id(), name, arguments, parsed, self.extras
        )


class ToolCallAssembler:
    """Assigns each delta to its call."""

    __slots__ = ("_by_id", "_by_index", "_calls", "_last", "_waiting")

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_id: dict[str, _Call] = {}
        self._by_index: dict[int, _Call] = {}
        self._last: _Call | None = None
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
        if not isinstance(deltas, list):
            return []
        out: list[ToolCallDelta] = []
        for position, delta in enumerate(deltas):
            if isinstance(delta, dict):
                self._feed_one(delta, out, apart=position > 0)
        return out

    def feed_function_call(self, function: object) -> list[ToolCallDelta]:
        """Take a legacy `function_call`: a single call without id and index."""
        return self.feed([{"index": 0, "function": function}])

    def _feed_one(
        self, delta: dict[str, Any], out: list[ToolCallDelta], *, apart: bool
    ) -> None:
        function = delta.get("function")
        if not isinstance(function, dict):
            function = {}
        piece = _Piece(
            _index(delta.get("index")),
            _id(delta.get("id")),
            _text(function.get("name")),
            arguments_text(function.get("arguments")),
            apart,
        )
        extras = read_extras(delta, function)
        if not (piece.name or piece.arguments or piece.id):
            if extras:
                call = self._find(piece)
                merge_extras(self._waiting if call is None else call.extras, extras)
            return
        call = self._call_of(piece, out)
        merge_extras(call.extras, extras)
        if piece.id and not call.id:
            call.id = piece.id
            self._by_id[piece.id] = call
        if piece.name:
            call.take_name(piece.name)
        self._last = call
        given = call.take_arguments(piece.arguments)
        if given is not None:
            out.append(given)

    def _call_of(self, piece: _Piece, out: list[ToolCallDelta]) -> _Call:
        """Return the call that a piece belongs to, a new one if need be."""
        call = self._find(piece)
        if call is not None and _goes_on(call, piece):
            return call
        # The calls go out in the server's order.
        if self._last is not None and self._last.name and not self._last.opened:
            out.append(self._last.open(""))
        call = self._new(piece.index)
        # What came before the call that it is about.
        call.extras, self._waiting = self._waiting, {}
        return call

    def _find(self, piece: _Piece) -> _Call | None:
        """Return the call that a piece may go on with, `None` for a new one."""
        if not isinstance(piece.index, int):
            return self._by_id.get(piece.id, self._last)
        call = self._by_index.get(piece.index)
        if call is None and not piece.name:
            call = self._by_id.get(piece.id)
        last = self._last
        if last is None or call is last:
            return call
        misplaced = piece.is_rest and (
            call is None or call.has_no_room_for(piece.arguments)
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

    def _new(self, server_index: object) -> _Call:
        if len(self._calls) == _MOST_CALLS:
            msg = f"The server sent more than {_MOST_CALLS} tool calls in one answer."
            raise MalformedChunkError(msg)
        call = _Call(len(self._calls), server_index)
        self._calls.append(call)
        if isinstance(server_index, int):
            self._by_index[server_index] = call
        return call

    def close(self, *, cut: bool) -> tuple[list[WireToolCall], list[ToolCallDelta]]:
        """End all calls.

        Args:
            cut: Whether the answer ended early: a call without any arguments is then
                not a call without arguments.

        Returns:
            The calls, and the pieces that were held back.
        """
        ended = [call.close(cut=cut) for call in self._calls]
        calls = [call for call, _ in ended if call is not None]
        doubtful = self._doubtful()
        for call in calls:
            if call.index in doubtful:
                call.parsed = None
        return calls, [delta for _, delta in ended if delta is not None]

    def _doubtful(self) -> set[int]:
        """Return the calls that may have the arguments of each other.

        Relays announce all calls under one index, before their arguments, and send
        these under indices of their own, some of which nobody announced.
        """
        doubtful: set[int] = set()
        if all(call.name or not call.arguments for call in self._calls):
            return doubtful
        empty: dict[int, int] = {}
        for call in self._calls:
            index = call.server_index
            if not call.name or not isinstance(index, int):
                continue
            if index in empty:
                doubtful |= {empty[index], call.index}
            if not call.arguments:
                empty[index] = call.index
        return doubtful

    def snapshot(self) -> list[WireToolCall]:
        """Return the calls as far as they came, for a partial message."""
        calls = (call for call in self._calls if call.name or call.arguments)
        return [call.seen("".join(call.arguments)) for call in calls]


@dataclass(slots=True)
class _Piece:
    """A delta of a tool call; what is missing is `""`, or `None` for the index."""

    index: object
    id: str
    name: str
    arguments: str
    apart: bool
    """Whether another piece came before it in the same delta."""

    @property
    def is_rest(self) -> bool:
        """Whether it is arguments and nothing else, as all pieces but the first are."""
        return not (self.name or self.id) and bool(self.arguments.strip())


def _goes_on(call: _Call, piece: _Piece) -> bool:
    """Whether a piece goes on with a call or begins another."""
    renamed = bool(piece.name and call.name) and piece.name != call.name
    indexed = isinstance(piece.index, int)
    if piece.id and piece.id == call.id:
        return True
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
    ends = renamed or bool(piece.name and piece.arguments)
    return not (ends and call.is_whole())


def _index(value: object) -> object:
    """Return an index as a number, which gateways also send as a text or a float."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000"):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _id(value: object) -> str:
    """Return an id; Mistral has sent the word `null` where there was none."""
    return "" if value == "null" else _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
