"""Apply a dialect to the parts of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.gigachat.functions import (
    fields_as_functions,
    messages_as_functions,
)
from langchain_sse_chat.request.reasoning_switch import with_reasoning
from langchain_sse_chat.request.tool_extras import without_extras

_NAMED_ROLES = frozenset({"system", "developer", "user", "assistant"})
"""Roles whose `name` is the author's; the name of a tool message is its tool's."""

_TOOL_FIELDS = frozenset({"tools", "parallel_tool_calls"})
"""Fields that mean nothing when no tool may be called."""

_FLAT_KEYS = ("schema", "strict")
"""Keys of `json_schema` that are next to `type` in the flat form."""


def fields_in_dialect(given: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """Return the fields of a body, except the messages, in the server's dialect.

    Args:
        given: Fields in OpenAI's form; those that are `None` are not sent.
        dialect: The server's dialect.

    Raises:
        ConfigurationError: The server rejects a field, or does not support its value.
            The error names the field.
    """
    for name in sorted(dialect.refused_fields):
        if given.get(name) is not None:
            msg = (
                f"This server rejects {name!r}. Leave it out. If the server supports "
                "it by now, pass it in `extra_body`, which is not checked."
            )
            raise ConfigurationError(msg)
    fields = dict(given)
    if "tools" in fields or "tool_choice" in fields:
        fields = _with_tools(fields, dialect)
    if "response_format" in fields:
        fields = _with_response_format(fields, dialect)
    if "reasoning" in fields or "reasoning_effort" in fields:
        fields = with_reasoning(fields, dialect)
    if "seed" in fields:
        fields[dialect.seed_field] = fields.pop("seed")
    if "temperature" in fields:
        fields = _warm_enough(fields, dialect.least_temperature)
    if dialect.tool_form == "functions":
        fields = fields_as_functions(fields)
    for name in dialect.ignored_fields:
        fields.pop(name, None)
    return fields


def messages_in_dialect(
    messages: Iterable[Mapping[str, Any]], dialect: Dialect
) -> list[Mapping[str, Any]]:
    """Return the messages in the server's dialect; the arguments are not changed."""
    if dialect.tool_form == "functions":
        return [*messages_as_functions(list(messages))]
    if dialect.supports_names:
        return list(messages)
    return [
        {key: value for key, value in message.items() if key != "name"}
        if message.get("role") in _NAMED_ROLES
        else message
        for message in messages
    ]


def _warm_enough(fields: dict[str, Any], least: float) -> dict[str, Any]:
    """Return the fields with a temperature that the server accepts, if one is set."""
    given = fields.get("temperature")
    # A value that is not a number is sent unchanged: the server reports the error.
    cold = isinstance(given, int | float) and given < least
    return {**fields, "temperature": least} if cold else fields


def _with_tools(fields: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    if "tools" in fields and not dialect.supports_call_extras:
        fields = {**fields, "tools": without_extras(fields["tools"])}
    return _with_tool_choice(fields, dialect) if "tool_choice" in fields else fields


def _with_tool_choice(fields: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    choice = fields.pop("tool_choice", None)
    known = dialect.tool_choices
    tools = fields.get("tools") or []
    if choice is None or (choice == "auto" and "auto" not in known):
        return fields
    if choice == "none" and "none" not in known:
        # Without tools none can be called, which is what `none` requests.
        return {k: v for k, v in fields.items() if k not in _TOOL_FIELDS}
    return {**fields, "tool_choice": _known_choice(choice, tools, dialect)}


def _known_choice(choice: Any, tools: Sequence[Any], dialect: Dialect) -> Any:
    """Return the choice in a form that the server supports.

    Raises:
        ConfigurationError: There is no such form.
    """
    known = dialect.tool_choices
    if choice in ("auto", "none"):
        return choice
    required = next((word for word in ("required", "any") if word in known), None)
    is_required = choice == "required"
    if is_required and required:
        return required
    if not is_required and ("named" in known or not _is_function(choice)):
        return choice
    # With one tool, `required` and choosing that tool by its name mean the same.
    if len(tools) == 1 and is_required and "named" in known and _is_function(tools[0]):
        return {"type": "function", "function": {"name": tools[0]["function"]["name"]}}
    if len(tools) == 1 and not is_required and required:
        return required
    wanted = "some tool" if is_required else "a given tool"
    method = (
        "method='json_mode' with the schema in the prompt"
        if dialect.json_schema == "none"
        else "method='json_schema', or `ProviderStrategy` in an agent"
    )
    msg = (
        f"This server cannot be told to call {wanted}; it supports a tool_choice of "
        f"{', '.join(repr(word) for word in sorted(known))}. Leave tool_choice out and "
        f"ask for the tool in the prompt. For structured output use {method}."
    )
    raise ConfigurationError(msg)


def _is_function(value: Any) -> bool:
    """Whether a tool, or a tool choice, is a function and not a server-side tool."""
    return isinstance(value, Mapping) and value.get("type") == "function"


def _with_response_format(fields: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    wanted = fields.get("response_format")
    if not isinstance(wanted, Mapping) or wanted.get("type") != "json_schema":
        return fields
    if dialect.json_schema == "nested":
        return fields
    if dialect.json_schema == "none":
        methods = "method='json_mode' and the schema in the prompt"
        if dialect.tool_choices & {"required", "any", "named"}:
            methods = f"method='function_calling', or with {methods}"
        msg = (
            "This server or model takes no JSON schema in `response_format`, only "
            f"{{'type': 'json_object'}}. Use `with_structured_output` with {methods}."
        )
        raise ConfigurationError(msg)
    return {**fields, "response_format": _in_form(wanted, dialect.json_schema)}


def _in_form(wanted: Mapping[str, Any], form: str) -> dict[str, Any]:
    """Return a response format with a JSON schema in another form than OpenAI's."""
    inner = wanted.get("json_schema") or {}
    rest = {key: value for key, value in wanted.items() if key != "json_schema"}
    if form == "flat":
        return {**rest, **{key: inner[key] for key in _FLAT_KEYS if key in inner}}
    # The caller's own format may have the server's form already.
    schema = inner.get("schema", inner) or wanted.get("schema") or {}
    if form == "bare":
        return {"type": "json_schema", "json_schema": schema}
    return {"type": "json_object", "schema": schema}
