"""Rename tools whose names servers reject, in the request and back in the answer.

A tool is sent under an acceptable name. Calls of it get its own name back, so that the
code that runs them finds the tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_sse_chat.acceptable_names import acceptable_name, marked_name
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler, Delta

OutputT = TypeVar("OutputT")

_NAMED = ("function", "custom")
"""Types of tools with a name; the object with the name has the type as its key."""


class OwnNames(Assembler[OutputT]):
    """Wraps an assembler and restores the tools' own names.

    Args:
        inner: Makes what the caller wants.
        own_names: The tools' own names by those that were sent.
    """

    def __init__(self, inner: Assembler[OutputT], own_names: Mapping[str, str]) -> None:
        self._inner = inner
        self._own_names = own_names

    def feed(self, delta: str | Delta) -> list[OutputT]:
        """Return the outputs of a delta."""
        if isinstance(delta, Delta):
            _rename(delta.tool_calls, self._own_names)
        return self._inner.feed(delta)

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Return the last outputs: those of the pending delta and the message."""
        _rename(pending.tool_calls, self._own_names)
        return self._inner.close(with_own_names(message, self._own_names), pending)


def with_own_names(
    message: AnswerMessage, own_names: Mapping[str, str]
) -> AnswerMessage:
    """Restore the own names in the calls of a message, in place; return it."""
    for choice in (message, *message.other_choices):
        _rename(choice.tool_calls, own_names)
    return message


def _rename(calls: Iterable[Any], own_names: Mapping[str, str]) -> None:
    for call in calls:
        call.name = own_names.get(call.name, call.name)


def sent_names(tools: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the sent names of tools that must be sent under another name.

    No two tools get the same name.
    """
    named = [name for tool in tools if isinstance(name := _name_of(tool), str)]
    taken = {name for name in named if acceptable_name(name) == name}
    names: dict[str, str] = {}
    for name in named:
        if name not in taken and name not in names:
            plain = acceptable_name(name)
            names[name] = marked_name(name) if plain in taken else plain
            taken.add(names[name])
    return names


def under_sent_names(
    tools: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    """Return tools or tool choices under their sent names."""
    return [
        {**tool, kind: {**tool[kind], "name": names[name]}}
        if (name := _name_of(tool)) in names and (kind := tool["type"])
        else tool
        for tool in tools
    ]


def _name_of(tool: Mapping[str, Any]) -> Any:
    kind = tool.get("type")
    inner = tool.get(kind) if kind in _NAMED else None
    return inner.get("name") if isinstance(inner, Mapping) else None
