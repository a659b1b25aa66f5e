"""Read the pieces of tool calls, without repairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolPiece:
    """An entry of `tool_calls` as it came; what is missing is empty."""

    index: int | None
    id: str
    name: str
    arguments: str


@dataclass(slots=True)
class Call:
    """A tool call put together."""

    name: str = ""
    id: str = ""
    arguments: str = ""
    pieces: int = 0
    """How many of its pieces had a part of the arguments."""


def tool_pieces(delta: Mapping[str, Any]) -> list[ToolPiece]:
    """Return the entries of `tool_calls` in a delta or message."""
    entries = delta.get("tool_calls")
    return [
        _piece(entry)
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]


def calls_of(pieces: Iterable[ToolPiece]) -> list[Call]:
    """Return the calls that pieces make.

    A piece without an index belongs to the call before it, unless it has a name. Some
    servers repeat name and ID in each piece; others give all calls the same index.
    """
    calls: list[Call] = []
    by_index: dict[int, Call] = {}
    last: Call | None = None
    for piece in pieces:
        call = last if piece.index is None else by_index.get(piece.index)
        if call is None or _begins(piece, call):
            call = Call()
            calls.append(call)
        last = call
        if piece.index is not None:
            by_index[piece.index] = call
        call.name = call.name or piece.name
        call.id = call.id or piece.id
        call.arguments += piece.arguments
        call.pieces += bool(piece.arguments)
    return calls


def _begins(piece: ToolPiece, call: Call) -> bool:
    """Return whether a piece begins another call than the one in its place."""
    if not piece.name or (piece.id and piece.id == call.id):
        return False
    return piece.index is None or bool(piece.id and call.id)


def _piece(entry: Mapping[str, Any]) -> ToolPiece:
    function = entry.get("function")
    function = function if isinstance(function, dict) else {}
    index = entry.get("index")
    return ToolPiece(
        index if type(index) is int else None,
        _text(entry.get("id")),
        _text(function.get("name")),
        _text(function.get("arguments")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
