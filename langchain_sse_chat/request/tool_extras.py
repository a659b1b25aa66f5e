"""Send the settings of a tool that only some servers and gateways read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_KEYS = (
    # Anthropic, through gateways
    # (https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use).
    "allowed_callers",
    "cache_control",
    "defer_loading",
    "eager_input_streaming",
    "input_examples",
)
"""Keys that stand next to the `function` of a tool. Those of `ChatAnthropic`; other
keys of LangChain's `extras` may be meant for the program itself."""


def extras_of(tool: Any) -> Mapping[str, Any]:
    """Return the `extras` of one of LangChain's tools, or the keys of a dict itself."""
    if isinstance(tool, Mapping):
        return tool
    extras = None if isinstance(tool, type) else getattr(tool, "extras", None)
    return extras if isinstance(extras, Mapping) else {}


def sent_extras(extras: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are sent, by their keys in the tool."""
    return {key: extras[key] for key in _KEYS if key in extras}


def without_extras(tools: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return tools for a server that rejects unknown keys.

    Server-side tools are not changed: their keys are the server's own.
    """
    return [
        {key: value for key, value in tool.items() if key not in _KEYS}
        if tool.get("type") == "function" and not tool.keys().isdisjoint(_KEYS)
        else tool
        for tool in tools
    ]
