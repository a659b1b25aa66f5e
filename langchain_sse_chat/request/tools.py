"""Tools, the choice among them and output schemas, as a request carries them.

langchain-core knows how to make a JSON schema of everything that Python calls a tool;
this file adds what it leaves open: tools that a server runs itself, schemas that refer
to themselves, OpenAI's rules for `strict`
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas), and
errors that name the tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from langchain_core.utils.function_calling import convert_to_openai_function
from pydantic import BaseModel

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.custom_tools import custom_tool_to_wire
from langchain_sse_chat.request.schema_properties import with_properties
from langchain_sse_chat.request.schema_walk import without_keyword

if TYPE_CHECKING:
    # Not imported before a tool is there: it takes a tenth of this package's time.
    from langchain_core.tools import BaseTool

WireTool = dict[str, Any]
"""A tool as sent: `{"type": "function", "function": …}` or a kind of the server's."""

ToolLike: TypeAlias = "Mapping[str, Any] | type | Callable[..., Any] | BaseTool"
"""What LangChain takes for a tool or a schema: a tool, a function, a pydantic class, a
`TypedDict`, or a dict in the form of OpenAI, Anthropic, Bedrock or JSON schema."""

_JSON_TYPES = frozenset(
    {"object", "array", "string", "number", "integer", "boolean", "null"}
)
"""Values of `type` that make a dict a JSON schema and not a thing of the wire."""

_CONVERSION_ERRORS = (
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What langchain-core and pydantic raise for what they cannot make a schema of: a type
without a JSON form, an annotation that does not exist, a dict without a name."""

_MAX_NAME_LENGTH = 64
"""OpenAI's limit for the name of a function or a schema."""


class OutputSchema(NamedTuple):
    """What an answer shall look like."""

    name: str
    """The schema's name in the characters that the wire allows."""
    description: str
    """What the schema is for; empty when it does not say."""
    parameters: dict[str, Any]
    """The JSON schema itself, without its name and description."""
    strict: bool | None
    """Whether the server is to hold the answer to the schema; `None` leaves it open."""

    def as_response_format(self) -> dict[str, Any]:
        """Return the `response_format` that asks for this schema."""
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
    """Return the tools as the request carries them, in their order.

    A dict with a `type` that is neither `function` nor a JSON type is a tool that the
    server runs itself, such as `{"type": "web_search"}`, and stays as it is.

    Args:
        tools: Tools in every form that LangChain takes.
        strict: Whether the server is to hold the arguments to the schema; `None` leaves
            it open. A dict with a `strict` of its own keeps that.

    Raises:
        ConfigurationError: Something is no tool; the error names it and says why.
    """
    return [
        with_properties(_tool_to_wire(tool, f"tools[{position}]", strict=strict))
        for position, tool in enumerate(tools)
    ]


def tool_choice_to_wire(
    tool_choice: Any, tools: Sequence[WireTool]
) -> str | dict[str, Any] | None:
    """Return the choice among the tools as the request carries it.

    Args:
        tool_choice: `None` or `False`: nothing is sent and the server decides, which is
            `"auto"` almost everywhere. `"auto"`, `"none"` and `"required"` as the wire
            has them. `"any"` or `True`: some tool must be called. The name of a tool:
            that one must be called. A dict in the form of OpenAI
            (`{"type": "function", …}`) or Anthropic (`{"type": "tool", "name": …}`), or
            with a `name` alone; a dict of another type stays as it is. The type of a
            tool that the server runs itself chooses that tool.
        tools: The tools as `tools_to_wire` gives them. A tool that is called `auto` can
            be chosen by its name, as in `ChatOpenAI`.

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
            f"tool_choice is a {type(tool_choice).__name__}. Pass a string, a bool or "
            "a dict."
        )
        raise ConfigurationError(msg)
    return _choice_by_dict(tool_choice, names)


def output_schema(schema: ToolLike, *, strict: bool | None = None) -> OutputSchema:
    """Return the JSON schema of what an answer shall look like, with its name.

    Args:
        schema: A pydantic class, a `TypedDict`, a JSON schema with a `title`, or
            anything else that can be a tool with a schema.
        strict: As OpenAI means it: with `True` every property is required, no others
            are allowed, and defaults are gone. `None` leaves the schema as it is.

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
    """Return the `response_format` as the request carries it.

    Args:
        response_format: A wire form, such as `{"type": "json_object"}`, which stays as
            it is; `{"name": …, "schema": …}`, which is wrapped; or a schema in one of
            the forms that `output_schema` takes. `None` for none.
        strict: As for `output_schema`. A wire form of type `json_schema` without
            `strict` gets it as a key; its schema is not changed.

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
    return {"type": "function", "function": _function(tool, path, strict=strict)}


def _ready_function(
    tool: Mapping[str, Any], path: str, *, strict: bool | None
) -> WireTool:
    """Return a function tool that is in OpenAI's form already, with all its keys."""
    wire = _nested(tool)
    function = wire["function"]
    if not isinstance(function, Mapping) or not function.get("name"):
        msg = f"{path} is a function without a name. Give its `function` a `name`."
        raise ConfigurationError(msg)
    if strict is None or "strict" in function:
        return wire
    converted = _function(function, path, strict=strict)
    return {**wire, "function": {**function, **converted}}


def _nested(tool: Mapping[str, Any]) -> WireTool:
    """Return a function tool in the nested form of chat completions.

    OpenAI's other API, Responses, has the function's keys beside `type`.
    """
    if "function" in tool:
        return dict(tool)
    return {
        "type": "function",
        "function": {key: value for key, value in tool.items() if key != "type"},
    }


def _function(tool: ToolLike, path: str, *, strict: bool | None) -> dict[str, Any]:
    """Return name, description, parameters and `strict` of something with a schema."""
    source: Any = dict(tool) if isinstance(tool, Mapping) else tool
    if isinstance(source, dict):
        own = source.get("strict")
        strict = own if isinstance(own, bool) else strict
    try:
        source = _self_referring_schema(source) or source
        # Conversion and `strict` are two steps because langchain-core's second fails on
        # a function without parameters, which is one that takes none.
        function = convert_to_openai_function(source)
        if strict is not None:
            empty = {"type": "object", "properties": {}}
            function = {"parameters": empty, **function, "strict": strict}
            function = convert_to_openai_function(function, strict=strict)
    except _CONVERSION_ERRORS as exc:
        msg = f"{path}, {_label(tool)}, has no schema that can be sent: {exc}"
        raise ConfigurationError(msg) from exc
    if not isinstance(function.get("name"), str) or not function["name"]:
        msg = f"{path}, {_label(tool)}, has no name. Give it a `name` or a `title`."
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
    """Return the schema of a tool whose definitions refer to themselves, else `None`.

    langchain-core writes every definition out where it is used, and where that has no
    end it leaves an empty schema, which allows anything. Such a schema goes out with
    its `$defs` instead.
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
    """Say whether a graph has a cycle: whether taking away leaves leaves something."""
    while leaves := {key for key, ends in edges.items() if not ends & edges.keys()}:
        edges = {key: ends for key, ends in edges.items() if key not in leaves}
    return bool(edges)


def _name_of(tool: WireTool) -> Iterator[tuple[str, str]]:
    """Yield the name of a tool and the kind that it has it as, if it has one."""
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
        f"tool_choice asks for {name!r}, which is not among the tools. Tools: {known}. "
        "Besides a tool's name it can be 'auto', 'none', 'required' or 'any'."
    )
    return ConfigurationError(msg)
