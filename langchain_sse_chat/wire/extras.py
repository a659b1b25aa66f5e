"""What a tool call has beyond the fields that every server sends."""

from __future__ import annotations

from typing import Any

_CALL_KEYS = frozenset({"index", "id", "type", "function"})
_FUNCTION_KEYS = frozenset({"name", "arguments"})


def read_extras(delta: dict[str, Any], function: dict[str, Any]) -> dict[str, Any]:
    """Return what a delta of a call has beyond the fields that every server sends."""
    if delta.keys() <= _CALL_KEYS and function.keys() <= _FUNCTION_KEYS:
        return {}
    extras = _further(delta, _CALL_KEYS)
    if inner := _further(function, _FUNCTION_KEYS):
        extras["function"] = inner
    return extras


def _further(fields: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the fields that are not known; one that is null or empty says nothing."""
    return {
        key: value
        for key, value in fields.items()
        if key not in known and (value or value == 0)
    }


def merge_extras(extras: dict[str, Any], further: dict[str, Any]) -> None:
    """Add what a later delta brings: signatures come whole, so the last one holds."""
    for key, value in further.items():
        old = extras.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            extras[key] = {**old, **value}
        else:
            extras[key] = value
