"""Parse JSON text from servers; no other module does."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pydantic_core import from_json

_DEEPEST = 200
"""Accepted levels of nesting, about the limit of `from_json` itself, so that recursive
functions over a parsed value do not exhaust the stack."""


_FRAMES = re.compile(r"^(?:data:\s*)+")
"""The start of data that was framed twice, by a server and its framework
(https://github.com/paiml/aprender/pull/2015)."""

NO_JSON = object()
"""Returned instead of a value. An exception would hold the complete text and travel
with the error that is raised later."""


def unframed(data: str) -> str:
    """Return an event's data without the field names at its start."""
    return _FRAMES.sub("", data)


def read_data(data: str) -> Any:
    """Return the JSON value of an event's data, `NO_JSON` if it has none."""
    try:
        return loads(data)
    except ValueError:
        inner = unframed(data)
    return NO_JSON if inner == data else read_data(inner)


def begins_with_an_object(data: str) -> bool:
    """Whether there are several lines and the first is a JSON object."""
    first, more, rest = data.partition("\n")
    if not (more and rest and first.startswith("{")):
        return False
    return isinstance(read_data(first), dict)


def loads(text: str) -> Any:
    """Return the value of a JSON text.

    `NaN` and `Infinity` are accepted: servers written in Python send them in logprobs.

    Raises:
        ValueError: The text is not JSON, or is nested too deeply.
    """
    try:
        return from_json(text)
    except ValueError:
        # Only the standard library reads a lone surrogate escape such as "\ud83d",
        # sent by servers that split an emoji between two tokens.
        try:
            value = json.loads(text)
        except RecursionError as error:
            raise _too_deep() from error
    if _is_deeper(value, _DEEPEST):
        raise _too_deep()
    return value


def _is_deeper(value: object, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(v, levels - 1) for v in inner)


def _too_deep() -> ValueError:
    return ValueError("JSON nested too deep")


def strict_loads(text: str) -> Any:
    """Return the value of a JSON text that can be sent on as JSON.

    Raises:
        ValueError: The text is not JSON, is nested too deeply, or has `NaN`, `Infinity`
            or a number too large for a float (`1e400`).
    """
    try:
        value = _STRICT.decode(text)
    except RecursionError as error:
        raise _too_deep() from error
    if text.count("{") + text.count("[") > _DEEPEST and _is_deeper(value, _DEEPEST):
        raise _too_deep()
    return value


def parse_arguments(text: str) -> dict[str, Any] | None:
    """Return the arguments object of a tool call, `None` if it is not complete.

    Strict on purpose: a truncated object, repaired, would be a different call. An
    object nested too deeply could not be traced or stored, and one with `NaN`,
    `Infinity` or a number too large for a float cannot be sent back as JSON.
    """
    try:
        value = strict_loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        msg = f"{number} is too large for a float"
        raise ValueError(msg)
    return value


def _refuse(constant: str) -> float:
    msg = f"{constant} is not JSON"
    raise ValueError(msg)


_STRICT = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)
