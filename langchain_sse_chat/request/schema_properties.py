"""Complete the schemas of tools with properties, which servers require."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMBINED = frozenset({"$ref", "anyOf", "oneOf", "allOf"})
"""Keywords of a schema that may contain its properties."""


def with_properties(tool: dict[str, Any]) -> dict[str, Any]:
    """Return a function tool whose object schema has `properties`.

    OpenAI and others reject a schema without them
    (https://github.com/openai/openai-agents-python/pull/454). Nested objects
    are not changed: for grammars such as llama.cpp's, missing properties there mean any
    object, but empty properties mean an empty object.
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
