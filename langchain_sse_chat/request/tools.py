"""Convert tools, tool choices and output schemas to the form of requests.

langchain-core makes JSON schemas of all kinds of tools. This module adds server-side
tools, recursive schemas, OpenAI's rules for `strict`
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas), and
errors that name the tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import BaseModel

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.custom_tools import custom_tool_to_wire
from langchain_sse_chat.request.schema_properties import with_properties
from langchain_sse_chat.request.schema_walk import without_keyword
from langchain_sse_chat.request.tool_extras import extras_of, sent_extras

if TYPE_CHECKING:
    # Imported only when there are tools: it takes a tenth of the import time.
    from langchain_core.tools import BaseTool

WireTool = dict[str, Any]
"""A tool as sent: `{"type": "function", "function": …}` or a server-side tool."""

ToolLike: TypeAlias = "Mapping[str, Any] | type | Callable[..., Any] | BaseTool"
"""A tool or schema that LangChain accepts: a tool, a function, a pydantic class, a
`TypedDict`, or a dict in the form of OpenAI, Anthropic, Bedrock or JSON schema."""

_JSON_TYPES = frozenset(
    {"object", "array", "string", "number", "integer", "boolean", "null"}
)
"""Values of `type` for which a dict is a JSON schema rather than a tool."""

_CONVERSION_ERRORS = (
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""Errors of langchain-core and pydantic for values without a schema: a type without a
JSON form, an annotation that does not exist, a dict without a name."""

_MAX_NAME_LENGTH = 64
"""OpenAI's limit for the name of a function or a schema."""


class OutputSchema(NamedTuple):
    """The schema of a structured answer."""

    name: str
    """The name of the schema, in the allowed characters."""
    description: str
    """The description of the schema, or `""`."""
    parameters: dict[str, Any]
    """The JSON schema itself, without its name and description."""
    strict: bool | None
    """Whether the server must enforce the schema; `None` leaves it to the server."""

    def as_response_format(self) -> dict[str, Any]:
        """Return the `response_format` that requests this schema."""
        json_schema: dict[str, Any] = {"name": self.name}
        if self.description:
            json_schema["description"] = self.description
        json_schema["schema"] = self.parameters
        if self.strict is not None:
            json_schema["strict"] = self.strict
        return {"type": "json_schema", "json_schema": json_schema}

    def as_tool(self) -> WireTool:
        """Return the tool whose arguments are this schema."""
        function: dict[str, Any] = {
            "name": self.name,
            "description": self.description,
            "parameters": self.parameters,
        }
        if self.strict is not None:
            function["strict"] = self.strict
        return {"type": "function", "function": function}


def tools_to_wire(
    tools: Sequence[ToolLike], *, strict: bool | None = None
) -> list[WireTool]:
    """Return the tools as sent, in order.

    A dict with a `type` that is neither `function` nor a JSON type is a server-side
    tool, such as `{"type": "web_search"}`, and is not changed.

    Args:
        tools: Tools in any form that LangChain accepts.
        strict: Whether the server must enforce the schema of the arguments; `None`
            leaves it to the server. A `strict` in a dict, or in the `extras` of a tool,
            is kept.

    Raises:
        ConfigurationError: A value is not a tool; the error names it and says why.
    """
    return [
        with_properties(_tool_to_wire(tool, f"tools[{position}]", strict=strict))
        for position, tool in enumerate(tools)
    ]


def tool_choice_to_wire(
    tool_choice: Any, tools: Sequence[WireTool]
) -> str | dict[str, Any] | None:
    """Return the tool choice as sent.

    Args:
        tool_choice: `None` or `False` sends nothing, so that the server decides, almost
            always as for `"auto"`. `"auto"`, `"none"` and `"required"` are sent
            unchanged. `"any"` or `True` requires a call of any tool. A tool's name
            requires a call of that tool. So does a dict in the form of OpenAI
            (`{"type": "function", …}`) or Anthropic (`{"type": "tool", "name": …}`), or
            with only a `name`; a dict of another type is sent unchanged. The type of a
            server-side tool chooses that tool.
        tools: Tools from `tools_to_wire`. A tool named `auto` can be chosen by name, as
            in `ChatOpenAI`.

    Raises:
        ConfigurationError: There is no such tool, or no such choice.
    """
    if tool_choice is None or isinstance(tool_choice, bool):
        return "required" if tool_choice else None
    names = {name: kind for tool in tools for name, kind in _name_of(tool)}
    if isinstance(tool_choice, str):
        return _choice_by_word(tool_choice, tools, names)
    if not isinstance(tool_choice, Mapping):
        msg = (
            f"Invalid tool_choice: {type(tool_choice).__name__}. Pass a string, a bool "
            "or a dict."
        )
        raise ConfigurationError(msg)
    return _choice_by_dict(tool_choice, names)


def output_schema(schema: ToolLike, *, strict: bool | None = None) -> OutputSchema:
    """Return the JSON schema of a structured answer, with its name.

    Args:
        schema: A pydantic class, a `TypedDict`, a JSON schema with a `title`, or any
            other tool with a schema.
        strict: OpenAI's strict mode: with `True` every property is required, no others
            are allowed, and defaults are removed. `None` does not change the schema.

    Raises:
        ConfigurationError: No schema can be made of it; the error says why.
    """
    if isinstance(schema, Mapping) and schema.get("type") == "function":
        schema = _nested(schema)["function"]
    function = _function(schema, "The output schema", strict=strict)
    return OutputSchema(
        name=re.sub(r"[^a-zA-Z0-9_-]", "_", function["name"])[:_MAX_NAME_LENGTH],
        description=function.get("description") or "",
        parameters=function.get("parameters") or {"type": "object", "properties": {}},
        strict=function.get("strict"),
    )


def response_format_to_wire(
    response_format: ToolLike | None, *, strict: bool | None = None
) -> dict[str, Any] | None:
    """Return the `response_format` as sent.

    Args:
        response_format: A format such as `{"type": "json_object"}`, which is sent
            unchanged; `{"name": …, "schema": …}`, which is wrapped; a schema in any
            form that `output_schema` accepts; or `None`.
        strict: As for `output_schema`. A format of type `json_schema` without `strict`
            gets it as a key; its schema is not changed.

    Raises:
        ConfigurationError: No schema can be made of it; the error says why.
    """
    if response_format is None:
        return None
    if not isinstance(response_format, Mapping):
        return output_schema(response_format, strict=strict).as_response_format()
    if isinstance(response_format.get("name"), str) and "schema" in response_format:
        wire = {"type": "json_schema", "json_schema": dict(response_format)}
    elif _is_wire_type(response_format.get("type")):
        wire = dict(response_format)
    else:
        return output_schema(response_format, strict=strict).as_response_format()
    inner = wire.get("json_schema")
    if strict is not None and isinstance(inner, Mapping) and "strict" not in inner:
        wire["json_schema"] = {**inner, "strict": strict}
    return wire


def output_class_of(response_format: object) -> type | None:
    """Return a `response_format` that is a pydantic class, `None` for anything else."""
    if isinstance(response_format, type) and is_basemodel_subclass(response_format):
        return response_format
    return None


def has_strict_tool(body: Mapping[str, Any]) -> bool:
    """Whether a request asks the server to enforce the schema of a tool."""
    tools = body.get("tools")
    return isinstance(tools, list) and any(
        isinstance(tool, Mapping)
        and isinstance(function := tool.get("function"), Mapping)
        and function.get("strict") is True
        for tool in tools
    )


def _is_wire_type(kind: object) -> bool:
    return isinstance(kind, str) and kind not in _JSON_TYPES


def _tool_to_wire(tool: ToolLike, path: str, *, strict: bool | None) -> WireTool:
    if (custom := custom_tool_to_wire(tool)) is not None:
        return custom
    if isinstance(tool, Mapping):
        if tool.get("type") == "function":
            return _ready_function(tool, path, strict=strict)
        if _is_wire_type(tool.get("type")) and "input_schema" not in tool:
            return dict(tool)
    extras = extras_of(tool)
    own = extras.get("strict")
    function = _function(tool, path, strict=own if isinstance(own, bool) else strict)
    return {"type": "function", "function": function, **sent_extras(extras)}


def _ready_function(
    tool: Mapping[str, Any], path: str, *, strict: bool | None
) -> WireTool:
    """Return a function tool that is already in OpenAI's form, with all its keys."""
    wire = _nested(tool)
    function = wire["function"]
    if not isinstance(function, Mapping) or not function.get("name"):
        msg = f"{path} is a function without a name. Add a `name` to its `function`."
        raise ConfigurationError(msg)
    if strict is None or "strict" in function:
        return wire
    converted = _function(function, path, strict=strict)
    return {**wire, "function": {**function, **converted}}


def _nested(tool: Mapping[str, Any]) -> WireTool:
    """Return a function tool in the nested form of chat completions.

    OpenAI's Responses API has the function's keys next to `type`.
    """
    if "function" in tool:
        return dict(tool)
    return {
        "type": "function",
        "function": {key: value for key, value in tool.items() if key != "type"},
    }


def _function(tool: ToolLike, path: str, *, strict: bool | None) -> dict[str, Any]:
    """Return name, description, parameters and `strict` of a tool or schema."""
    source: Any = dict(tool) if isinstance(tool, Mapping) else tool
    if isinstance(source, dict):
        own = source.get("strict")
        strict = own if isinstance(own, bool) else strict
    try:
        source = _self_referring_schema(source) or source
        # `strict` is a second step, because langchain-core's conversion with `strict`
        # fails for a function without parameters.
        function = convert_to_openai_function(source)
        if strict is not None:
            empty = {"type": "object", "properties": {}}
            function = {"parameters": empty, **function, "strict": strict}
            function = convert_to_openai_function(function, strict=strict)
    except _CONVERSION_ERRORS as exc:
        msg = f"{path}, {_label(tool)}, has no schema that can be sent: {exc}"
        raise ConfigurationError(msg) from exc
    if not isinstance(function.get("name"), str) or not function["name"]:
        msg = f"{path}, {_label(tool)}, has no name. Add a `name` or a `title`."
        raise ConfigurationError(msg)
    if strict:
        # OpenAI refuses `default` in strict mode. Nothing is lost: there every property
        # must be given.
        function["parameters"] = without_keyword(function["parameters"], "default")
    return function


def _label(tool: object) -> str:
    name = getattr(tool, "name", None) or getattr(tool, "__name__", None)
    return repr(name) if isinstance(name, str) else f"a {type(tool).__name__}"


def _self_referring_schema(tool: object) -> dict[str, Any] | None:
    """Return the schema of a tool with recursive definitions, else `None`.

    langchain-core inlines definitions, and leaves an empty schema, which allows
    anything, where that would not end. Such a schema is sent with its `$defs` instead.
    """
    from langchain_core.tools import BaseTool  # noqa: PLC0415  as above

    named: dict[str, Any] = {}
    schema: Any = tool
    if isinstance(tool, BaseTool):
        named = {"title": tool.name}
        schema = tool.tool_call_schema
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        schema = schema.model_json_schema()
    if not isinstance(schema, dict):
        return None
    definitions = schema.get("$defs") or {}
    if not _has_a_cycle(
        {key: set(_references(value)) for key, value in definitions.items()}
    ):
        return None
    if isinstance(root := schema.get("$ref"), str):
        schema = {**definitions[root.rpartition("/")[2]], "$defs": definitions}
    return {**schema, **named}


def _references(schema: object) -> Iterator[str]:
    """Yield the name of every definition that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(target := schema.get("$ref"), str):
            yield target.rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _has_a_cycle(edges: Mapping[str, AbstractSet[str]]) -> bool:
    """Return whether a graph has a cycle, by removing leaves until there are none."""
    while leaves := {key for key, ends in edges.items() if not ends & edges.keys()}:
        edges = {key: ends for key, ends in edges.items() if key not in leaves}
    return bool(edges)


def _name_of(tool: WireTool) -> Iterator[tuple[str, str]]:
    """Yield the name of a tool and the key of the object with it, if it has one."""
    for kind in ("function", "custom"):
        body = tool.get(kind)
        if isinstance(body, Mapping) and body.get("name"):
            yield body["name"], kind


def _choice_by_word(
    word: str, tools: Sequence[WireTool], names: Mapping[str, str]
) -> str | dict[str, Any]:
    if word in names:
        return {"type": names[word], names[word]: {"name": word}}
    if word in {"auto", "none", "required"}:
        return word
    if word == "any":
        return "required"
    if word != "function" and any(tool.get("type") == word for tool in tools):
        return {"type": word}
    raise _no_such_tool(word, names)


def _choice_by_dict(
    choice: Mapping[str, Any], names: Mapping[str, str]
) -> str | dict[str, Any]:
    kind = choice.get("type", "function")
    if kind in {"auto", "none", "any"}:
        return "required" if kind == "any" else str(kind)
    if kind not in {"function", "tool"}:
        return dict(choice)
    given = dict(_name_of(dict(choice)))
    name = next(iter(given), choice.get("name"))
    if not isinstance(name, str) or name not in names:
        raise _no_such_tool(name, names)
    return {"type": names[name], names[name]: {"name": name}}


def _no_such_tool(name: object, names: Mapping[str, str]) -> ConfigurationError:
    known = ", ".join(repr(known) for known in names) or "none"
    msg = (
        f"tool_choice names {name!r}, which is not among the tools ({known}). Other "
        "choices are 'auto', 'none', 'required' and 'any'."
    )
    return ConfigurationError(msg)
