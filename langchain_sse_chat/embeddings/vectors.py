"""Read a vector in either of its forms: a list of numbers, or base64."""

from __future__ import annotations

import binascii
import math
import sys
from array import array
from base64 import b64decode

_SIZE = 4
"""Bytes of a number in base64: a little-endian float of 32 bits."""


def read_vector(value: object) -> list[float]:
    """Return a vector as a list of floats.

    Args:
        value: The `embedding` of an item, as sent. What it is decides how it is read,
            not what was requested: servers ignore `encoding_format`.

    Raises:
        ValueError: It is not a vector of finite numbers. The message completes the
            sentence "The vector … ".
    """
    if isinstance(value, str):
        vector = _from_base64(value)
    elif isinstance(value, list):
        vector = _from_list(value)
    else:
        msg = f"is {type(value).__name__} instead of a list of numbers or base64"
        raise ValueError(msg)  # noqa: TRY004  # one error for all faults of an answer
    if not vector:
        msg = "is empty"
        raise ValueError(msg)
    # A sum is finite only if all numbers are, and much cheaper than to check each.
    if not math.isfinite(sum(vector)) and not all(map(math.isfinite, vector)):
        msg = "has a number that is not finite (NaN or infinity)"
        raise ValueError(msg)
    return vector


def _from_list(value: list[object]) -> list[float]:
    types = set(map(type, value))
    if types <= {float}:
        return value  # type: ignore[return-value]  # checked
    if not types <= {float, int}:
        others = sorted(each.__name__ for each in types - {float, int})
        msg = f"has items of the type {', '.join(others)} instead of numbers"
        raise ValueError(msg)
    try:
        return [float(number) for number in value]  # type: ignore[arg-type]  # numbers
    except OverflowError:
        msg = "has a number that is too large"
        raise ValueError(msg) from None


def _from_base64(text: str) -> list[float]:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        msg = "is a string that is not base64"
        raise ValueError(msg) from None
    if len(data) % _SIZE:
        msg = f"has {len(data)} bytes in base64, which is not a multiple of {_SIZE}"
        raise ValueError(msg)
    numbers = array("f")
    numbers.frombytes(data)
    if sys.byteorder == "big":  # pragma: no cover - not on the machines of the tests
        numbers.byteswap()
    return numbers.tolist()
