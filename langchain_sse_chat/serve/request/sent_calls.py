"""Read the tool calls of an answer that a client sends back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages.content import InvalidToolCall
from langchain_core.messages.tool import ToolCall
from langchain_core.messages.tool import invalid_tool_call as make_invalid_tool_call
from langchain_core.messages.tool import tool_call as make_tool_call

from langchain_sse_chat.message_keys import TOOL_CALL_EXTRAS
from langchain_sse_chat.serve.failure.failure import refused
from langchain_sse_chat.serve.request.json_checks import listing, mapping, missing, text
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.wire.custom_calls import CUSTOM, INPUT
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.wire.tool_arguments import escaped
from langchain_sse_chat.wire.tool_call_entries import Piece, read_entry
from langchain_sse_chat.workarounds.broken_calls import NOT_AN_OBJECT


@dataclass(slots=True)
class SentCalls:
    """The tool calls of a message, in LangChain's form."""

    valid: list[ToolCall] = field(default_factory=list)
    invalid: list[InvalidToolCall] = field(default_factory=list)
    further: dict[str, Any] = field(default_factory=dict)
    """Fields for `additional_kwargs`: keys of the calls that only some servers send."""

    def __bool__(self) -> bool:
        return bool(self.valid or self.invalid)


def read_tool_calls(value: Any, path: str, limits: RequestLimits) -> SentCalls:
    """Return the `tool_calls` of a message.

    A call whose arguments are not a JSON object is invalid, with the arguments as sent.

    Args:
        value: The calls as sent, `None` without any.
        path: The path of the message.
        limits: The limits of a request.

    Raises:
        RequestRefused: A call has no ID or no name, or is of an unknown type.
    """
    calls = SentCalls()
    if value is None:
        return calls
    extras: dict[str, Any] = {}
    path = f"{path}.tool_calls"
    for position, entry in enumerate(listing(value, path, limits.calls)):
        place = f"{path}[{position}]"
        piece = _piece(mapping(entry, place), place, limits)
        _add(piece, calls)
        marked = {**piece.extras, **({"type": CUSTOM} if piece.kind == CUSTOM else {})}
        if marked:
            extras[piece.id] = marked
    if extras:
        calls.further[TOOL_CALL_EXTRAS] = extras
    return calls


def read_function_call(value: Any, path: str, limits: RequestLimits) -> dict[str, Any]:
    """Return the call of the form before tools as a field of `additional_kwargs`.

    Raises:
        RequestRefused: The call has no name.
    """
    if value is None:
        return {}
    place = f"{path}.function_call"
    piece = read_entry({"function": mapping(value, place)}, apart=False)
    _check_name(piece, place, limits)
    return {"function_call": {"name": piece.name, "arguments": piece.arguments}}


def _piece(entry: dict[str, Any], place: str, limits: RequestLimits) -> Piece:
    piece = read_entry(entry, apart=False)
    if piece.kind == "other" or not piece.has_body:
        msg = f"`{place}` is not a call of a function: it has no `function`."
        raise refused(msg, place, "invalid_value")
    if not piece.id:
        msg = f"`{place}` has no `id`, which its result needs."
        raise missing(place, msg)
    text(piece.id, f"{place}.id", limits.name)
    _check_name(piece, place, limits)
    return piece


def _check_name(piece: Piece, place: str, limits: RequestLimits) -> None:
    if not piece.name:
        raise missing(place, f"`{place}` has no `name` of a function.")
    text(piece.name, f"{place}.name", limits.name)


def _add(piece: Piece, calls: SentCalls) -> None:
    """Add a call to the valid or to the invalid ones."""
    args: dict[str, Any] | None
    if piece.kind == CUSTOM:
        args = {INPUT: piece.arguments}
    elif not piece.arguments.strip():
        args = {}
    else:
        args = parse_arguments(escaped(piece.arguments))
    if args is not None:
        calls.valid.append(make_tool_call(name=piece.name, args=args, id=piece.id))
        return
    broken = make_invalid_tool_call(
        name=piece.name, args=piece.arguments, id=piece.id, error=NOT_AN_OBJECT
    )
    calls.invalid.append(broken)
