"""Recognize secrets by their names, and mask them in JSON values."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

MASK = "***"
"""The replacement for a secret."""

_WORDS = (
    r"key|token|secret|signature|passwd|password|passphrase"
    r"|credential|authorization|authentication|bearer|cookie|jwt"
)

_SECRET_NAME = re.compile(
    rf"(?:{_WORDS}|header|(?:^|[_-])(?:auth|sig|code|pwd|pass|cred))s?$", re.IGNORECASE
)
"""Names of JSON fields and query parameters whose values are secrets."""

_SPEAKS_OF_A_SECRET = re.compile(
    rf"(?:{_WORDS}|header)s?(?![a-z])|(?:^|[_-])(?:(?:auth|pwd|creds?)(?![a-z])|pass$)"
)
"""Words that mark a setting or keyword as a possible secret, anywhere in its name."""

_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_OPEN_NAMES = frozenset({"prompt_cache_key"})
"""Documented fields of a request's body that are named like keys but hold none:
https://platform.openai.com/docs/api-reference/chat/create."""

_PLAIN = frozenset({bool, int, float})
"""Types of values that hold no text. Most of a request's fields have one."""

_CONVERSATION = "messages"
_SCHEMA_FIELDS = "properties"

Change = Callable[[str], str]


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a JSON field or a query parameter of this name holds a secret."""
    return bool(_SECRET_NAME.search(name)) and name not in _OPEN_NAMES


def speaks_of_a_secret(name: str, value: object = "") -> bool:
    """Whether the name of an unknown setting looks like a secret.

    Args:
        name: The name that the user passed.
        value: The value. A number or boolean named after tokens counts them, such as
            `min_tokens`.
    """
    if name in _OPEN_NAMES:
        return False
    words = _SPEAKS_OF_A_SECRET.findall(_BETWEEN_WORDS.sub("_", name).lower())
    counts = _counts(value) and all("token" in word for word in words)
    return bool(words) and not counts


def _counts(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(_counts(item) for item in value)
    return value is None or isinstance(value, (bool, int, float))


def masked(value: Any) -> Any:
    """Return a JSON value in which strings with the name of a secret are masked.

    The strings in `messages` are the conversation and stay, as do the names and
    descriptions of arguments in a schema's `properties`.
    """
    if not isinstance(value, dict):
        return changed(value, named=_mask, other=_same)
    # The parameters of each call come by here, and nearly all of them are plain.
    return {
        name: field
        if field is None
        or type(field) in _PLAIN
        or (type(field) is str and type(name) is str and not is_secret_name(name))
        else _field(name, field, _mask, _same)
        for name, field in value.items()
    }


def _mask(_: str) -> str:
    return MASK


def _same(text: str) -> str:
    return text


def changed(value: Any, *, named: Change, other: Change) -> Any:
    """Return a JSON value with changed strings; other types are not changed.

    Args:
        value: The value.
        named: Changes the strings in fields with the name of a secret.
        other: Changes all other strings.
    """
    if isinstance(value, dict):
        return {
            name: v if v is None or type(v) in _PLAIN else _field(name, v, named, other)
            for name, v in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [changed(item, named=named, other=other) for item in value]
    return other(value) if isinstance(value, str) else value


def _field(name: object, value: Any, named: Change, other: Change) -> Any:
    if name == _SCHEMA_FIELDS and isinstance(value, dict):
        return {k: changed(item, named=named, other=other) for k, item in value.items()}
    if name == _CONVERSATION:
        return changed(value, named=other, other=other)
    if isinstance(name, str) and is_secret_name(name):
        return changed(value, named=named, other=named)
    return changed(value, named=named, other=other)
