"""Read a text that is one complete JSON value, without repairing it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from langchain_sse_chat.wire.jsontext import NO_JSON

_FENCE = re.compile(r"```(?:json)?", re.IGNORECASE)
"""The start of a Markdown code block, into which models put JSON."""


def whole_json(text: str) -> Any:
    """Return the JSON value that is all of a text, or all of its one code block.

    Blanks of any kind and a byte order mark may stand around it. `NO_JSON` for anything
    else.
    """
    text = text.strip().removeprefix("\ufeff")
    value = _strict_json(text)
    fence = _FENCE.search(text)
    if value is NO_JSON and fence is not None:
        inner = text[fence.end() :]
        value = _strict_json(inner)
        if value is NO_JSON:
            # If there is a second block, this is not JSON either.
            value = _strict_json(inner.rpartition("```")[0])
    return value


def _strict_json(text: str) -> Any:
    """Return the JSON value of a text; raw line breaks in strings are accepted."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return NO_JSON


def _not_a_number(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


_DECODER = json.JSONDecoder(
    strict=False, parse_constant=_not_a_number, parse_float=_finite
)
