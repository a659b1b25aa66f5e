"""Keep the fields of tool calls that only some servers send."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

_CALL_KEYS = frozenset({"index", "id", "type", "function", "custom"})

ARGUMENTS = {"function": "arguments", "custom": "input"}
"""Keys of the arguments, by the kind of a call."""

_WITHOUT_ARGUMENTS = frozenset(
    {
        "cache_control",
        "description",
        # https://ai.google.dev/gemini-api/docs/thought-signatures
        "extra_content",
        "id",
        "index",
        # LiteLLM
        "provider_specific_fields",
        "signature",
        "strict",
        "thought_signature",
        "type",
    }
)
"""Other fields of calls that hold no arguments."""

_LIKE_ARGUMENTS = frozenset(
    {"args", "arguments", "input", "parameters", "params", "partial_args"}
)
"""Keys of arguments in other protocols, for the level of a call that has its own
fields on every server."""


def read_extras(
    entry: dict[str, Any], body: dict[str, Any], key: str, *, flat: bool = False
) -> dict[str, Any]:
    """Return the fields of an entry that only some servers send.

    Args:
        entry: The entry.
        body: The object in it with the name and the arguments.
        key: The key of that object, which is the kind of the call. Its other fields
            are returned under it.
        flat: Whether the entry itself has the name and the arguments.
    """
    in_body = {"name", ARGUMENTS[key]}
    known = _CALL_KEYS | in_body if flat else _CALL_KEYS
    if entry.keys() <= known and body.keys() <= in_body:
        return {}
    extras = _further(entry, known)
    if inner := _further(body, in_body):
        extras[key] = inner
    return extras


def may_hold_arguments(extras: dict[str, Any], key: str) -> bool:
    """Whether arguments may have been sent under an unknown key.

    Args:
        extras: The fields of a call without arguments, as `read_extras` returns them.
        key: The key of the object with the name.
    """
    body = extras.get(key)
    inner = body if isinstance(body, dict) else {}
    own = [value for name, value in extras.items() if name in _LIKE_ARGUMENTS]
    own += [value for name, value in inner.items() if name not in _WITHOUT_ARGUMENTS]
    return any(isinstance(value, (str, dict, list)) for value in own)


def _further(fields: dict[str, Any], known: Container[str]) -> dict[str, Any]:
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
