"""Build the request and the parser for output in the shape of a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from langchain_core.language_models import LanguageModelInput
from langchain_core.runnables import Runnable
from langchain_core.utils.pydantic import is_basemodel_subclass

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.strict import effective_strict
from langchain_sse_chat.request.tools import ToolLike, output_schema
from langchain_sse_chat.structured_output.parser import StructuredOutputParser

Method = Literal["json_schema", "function_calling", "json_mode", "format_instructions"]

METHODS: tuple[Method, ...] = get_args(Method)


def default_method(schema: ToolLike | None, dialect: Dialect) -> Method:
    """Return the best method that a server supports.

    That is a JSON schema, otherwise a tool that must be called, otherwise JSON of any
    shape, which the prompt must then describe.
    """
    if schema is None:
        return "json_mode"
    if dialect.json_schema != "none":
        return "json_schema"
    forcing = {"named", "required", "any"} & dialect.tool_choices
    return "function_calling" if forcing else "json_mode"


def structured_request(
    schema: ToolLike | None, method: Method, *, strict: bool | None, dialect: Dialect
) -> dict[str, Any]:
    """Return the call keywords that request output in the shape of a schema.

    Args:
        schema: The schema; only `json_mode` works without one.
        method: `json_schema` uses `response_format`, `function_calling` a tool that
            must be called, `json_mode` requests JSON of any shape, and
            `format_instructions` requests nothing: the prompt has the schema.
        strict: Whether the server must enforce the schema; `None` for the dialect's
            default.
        dialect: The server's dialect.

    Raises:
        ConfigurationError: The method is unknown, needs a schema, or does not support
            `strict`.
    """
    if method not in METHODS:
        msg = f"Unknown method {method!r}. Use one of {', '.join(METHODS)}."
        raise ConfigurationError(msg)
    traced: dict[str, Any] = {
        "kwargs": {"method": method, "strict": strict},
        "schema": schema,
    }
    if method in ("json_mode", "format_instructions"):
        if strict is not None:
            msg = "`strict` needs a schema. Use the method `json_schema` for it."
            raise ConfigurationError(msg)
        traced["kwargs"] = {"method": method}
        wire = {"response_format": {"type": "json_object"}}
        return {
            **(wire if method == "json_mode" else {}),
            "ls_structured_output_format": traced,
        }
    if schema is None:
        msg = f"The method {method!r} needs a schema. `json_mode` works without one."
        raise ConfigurationError(msg)
    if method == "json_schema":
        strict = effective_strict(schema, strict, dialect)
        traced["kwargs"]["strict"] = strict
    wanted = output_schema(schema, strict=strict)
    if method == "json_schema":
        return {
            "response_format": wanted.as_response_format(),
            "ls_structured_output_format": traced,
        }
    return {
        "tools": [wanted.as_tool()],
        "tool_choice": {"type": "function", "function": {"name": wanted.name}},
        "ls_structured_output_format": traced,
    }


def prompt_runnable(
    schema: ToolLike | None, method: Method
) -> Runnable[LanguageModelInput, LanguageModelInput] | None:
    """Return the runnable before the model, `None` if the method needs none.

    Raises:
        ConfigurationError: The method needs a schema.
    """
    if method != "format_instructions":
        return None
    # Imported here, because few use it.
    from langchain_sse_chat.structured_output import instructions  # noqa: PLC0415

    return instructions.with_instructions(instructions.instructions_for(schema))


def output_parser(
    schema: ToolLike | None, method: Method, *, include_raw: bool
) -> StructuredOutputParser:
    """Return the parser of the answer.

    Args:
        schema: The schema; without one, any JSON value is accepted.
        method: The method of the request.
        include_raw: Whether to return a dict of `raw`, `parsed` and `parsing_error`
            instead of raising errors for an answer that cannot be parsed.
    """
    is_class = isinstance(schema, type) and is_basemodel_subclass(schema)
    tool = None
    if schema is not None and method == "function_calling":
        tool = output_schema(schema).name
    return StructuredOutputParser(
        output_class=schema if is_class else None,
        # A class validates the type itself.
        json_type=object if is_class or schema is None else _json_type(schema),
        tool=tool,
        include_raw=include_raw,
    )


def _json_type(schema: ToolLike) -> type:
    is_array = isinstance(schema, Mapping) and schema.get("type") == "array"
    return list if is_array else dict
