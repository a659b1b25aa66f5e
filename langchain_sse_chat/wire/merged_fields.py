"""Merge fields that are passed through: collect them, and merge at the end.

Merging only once keeps the cost of long answers linear.
"""

from __future__ import annotations

from typing import Any


class Fields:
    """Other fields of a message, each with its values from all deltas."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}

    def add(self, key: str, value: Any) -> None:
        """Add a field of a delta, unless it is null or empty."""
        if not value and value != 0:
            return
        if isinstance(value, (list, dict)):
            self._values.setdefault(key, []).append(value)
        else:
            self._values[key] = [value]

    def names(self) -> frozenset[str]:
        """Return the names of the fields so far."""
        return frozenset(self._values)

    def merged(self) -> dict[str, Any]:
        """Return the fields of the message so far: a new dict on every call."""
        return {key: _merged(values) for key, values in self._values.items()}


_DEEPEST = 40
"""Levels on which objects are merged. Below, the last value wins: values may be up to
200 levels deep, which would exhaust the stack."""


def merge_objects(
    objects: list[dict[str, Any]], levels: int = _DEEPEST
) -> dict[str, Any]:
    """Return the object whose pieces were sent in several deltas.

    Lists and texts are concatenated (except `id`), objects in it are merged the same
    way, and for anything else the last value that is not null or empty wins.

    Args:
        objects: The pieces.
        levels: The depth to which objects in it are merged.
    """
    if len(objects) == 1:
        return dict(objects[0])
    gathered: dict[str, list[Any]] = {}
    for item in objects:
        for name, value in item.items():
            gathered.setdefault(name, []).append(value)
    return {name: _member(name, values, levels) for name, values in gathered.items()}


def _member(name: str, values: list[Any], levels: int) -> Any:
    values = [v for v in values if v is not None and v != ""] or values[-1:]
    if name != "id" and all(isinstance(v, str) for v in values):
        return "".join(values)
    return _merged(values, levels - 1)


def _merged(values: list[Any], levels: int = _DEEPEST) -> Any:
    """Merge several values of a field, by the type of the last one."""
    last = values[-1]
    if isinstance(last, list):
        return [item for value in values if isinstance(value, list) for item in value]
    if isinstance(last, dict) and levels:
        pieces = [value for value in values if isinstance(value, dict)]
        return merge_objects(pieces, levels)
    return last


def grows(key: str, value: object) -> bool:
    """Whether a field of a chunk is a list that each chunk extends.

    Lists of numbers are: the IDs of an answer's tokens (`token_ids`, vLLM's
    `return_token_ids`), their probabilities, their times. Lists for the prompt
    (`prompt_token_ids`) are sent once, or repeated unchanged.
    """
    if not isinstance(value, list) or not value or "prompt" in key:
        return False
    return all(type(item) in {int, float} for item in value)


def add_to_chunk_fields(fields: dict[str, Any], key: str, value: Any) -> None:
    """Keep a field of a chunk: extend a growing list, or keep the last value.

    Args:
        fields: The kept fields, which own their growing lists.
        key: The field.
        value: Its value in the chunk.
    """
    _keep(fields, key, value, extends=grows(key, value))


def add_to_choice_fields(fields: dict[str, Any], key: str, value: Any) -> None:
    """Keep a field next to a delta: extend lists, such as log probabilities.

    Lists for the prompt, and lists that repeat everything so far, are replaced instead.
    For anything else the last value wins.

    Args:
        fields: The kept fields, which own their lists.
        key: The field.
        value: Its value in the choice.
    """
    extends = grows(key, value)
    if not extends and isinstance(value, list) and "prompt" not in key:
        before = fields.get(key)
        extends = not (isinstance(before, list) and value[: len(before)] == before)
    _keep(fields, key, value, extends=extends)


def _keep(fields: dict[str, Any], key: str, value: Any, *, extends: bool) -> None:
    before = fields.get(key)
    if not extends:
        fields[key] = value
    elif isinstance(before, list):
        before += value
    else:
        fields[key] = list(value)


def copied(fields: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of fields whose lists no longer grow."""
    return {k: list(v) if isinstance(v, list) else v for k, v in fields.items()}


def joined_fields(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Merge the fields of two parts of an answer."""
    fields = copied(earlier)
    for key, value in later.items():
        add_to_chunk_fields(fields, key, value)
    return fields
