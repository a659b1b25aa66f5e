"""Read JSON text that others wrote, and write what others read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
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


def dumps(
    value: object,
    *,
    separators: tuple[str, str] | None = None,
    indent: int | None = None,
    default: Callable[[Any], Any] | None = None,
) -> str:
    """Return a value as JSON text, with characters as they are.

    Numbers that JSON does not have (`NaN`, `Infinity`) become null: Python's own
    spelling of them is an error for every other reader.

    Args:
        value: What is written.
        separators: Between items, and between key and value; with spaces if not given.
        indent: Spaces for each level; `None` for one line.
        default: Returns a value of JSON for an object that is not one.

    Raises:
        TypeError: An object is not JSON.
        ValueError: A structure contains itself.
    """
    try:
        return json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=False,
            separators=separators,
            indent=indent,
            default=default,
        )
    except ValueError:
        text = json.dumps(value, ensure_ascii=False, default=default)
    value = json.loads(text, parse_constant=lambda _: None)
    return json.dumps(value, ensure_ascii=False, separators=separators, indent=indent)


def strict_loads(text: str, *, control_characters: bool = False) -> Any:
    """Return the value of a JSON text that can be sent on as JSON.

    Args:
        text: The JSON text.
        control_characters: Whether raw line breaks and tabs in strings are accepted.

    Raises:
        ValueError: The text is not JSON, is nested too deeply, or has `NaN`, `Infinity`
            or a number too large for a float (`1e400`).
    """
    try:
        value = (_STRICT_BUT_RAW if control_characters else _STRICT).decode(text)
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
_STRICT_BUT_RAW = json.JSONDecoder(
    parse_float=_finite, parse_constant=_refuse, strict=False
)
