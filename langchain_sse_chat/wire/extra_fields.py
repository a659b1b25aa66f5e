"""Keep the fields of tool calls that only some servers send."""

from __future__ import annotations

from typing import Any

_CALL_KEYS = frozenset({"index", "id", "type", "function", "custom"})
_BODY_KEYS = frozenset({"name", "arguments", "input"})


def read_extras(
    entry: dict[str, Any], body: dict[str, Any], key: str, *, flat: bool = False
) -> dict[str, Any]:
    """Return the fields of an entry that only some servers send.

    Args:
        entry: The entry.
        body: The object in it with the name and the arguments.
        key: The key of that object, under which its other fields are returned.
        flat: Whether the entry itself has the name and the arguments.
    """
    known = _CALL_KEYS | _BODY_KEYS if flat else _CALL_KEYS
    if entry.keys() <= known and body.keys() <= _BODY_KEYS:
        return {}
    extras = _further(entry, known)
    if inner := _further(body, _BODY_KEYS):
        extras[key] = inner
    return extras


def _further(fields: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return the unknown fields that are neither null nor empty."""
    return {
        key: value
        for key, value in fields.items()
        if key not in known and (value or value == 0)
    }


def merge_extras(extras: dict[str, Any], further: dict[str, Any]) -> None:
    """Add the fields of a later delta.

    Signatures are not split over deltas, so the last value replaces earlier ones.
    """
    for key, value in further.items():
        old = extras.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            extras[key] = {**old, **value}
        else:
            extras[key] = value
