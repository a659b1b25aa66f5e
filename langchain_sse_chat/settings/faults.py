"""Report pydantic's validation errors in the settings as one readable error."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from langchain_sse_chat.errors import ConfigurationError

_EXPECTED = {
    "api_key": "a string, a `SecretStr`, or a function that returns a string",
    "base_url": "a string",
    "cert": "a path, or a tuple of paths: (certificate, key) or (…, key, password)",
    "fallbacks": "a list of ChatSSE models",
    "provider": "the name of a provider, or a `Provider`",
    "reasoning": 'a bool, an effort, or a dict such as {"max_tokens": 2000}',
    "reasoning_tags": 'a pair of strings, such as ("<think>", "</think>"), or False',
    "record": "the path of a folder",
    "stop": "a string or a list of strings",
}
"""The values that fields accept, where pydantic has one message for each type."""


def as_configuration_error(name: str, error: ValidationError) -> ConfigurationError:
    """Return this package's error for a validation error.

    Values are not shown, because one of them may be a key.

    Args:
        name: The name of the class.
        error: Pydantic's error.
    """
    lines: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        inner = fault.get("ctx", {}).get("error")
        if isinstance(inner, ConfigurationError):
            return inner
        field = str(fault["loc"][0]) if fault["loc"] else "arguments"
        lines.setdefault(field, _line(field, fault["msg"], fault["input"]))
    return ConfigurationError(
        f"Invalid {name} configuration. {'; '.join(lines.values())}."
    )


def _line(field: str, words: str, value: Any) -> str:
    expected = _EXPECTED.get(field)
    if expected is None:
        return f"{field}: {words}"
    return f"`{field}` must be {expected}, not {type(value).__name__}"
