"""Convert the tools that a server ran itself to content blocks.

Groq's compound systems list them in `executed_tools`
(https://console.groq.com/docs/compound/built-in-tools). The names are those of
LangChain's reader of Groq's messages. Nothing runs these calls again: they are not
`tool_calls` of the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_sse_chat.answer.media import Block
from langchain_sse_chat.wire.jsontext import parse_arguments

_NAMES = {"search": "web_search", "python": "code_interpreter"}
"""LangChain's names of Groq's tools."""

_CODE = re.compile(r'\s*\{\s*"code"\s*:\s*"(.*)"\s*\}\s*', re.DOTALL)
"""Arguments in which the quotation marks of the code are not escaped."""

_USED = frozenset({"type", "name", "id", "index", "arguments", "output"})


def server_tool_blocks(executed: object) -> Iterator[Block]:
    """Yield a `server_tool_call` and a `server_tool_result` for each tool.

    Args:
        executed: The `executed_tools` of a message. A stream has each tool twice, with
            the same `index`: without its output and with it.
    """
    for position, tool in enumerate(_joined(executed)):
        given = tool.get("id")
        call_id = given if isinstance(given, str) and given else str(position)
        yield _call(tool, call_id)
        if (output := tool.get("output")) is not None:
            result: Block = {
                "type": "server_tool_result",
                "tool_call_id": call_id,
                "status": "success",
                "output": output,
            }
            rest = {k: v for k, v in tool.items() if k not in _USED and v is not None}
            yield {**result, "extras": rest} if rest else result


def _joined(executed: object) -> list[dict[str, Any]]:
    """Return the tools, each with the fields of all its entries."""
    tools: list[dict[str, Any]] = []
    by_index: dict[int, dict[str, Any]] = {}
    for entry in executed if isinstance(executed, list) else ():
        if not isinstance(entry, Mapping):
            continue
        index = entry.get("index")
        tool = by_index.get(index) if type(index) is int else None
        if tool is None:
            tools.append(tool := {})
            if type(index) is int:
                by_index[index] = tool
        tool.update({k: v for k, v in entry.items() if v is not None})
    return tools


def _call(tool: Mapping[str, Any], call_id: str) -> Block:
    kind, name = tool.get("type"), tool.get("name")
    own_name = name if isinstance(name, str) and name else str(kind or "")
    call: Block = {
        "type": "server_tool_call",
        "id": call_id,
        "name": _NAMES.get(own_name, own_name)
        if kind == "function"
        else _NAMES.get(str(kind), own_name),
        "args": {},
    }
    arguments = tool.get("arguments")
    if isinstance(arguments, Mapping):
        return {**call, "args": dict(arguments)}
    if not isinstance(arguments, str) or not arguments:
        return call
    if (parsed := parse_arguments(arguments)) is not None:
        return {**call, "args": parsed}
    if call["name"] == "code_interpreter":
        code = _CODE.fullmatch(arguments)
        return {**call, "args": {"code": code[1] if code else arguments}}
    return {**call, "extras": {"arguments": arguments}}
