"""Secrets that are used as they are, and shown as `***`.

Error trackers, debuggers and `traceback` show the local variables of the frames that an
error went through, by their `repr`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from typing import Any

from langchain_sse_chat.secrets.names import changed

_SECRET = ("extra_headers", "extra_query", "extra_body", "model_kwargs")
"""Keywords of a call that may hold secrets."""


class MaskedStr(str):
    """A text whose `repr` does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class MaskedDict(dict[str, Any]):
    """A dict whose `repr` shows its keys only."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{{{', '.join(f'{key!r}: ***' for key in self)}}}"


def masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping as a dict whose texts are masked strings."""
    return {
        name: MaskedStr(value) if isinstance(value, str) else value
        for name, value in values.items()
    }


def mask_keywords(keywords: MutableMapping[str, Any]) -> None:
    """Hide what of the keywords of a call holds secrets, in place."""
    for name in _SECRET:
        if isinstance(keywords.get(name), Mapping):
            keywords[name] = MaskedDict(masked_values(keywords[name]))


def fingerprinted(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of a call with a digest for what holds secrets.

    Calls differ by their digests as they do by the values, in other processes too.
    """
    shown: dict[str, Any] = changed(dict(keywords), named=_digest, other=str)
    for name in _SECRET:
        if isinstance(given := keywords.get(name), Mapping):
            # A body's 1 is not "1".
            values = ((k, isinstance(v, str), str(v)) for k, v in given.items())
            shown[name] = _digest(repr(sorted(values)))
    return shown


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def without_frames(error: Exception) -> Exception:
    """Return an error whose frames so far, and those of its causes, are let go.

    For errors that say all by their message, out of frames that hold the request.
    """
    one: BaseException | None = error
    while one is not None and one.__traceback__ is not None:
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    return error
