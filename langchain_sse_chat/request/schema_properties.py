"""Schemas of tools that say their properties, as servers demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMBINED = frozenset({"$ref", "anyOf", "oneOf", "allOf"})
"""Keywords of a schema that may bring its properties."""


def with_properties(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a function whose schema, that of an object, says its properties.

    OpenAI and others refuse one that does not
    (https://github.com/openai/openai-agents-python/pull/454). Objects further down stay
    as they are: grammars such as llama.cpp's read no properties there as any object,
    and an empty list of them as an empty one.
    """
    function = tool.get("function")
    if tool.get("type") != "function" or not isinstance(function, Mapping):
        return tool
    given = function.get("parameters") or {}
    if not isinstance(given, Mapping) or given.keys() & _COMBINED:
        return tool
    schema = {"type": "object", **given}
    if schema["type"] == "object":
        schema["properties"] = schema.get("properties") or {}
    return {**tool, "function": {**function, "parameters": schema}}
