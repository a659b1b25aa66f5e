"""Add to a tool what only GigaChat's functions have: examples, and what is returned."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from langchain_core.tools import BaseTool

from langchain_sse_chat.request.tools import ToolLike, output_schema, tools_to_wire

_SCHEMA_KEYS = ("type", "properties", "required")
"""Keys of a schema that stand in the function itself."""


def with_extras(tool: ToolLike) -> ToolLike:
    """Return a tool as a dict with GigaChat's own fields, or unchanged without any.

    A function with a `title` and without a `name` gets that as its name, as in
    `langchain_gigachat`.

    Args:
        tool: A tool with `extras`, a class with a static method `few_shot_examples`, or
            another tool.

    Raises:
        ConfigurationError: It is not a valid tool.
    """
    own = _own_fields(tool)
    if not own:
        return _named(tool)
    [wire] = tools_to_wire([tool])
    return {**wire, "function": {**wire["function"], **own}}


def structured_with_extras(
    request: Mapping[str, Any],
    schema: ToolLike | None,
    strict: bool | None,  # noqa: FBT001  # the caller's own
) -> dict[str, Any]:
    """Return the keywords for structured output as `langchain_gigachat` sends them.

    A function has the examples of the class. A JSON schema has `strict` by default, as
    in Sber's own packages: GigaChat then adheres to the schema as far as it can. The
    schema is not changed
    (https://github.com/ai-forever/gigachat/blob/main/src/gigachat/models/response_format.py).

    Args:
        request: Keywords from `structured_request`.
        schema: The schema.
        strict: The caller's choice, which is kept.
    """
    own = dict(request)
    if "tools" in own and schema is not None and (examples := _own_fields(schema)):
        [tool] = own["tools"]
        own["tools"] = [{**tool, "function": {**tool["function"], **examples}}]
    wanted = own.get("response_format") or {}
    if "json_schema" in wanted and strict is None:
        json_schema = {**wanted["json_schema"], "strict": True}
        own["response_format"] = {**wanted, "json_schema": json_schema}
    return own


def _own_fields(tool: ToolLike) -> dict[str, Any]:
    if inspect.isclass(tool):
        examples = getattr(tool, "few_shot_examples", None)
        return {"few_shot_examples": examples()} if inspect.isfunction(examples) else {}
    extras = (tool.extras or {}) if isinstance(tool, BaseTool) else {}
    own = {}
    if examples := extras.get("few_shot_examples"):
        own["few_shot_examples"] = examples
    if returns := extras.get("return_schema"):
        own["return_parameters"] = output_schema(returns).parameters
    return own


def _named(tool: ToolLike) -> ToolLike:
    if not isinstance(tool, Mapping):
        return tool
    function = tool.get("function")
    if not isinstance(function, Mapping) or function.get("name"):
        return tool
    if not isinstance(function.get("title"), str):
        return tool
    schema = {key: function[key] for key in _SCHEMA_KEYS if key in function}
    rest = {key: value for key, value in function.items() if key not in _SCHEMA_KEYS}
    parameters = function.get("parameters") or schema
    named = {**rest, "name": function["title"], "parameters": parameters}
    return {**tool, "function": named}
