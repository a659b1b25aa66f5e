"""Mask values that are secrets: usable as they are, but shown as `***`.

Error trackers, debuggers and `traceback` show the `repr` of the local variables in the
frames of an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from typing import Any

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.secrets.names import changed

_SECRET = ("extra_headers", "extra_query", "extra_body", "model_kwargs")
"""Keywords of a call that may hold secrets."""


class MaskedStr(str):
    """A string whose `repr` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class MaskedDict(dict[str, Any]):
    """A dict whose `repr` shows only its keys."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{key!r}: ***' for key in self)}}}"


def masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping as a dict whose strings are masked."""
    return {
        name: MaskedStr(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def mask_keywords(keywords: MutableMapping[str, Any]) -> None:
    """Mask the keywords of a call that may hold secrets, in place.

    Raises:
        ConfigurationError: One of them is not a mapping.
    """
    for name in _SECRET:
        given = keywords.get(name)
        if isinstance(given, Mapping):
            keywords[name] = MaskedDict(masked_values(given))
        elif given:
            msg = f"`{name}` must be a dict, not {type(given).__name__}."
            raise ConfigurationError(msg)


def fingerprinted(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of a call with digests instead of possible secrets.

    Different values have different digests, and equal ones the same in all processes.
    """
    shown: dict[str, Any] = changed(dict(keywords), named=_digest, other=str)
    for name in _SECRET:
        if isinstance(given := keywords.get(name), Mapping):
            # JSON, so that 1 and "1" differ.
            values = ((k, isinstance(v, str), str(v)) for k, v in given.items())
            shown[name] = _digest(repr(sorted(values)))
    return shown


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def without_frames(error: Exception) -> Exception:
    """Strip the tracebacks of an error and its causes, whose frames hold the request.

    Only for errors whose message is enough to find the cause.
    """
    one: BaseException | None = error
    while one is not None and one.__traceback__ is not None:
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    return error
