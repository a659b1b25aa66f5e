"""Fields that are passed through: kept as they come, put together at the end.

Putting them together only once keeps the cost of long answers linear.
"""

from __future__ import annotations

from typing import Any


class Fields:
    """The further fields of a message, each with the values that its deltas brought."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}

    def add(self, key: str, value: Any) -> None:
        """Take a field of a delta; one that is null or empty says nothing."""
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
"""Levels on which objects are put together. Below, the last one holds: what is read is
up to 200 levels deep, and the stack would not do for all of them."""


def merge_objects(
    objects: list[dict[str, Any]], levels: int = _DEEPEST
) -> dict[str, Any]:
    """Return one object for the pieces of it that the deltas brought.

    Lists grow, texts go on (but for `id`), objects in it are put together likewise,
    and of anything else the last value that is not null or empty holds.

    Args:
        objects: The pieces.
        levels: How deep the objects in it are put together.
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
    """Return what several values of a field come down to; the last tells the kind."""
    last = values[-1]
    if isinstance(last, list):
        return [item for value in values if isinstance(value, list) for item in value]
    if isinstance(last, dict) and levels:
        pieces = [value for value in values if isinstance(value, dict)]
        return merge_objects(pieces, levels)
    return last


def grows(key: str, value: object) -> bool:
    """Whether a field of a chunk is a list that each chunk adds to.

    Lists of numbers are: the ids of an answer's tokens (`token_ids`, vLLM's
    `return_token_ids`), their probabilities, their times. Those of the prompt
    (`prompt_token_ids`) come once, or the same each time.
    """
    if not isinstance(value, list) or not value or "prompt" in key:
        return False
    return all(type(item) in {int, float} for item in value)


def add_to_chunk_fields(fields: dict[str, Any], key: str, value: Any) -> None:
    """Keep a field of a chunk: a list that grows goes on, else the last value holds.

    Args:
        fields: Where it is kept. Lists that grow are its own.
        key: The field.
        value: What the chunk has there.
    """
    _keep(fields, key, value, extends=grows(key, value))


def add_to_choice_fields(fields: dict[str, Any], key: str, value: Any) -> None:
    """Keep a field that stands beside a delta: lists go on, as log probabilities do.

    Not when they are of the prompt, or say all that came before once more. Of anything
    else the last value holds.

    Args:
        fields: Where it is kept. Lists are its own.
        key: The field.
        value: What the choice has there.
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
    """Return fields whose lists do not grow any more."""
    return {k: list(v) if isinstance(v, list) else v for k, v in fields.items()}


def joined_fields(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Return the fields beside two parts of an answer, put together."""
    fields = copied(earlier)
    for key, value in later.items():
        add_to_chunk_fields(fields, key, value)
    return fields
