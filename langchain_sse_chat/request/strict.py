"""Decide whether `strict` is sent with a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.utils.pydantic import is_basemodel_subclass

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.tools import output_schema

_KEYWORDS = frozenset(
    {
        "$defs",
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "default",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "multipleOf",
        "pattern",
        "properties",
        "required",
        "title",
        "type",
    }
)
"""Keywords of JSON schema that strict mode supports; `default` is removed from schemas
(https://platform.openai.com/docs/guides/structured-outputs)."""

_FORMATS = frozenset(
    {
        "date",
        "date-time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "time",
        "uuid",
    }
)
"""Formats of strings that strict mode supports."""


def effective_strict(schema: Any, strict: bool | None, dialect: Dialect) -> bool | None:  # noqa: FBT001
    """Return the `strict` to send with a schema; `None` sends none.

    Args:
        schema: The schema, in any form that `output_schema` accepts.
        strict: The caller's choice, which is kept.
        dialect: The server's dialect.

    Raises:
        ConfigurationError: A class cannot be converted to a schema.
    """
    if strict is not None or not dialect.strict_by_default:
        return strict
    if not (isinstance(schema, type) and is_basemodel_subclass(schema)):
        return None
    parameters = output_schema(schema).parameters
    return True if _can_be_strict(parameters) else None


def _can_be_strict(schema: Mapping[str, Any]) -> bool:
    """Whether strict mode supports a schema without changing its meaning.

    In strict mode, every object has exactly the keys that it names.
    """
    if not schema.keys() <= _KEYWORDS:
        return False
    is_object = schema.get("type") == "object"
    if is_object and (not schema.get("properties") or _is_open(schema)):
        return False
    is_known = "type" in schema or schema.keys() & {"$ref", "anyOf", "enum", "const"}
    return (
        bool(is_known)
        and schema.get("format", "date") in _FORMATS
        # Strict mode does not support lookaround.
        and "(?" not in str(schema.get("pattern", ""))
        and all(map(_can_be_strict, _parts(schema)))
    )


def _is_open(schema: Mapping[str, Any]) -> bool:
    return schema.get("additionalProperties", False) is not False


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the direct subschemas of a schema."""
    for keyword in ("properties", "$defs"):
        yield from schema.get(keyword, {}).values()
    yield from schema.get("anyOf", ())
    if "items" in schema:
        yield schema["items"]
