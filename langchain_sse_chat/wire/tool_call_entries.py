"""One entry of a server's `tool_calls`, read into a piece of a call.

Chat completions know two kinds of calls: of functions, whose arguments are a JSON
object, and of custom tools, whose input is any text
(https://platform.openai.com/docs/guides/function-calling#custom-tools). An entry of
another kind, such as a gateway's form of a call that belongs to another API, cannot be
run and is kept as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from langchain_sse_chat.wire.extra_fields import read_extras
from langchain_sse_chat.wire.tool_arguments import arguments_text

Kind = Literal["function", "custom", "other"]


@dataclass(slots=True)
class Piece:
    """A piece of a tool call; what is missing is `""`, or `None` for the index."""

    kind: Kind
    entry: dict[str, Any]
    """The entry itself."""
    index: object
    id: str
    name: str
    arguments: str
    """The next part of the arguments, or of a custom tool's input."""
    extras: dict[str, Any]
    """What the entry has beyond these fields."""
    apart: bool
    """Whether another piece came before it in the same delta."""
    has_body: bool
    """Whether the entry has the object in which its kind keeps name and arguments."""

    @property
    def is_rest(self) -> bool:
        """Whether it is arguments and nothing else, as all pieces but the first are."""
        return not (self.name or self.id) and bool(self.arguments.strip())

    @property
    def says_something(self) -> bool:
        """Whether it is part of a call for certain."""
        return bool(self.name or self.arguments or self.id or self.kind != "function")


def read_entry(entry: dict[str, Any], *, apart: bool) -> Piece:
    """Return an entry of `tool_calls` as a piece.

    Args:
        entry: The entry, whole or one delta of it.
        apart: Whether another entry came before it in the same delta.
    """
    kind, body = _body_of(entry)
    is_flat = body is entry
    name = arguments = ""
    extras: dict[str, Any] = {}
    if kind != "other":
        name = _text(body.get("name"))
        arguments = arguments_text(body.get(_ARGUMENTS[kind]))
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

    That is the entry itself where a server leaves out the level in between.
    """
    function = entry.get("function")
    custom = entry.get("custom")
    if isinstance(function, dict) and (function or not isinstance(custom, dict)):
        return "function", function
    if isinstance(custom, dict):
        return "custom", custom
    named = entry.get("type")
    kind: Kind = "function"
    if named and isinstance(named, str):
        kind = _KINDS.get(named, "other")
    if kind != "other" and entry.get("name") and _ARGUMENTS[kind] not in entry:
        # Arguments under a key that nobody knows.
        kind = "other"
    return kind, entry


_KINDS: dict[str, Kind] = {"function": "function", "custom": "custom"}
_ARGUMENTS: dict[Kind, str] = {"function": "arguments", "custom": "input"}


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
