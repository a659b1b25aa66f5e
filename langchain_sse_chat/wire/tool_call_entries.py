"""Read one entry of a server's `tool_calls` into a piece of a call.

Chat completions know two kinds of calls: of functions, whose arguments are a JSON
object, and of custom tools, whose input is free text
(https://platform.openai.com/docs/guides/function-calling#custom-tools). An entry of
another kind, such as a gateway's form of a call from another API, cannot be run and is
kept as received.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from langchain_sse_chat.wire.extra_fields import ARGUMENTS, read_extras
from langchain_sse_chat.wire.tool_arguments import arguments_text

Kind = Literal["function", "custom", "other"]


@dataclass(slots=True)
class Piece:
    """A piece of a tool call; missing fields are `""`, or `None` for the index."""

    kind: Kind
    entry: dict[str, Any]
    """The entry itself."""
    index: object
    id: str
    name: str
    arguments: str
    """The next part of the arguments, or of a custom tool's input."""
    extras: dict[str, Any]
    """All other fields of the entry."""
    apart: bool
    """Whether it is not the first piece in its delta."""
    has_body: bool
    """Whether the entry has the object for name and arguments of its kind."""

    @property
    def is_rest(self) -> bool:
        """Whether it has only arguments, as all pieces except the first do."""
        return not (self.name or self.id) and bool(self.arguments.strip())

    @property
    def says_something(self) -> bool:
        """Whether it is certainly part of a call."""
        return bool(self.name or self.arguments or self.id or self.kind != "function")


def read_entry(entry: dict[str, Any], *, apart: bool) -> Piece:
    """Return an entry of `tool_calls` as a piece.

    Args:
        entry: The entry, complete or one delta of it.
        apart: Whether it is not the first entry in its delta.
    """
    kind, body = _body_of(entry)
    is_flat = body is entry
    name = arguments = ""
    extras: dict[str, Any] = {}
    if kind != "other":
        name = _text(body.get("name"))
        arguments = arguments_text(body.get(ARGUMENTS[kind]))
        extras = read_extras(entry, {} if is_flat else body, kind, flat=is_flat)
    return Piece(
        kind,
        entry,
        _index(entry.get("index")),
        _id(entry.get("id")),
        name,
        arguments,
        extras,
        apart,
        not is_flat,
    )


def _body_of(entry: dict[str, Any]) -> tuple[Kind, dict[str, Any]]:
    """Return the kind of an entry, and the object with its name and arguments.

    The object is the entry itself if a server omits that level.
    """
    function = entry.get("function")
    custom = entry.get("custom")
    if isinstance(function, dict) and (function or not isinstance(custom, dict)):
        return "function", function
    if isinstance(custom, dict):
        return "custom", custom
    if (function or custom) and entry.get("id"):
        # A text or a list, which may be all of the call.
        return "other", entry
    named = entry.get("type")
    kind: Kind = "function"
    if named and isinstance(named, str):
        kind = _KINDS.get(named, "other")
    if kind != "other" and entry.get("name") and ARGUMENTS[kind] not in entry:
        # The arguments have an unknown key. Read as a function, this would be a call
        # without arguments, which could be run.
        kind = "other"
    return kind, entry


_KINDS: dict[str, Kind] = {"function": "function", "custom": "custom"}


def _index(value: object) -> object:
    """Return an index as a number; gateways also send it as a text or a float."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000"):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _id(value: object) -> str:
    """Return an ID; Mistral has sent the word `null` for a missing one."""
    return "" if value == "null" else _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
