"""Convert OpenAI's custom tools, whose input is free text, and their calls.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-tools
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from langchain_sse_chat.message_keys import TOOL_CALL_EXTRAS
from langchain_sse_chat.wire.custom_calls import CUSTOM, INPUT, input_of

_GRAMMAR_KEYS = ("syntax", "definition")
"""Keys of a grammar; Responses has them one level higher."""


def custom_tool_to_wire(tool: Any) -> dict[str, Any] | None:
    """Return a custom tool as sent, `None` for any other tool.

    Args:
        tool: A LangChain tool made by `langchain_openai.custom_tool`, or a dict in the
            form of chat completions or OpenAI's Responses.
    """
    if isinstance(tool, Mapping):
        known = tool.get("type") == CUSTOM and bool(tool.get("name"))
        if not known or "input_schema" in tool:
            # Anthropic's tools have this type too, but with a schema.
            return None
        fields = {key: value for key, value in tool.items() if key != "type"}
    else:
        metadata = getattr(tool, "metadata", None)
        if not isinstance(metadata, Mapping) or metadata.get("type") != "custom_tool":
            return None
        fields = {"name": tool.name, "description": tool.description or ""}
        if metadata.get("format"):
            fields["format"] = metadata["format"]
    shape = fields.get("format")
    if isinstance(shape, Mapping) and "definition" in shape:
        grammar = {key: shape[key] for key in _GRAMMAR_KEYS if key in shape}
        fields["format"] = {"type": "grammar", "grammar": grammar}
    return {"type": CUSTOM, CUSTOM: fields}


def as_function_tool(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a tool for a server that supports only functions."""
    custom = tool.get(CUSTOM)
    if tool.get("type") != CUSTOM or not isinstance(custom, Mapping):
        return tool
    function: dict[str, Any] = {
        "name": custom.get("name"),
        "description": custom.get("description") or "",
        "parameters": {
            "type": "object",
            "properties": {INPUT: {"type": "string"}},
            "required": [INPUT],
        },
    }
    return {"type": "function", "function": function}


def custom_call_ids(message: AIMessage) -> set[Any]:
    """Return the IDs of the calls of custom tools in an answer.

    This package marks them in the message's extras, `ChatOpenAI` in a block.
    """
    extras = message.additional_kwargs.get(TOOL_CALL_EXTRAS)
    found: set[Any] = set()
    if isinstance(extras, Mapping):
        found |= {
            call_id
            for call_id, extra in extras.items()
            if isinstance(extra, Mapping) and extra.get("type") == CUSTOM
        }
    blocks = [block for block in message.content if isinstance(block, dict)]
    for block in [*blocks, *(block.get("value") for block in blocks)]:
        if isinstance(block, dict) and block.get("type") == "custom_tool_call":
            found.add(block.get("call_id"))
    return found


def as_custom_call(wire: Mapping[str, Any], arguments: Any) -> dict[str, Any]:
    """Return a call in the form of a custom tool.

    Args:
        wire: The call in the form of a function call.
        arguments: Its arguments in LangChain's form.
    """
    rest = {key: value for key, value in wire.items() if key != "function"}
    inner = rest.get(CUSTOM)
    further = inner if isinstance(inner, Mapping) else {}
    body = {"name": wire["function"]["name"], "input": input_of(arguments)}
    return {**rest, "type": CUSTOM, CUSTOM: {**further, **body}}


def as_function_call(wire: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a call for a server that supports only functions."""
    custom = wire.get(CUSTOM)
    if "function" in wire or not isinstance(custom, Mapping):
        return wire
    arguments = json.dumps({INPUT: custom.get("input") or ""}, ensure_ascii=False)
    rest = {key: value for key, value in wire.items() if key not in {CUSTOM, "type"}}
    function = {"name": custom.get("name"), "arguments": arguments}
    return {**rest, "type": "function", "function": function}
