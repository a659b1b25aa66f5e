"""What a tool call has beyond the fields that every server sends."""

from __future__ import annotations

from typing import Any

_CALL_KEYS = frozenset({"index", "id", "type", "function", "custom"})
_BODY_KEYS = frozenset({"name", "arguments", "input"})


def read_extras(
    entry: dict[str, Any], body: dict[str, Any], key: str, *, flat: bool = False
) -> dict[str, Any]:
    """Return what an entry of a call has beyond the fields that every server sends.

    Args:
        entry: The entry.
        body: The object in it with the name and the arguments.
        key: Where that object stands: the key of its further fields.
        flat: Whether the entry has the name and the arguments itself.
    """
    known = _CALL_KEYS | _BODY_KEYS if flat else _CALL_KEYS
    if entry.keys() <= known and body.keys() <= _BODY_KEYS:
        return {}
    extras = _further(entry, known)
    if inner := _further(body, _BODY_KEYS):
        extras[key] = inner
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
