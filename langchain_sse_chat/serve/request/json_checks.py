"""Check JSON values of a request; the error names the field at fault."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.serve.failure.failure import RequestRefused, refused

_TYPES = {
    bool: "a boolean",
    dict: "an object",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "a string",
}


def wrong_type(value: object, param: str, expected: str) -> RequestRefused:
    """Return the error for a value of another type than expected."""
    given = _TYPES.get(type(value), "null")
    return refused(f"`{param}` must be {expected}, not {given}.", param, "invalid_type")


def wrong_value(param: str, message: str) -> RequestRefused:
    """Return the error for a value of the right type that is not accepted."""
    return refused(f"`{param}` {message}", param, "invalid_value")


def missing(param: str, message: str) -> RequestRefused:
    """Return the error for a field that must be there."""
    return refused(message, param, "missing_required_parameter")


def flag(value: Any, param: str) -> bool:
    """Return a boolean."""
    if not isinstance(value, bool):
        raise wrong_type(value, param, "a boolean")
    return value


def number(value: Any, param: str, low: float, high: float) -> float:
    """Return a number in a range, both ends included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong_type(value, param, "a number")
    if not low <= value <= high:
        raise wrong_value(param, f"must be between {low:g} and {high:g}.")
    return value


def whole(value: Any, param: str, low: int, high: int) -> int:
    """Return a whole number in a range, both ends included."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(value, param, "a whole number")
    if not low <= value <= high:
        raise wrong_value(param, f"must be between {low} and {high}.")
    return value


def text(value: Any, param: str, longest: int | None = None) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise wrong_type(value, param, "a string")
    if longest is not None and len(value) > longest:
        raise wrong_value(param, f"must have at most {longest} characters.")
    return value


def name(value: Any, param: str, longest: int) -> str:
    """Return a string that is not empty."""
    if not text(value, param, longest):
        raise wrong_value(param, "must not be empty.")
    return str(value)


def mapping(value: Any, param: str, most: int | None = None) -> dict[str, Any]:
    """Return an object."""
    if not isinstance(value, dict):
        raise wrong_type(value, param, "an object")
    if most is not None and len(value) > most:
        raise wrong_value(param, f"must have at most {most} entries.")
    return value


def listing(value: Any, param: str, most: int) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list):
        raise wrong_type(value, param, "a list")
    if len(value) > most:
        raise wrong_value(param, f"must have at most {most} items.")
    return value
