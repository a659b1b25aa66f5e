"""Tools whose own names servers refuse, from the request to the answer and back.

A tool goes out under an acceptable name, and a call of it comes back under its own, so
that whoever runs it finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_sse_chat.acceptable_names import acceptable_name, marked_name
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler, Delta

OutputT = TypeVar("OutputT")

_NAMED = ("function", "custom")
"""Kinds of tools that have a name, which stands under the kind as a key."""


class OwnNames(Assembler[OutputT]):
    """An assembler that is told of calls under their tools' own names."""

    def __init__(self, inner: Assembler[OutputT], own_names: Mapping[str, str]) -> None:
        """Wrap an assembler.

        Args:
            inner: Makes what the caller wants.
            own_names: The tools' own names by those that were sent.
        """
        self._inner = inner
        self._own_names = own_names

    def feed(self, delta: str | Delta) -> list[OutputT]:
        """Take a part of the answer."""
        if isinstance(delta, Delta):
            _rename(delta.tool_calls, self._own_names)
        return self._inner.feed(delta)

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Take the whole answer, and the part that was held back to its end."""
        _rename(pending.tool_calls, self._own_names)
        return self._inner.close(with_own_names(message, self._own_names), pending)


def with_own_names(
    message: AnswerMessage, own_names: Mapping[str, str]
) -> AnswerMessage:
    """Return the message, changed in place, with calls under their own names."""
    for choice in (message, *message.other_choices):
        _rename(choice.tool_calls, own_names)
    return message


def _rename(calls: Iterable[Any], own_names: Mapping[str, str]) -> None:
    for call in calls:
        call.name = own_names.get(call.name, call.name)


def sent_names(tools: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of tools that have to be sent under another one, with that.

    No two tools have the same one.
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
    """Return tools, or choices of one, under the names that are sent."""
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
