"""JSON schemas without what a server refuses, at every depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_NAMED_SCHEMAS = frozenset({"properties", "$defs", "definitions"})
"""Keywords of a schema whose keys are names and not keywords."""

_VALUES = frozenset({"enum", "const", "examples", "default"})
"""Keywords of a schema that hold values, not schemas."""


def without_keyword(
    schema: Any,
    keyword: str,
    change: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None,
) -> Any:
    """Return a schema without a keyword, at every depth.

    Args:
        schema: The schema, or a value instead of one.
        keyword: The keyword to remove.
        change: Returns the replacement of each schema; runs first.
    """
    if isinstance(schema, list):
        return [without_keyword(part, keyword, change) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    kept: dict[str, Any] = {}
    for key, value in (change(schema) if change else schema).items():
        if key == keyword:
            continue
        if key in _NAMED_SCHEMAS and isinstance(value, Mapping):
            kept[key] = {
                name: without_keyword(part, keyword, change)
                for name, part in value.items()
            }
        else:
            is_value = key in _VALUES
            kept[key] = value if is_value else without_keyword(value, keyword, change)
    return kept
