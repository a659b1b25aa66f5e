"""Find the tool calls of an earlier answer, in every form of its message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.request.content import RequestPart
from langchain_sse_chat.request.custom_tools import as_custom_call, custom_call_ids
from langchain_sse_chat.request.reasoning_echo import add_extras
from langchain_sse_chat.wire.jsontext import dumps, parse_arguments, strict_loads
from langchain_sse_chat.workarounds.broken_calls import sent_invalid_calls

_CALL_BLOCKS = frozenset(
    {"tool_call", "tool_use", "invalid_tool_call", "function_call"}
)
"""Types of blocks that are complete tool calls."""

_ARGUMENTS = {"tool_use": "input", "function_call": "arguments"}
"""Keys of the arguments in blocks of Anthropic and of OpenAI's Responses; LangChain's
key is `args`."""


@dataclass(slots=True)
class PastCall:
    """A call as sent, except for its ID."""

    own_id: str | None
    """The ID of the call in the history, if any."""
    wire: RequestPart
    """The call as sent."""
    is_broken: bool = False
    """Whether the arguments that the model wrote are not a complete JSON object. An
    empty object is sent instead: servers reject other arguments, and not all forms of a
    message keep them."""

    def __str__(self) -> str:
        """Return a text that identifies the call."""
        return dumps(self.wire[self.kind])

    @property
    def kind(self) -> str:
        """The key of the object with the name: `function` or `custom`."""
        return "function" if "function" in self.wire else "custom"

    @property
    def name(self) -> str:
        """The name of the tool."""
        return str(self.wire[self.kind]["name"])

    def named(self, name: str, call_id: str) -> RequestPart:
        """Return the call as sent, with this name and this ID."""
        inner = {**self.wire[self.kind], "name": name}
        return {**self.wire, "id": call_id, self.kind: inner}


def past_calls(message: AIMessage, path: str, *, extras: bool) -> list[PastCall]:
    """Return the tool calls of an answer, in order.

    Args:
        message: The answer.
        path: Its path in the messages, for errors.
        extras: Whether calls keep their other fields.

    Raises:
        ConfigurationError: A call has no name, or its arguments are not JSON.
    """
    if message.tool_calls or message.invalid_tool_calls:
        custom = custom_call_ids(message)
        listed = {
            "tool_calls": message.tool_calls,
            "invalid_tool_calls": sent_invalid_calls(message),
        }
        return [
            _custom(_call(call, place, message if extras else None), call, custom)
            for field, calls in listed.items()
            for position, call in enumerate(calls)
            if (place := f"{path}.{field}[{position}]")
            # A call truncated before its name is not sent.
            if field == "tool_calls" or call["name"]
        ]
    if kept := message.additional_kwargs.get("tool_calls"):
        return [
            _kept_call(
                call,
                f"{path}.additional_kwargs['tool_calls'][{position}]",
                extras=extras,
            )
            for position, call in enumerate(kept)
        ]
    blocks = list(blocks_of(message, _CALL_BLOCKS))
    # An answer of this package has it beside `tool_calls`, which were then removed.
    is_own = message.response_metadata.get("model_provider") == MODEL_PROVIDER
    legacy = message.additional_kwargs.get("function_call")
    if legacy and not blocks and not is_own:
        return _legacy_call(legacy, path)
    return [
        _call(block, f"{path}.content[{position}]", None) for position, block in blocks
    ]


def blocks_of(
    message: AIMessage, kinds: AbstractSet[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the content blocks of these types, with their positions."""
    if isinstance(message.content, str):
        return
    for position, block in enumerate(message.content):
        if isinstance(block, dict) and block.get("type") in kinds:
            yield position, block


def _call(
    call: Mapping[str, Any], path: str, extras_from: AIMessage | None
) -> PastCall:
    """Convert a LangChain tool call, or a block that is one."""
    given = call.get(_ARGUMENTS.get(str(call.get("type")), "args"))
    own_id = call.get("call_id") or call.get("id")
    function, is_broken = _function(call.get("name"), given, path)
    if call.get("type") == "invalid_tool_call":
        function["arguments"], is_broken = "{}", True
    wire: RequestPart = {"id": own_id, "type": "function", "function": function}
    if extras_from is not None:
        wire = add_extras(wire, extras_from)
    return PastCall(own_id, wire, is_broken)


def _custom(past: PastCall, call: Mapping[str, Any], custom: set[Any]) -> PastCall:
    """Convert a call of a custom tool to its form; return others unchanged."""
    if call.get("id") not in custom:
        return past
    wire = as_custom_call(past.wire, call.get("args"))
    return PastCall(past.own_id, wire, past.is_broken)


def _kept_call(call: Any, path: str, *, extras: bool) -> PastCall:
    """Convert a call that was kept in the form of chat completions.

    Its `index` only numbers deltas of a stream and is dropped.
    """
    function = call.get("function") if isinstance(call, Mapping) else None
    if isinstance(call, Mapping) and isinstance(call.get("custom"), Mapping):
        custom = {key: value for key, value in call.items() if key != "index"}
        return PastCall(call.get("id"), {"type": "custom", **custom})
    if not isinstance(function, Mapping):
        msg = f"{path} has no `function`. Remove it or use the `tool_calls` field."
        raise ConfigurationError(msg)
    named, is_broken = _function(function.get("name"), function.get("arguments"), path)
    wire: RequestPart = {"id": call.get("id"), "type": "function", "function": named}
    if extras:
        own = {key: value for key, value in call.items() if key != "index"}
        wire = {"type": "function", **own, "function": {**function, **named}}
    return PastCall(call.get("id"), wire, is_broken)


def _legacy_call(function_call: Any, path: str) -> list[PastCall]:
    """Convert the one call of the form that OpenAI had before tools.

    It is sent as a tool call, because few servers support the older form.
    """
    place = f"{path}.additional_kwargs['function_call']"
    given = function_call if isinstance(function_call, Mapping) else {}
    function, is_broken = _function(given.get("name"), given.get("arguments"), place)
    return [PastCall(None, {"type": "function", "function": function}, is_broken)]


def _function(
    name: object, arguments: object, path: str
) -> tuple[dict[str, str], bool]:
    """Return the function as sent, and whether its arguments were broken."""
    if not isinstance(name, str) or not name:
        msg = (
            f"{path} is a tool call without a name. Add the name of its tool, or "
            "remove the call together with its result."
        )
        raise ConfigurationError(msg)
    if isinstance(arguments, str) and arguments.strip():
        text = _whole_object(arguments)
        return {"name": name, "arguments": text or "{}"}, text is None
    try:
        text = dumps(arguments or {})
    except (TypeError, ValueError, RecursionError) as exc:
        msg = f"{path} has arguments that cannot be sent as JSON: {exc}."
        raise ConfigurationError(msg) from exc
    return {"name": name, "arguments": text}, False


def _whole_object(text: str) -> str | None:
    """Return the JSON text of an object, `None` for any other text.

    Raw line breaks and tabs in strings are escaped; other text is not changed.
    """
    if parse_arguments(text) is not None:
        return text
    try:
        value = strict_loads(text, control_characters=True)
    except ValueError:
        return None
    return dumps(value) if isinstance(value, dict) else None
