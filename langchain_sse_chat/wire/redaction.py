"""Secrets that a server sends back, taken out of errors.

Servers quote the key that they refuse, and gateways whole requests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from langchain_sse_chat.errors import ErrorResponse, SSEChatError

_MASK = "***"

_SHORTEST_BEGINNING = 6
"""Characters of a cut secret that are taken for it; less says nothing of it."""

_CUTS = ("", "'", '"', ".", " …")
"""What may follow where a text was cut."""


def redact(error: SSEChatError, secrets: tuple[str, ...]) -> None:
    """Take secrets out of an error, its attributes, and the texts of its causes.

    Args:
        error: The error; it is changed in place.
        secrets: The texts that must not stand in it, in any of the spellings of JSON
            and URLs, whole or cut at the end of a text.
    """
    spellings = {form for secret in secrets for form in _spellings(secret)}
    # A secret may be part of a longer one.
    ordered = sorted(filter(None, spellings), key=len, reverse=True)
    if not ordered:
        return
    for one in _chain(error):
        one.args = _redacted(one.args, ordered)
    for name, value in vars(error).items():
        setattr(error, name, _redacted(value, ordered))


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    # Gateways pass on another server's JSON as a text in their own.
    yield (once := json.dumps(secret)[1:-1])
    yield json.dumps(once)[1:-1]
    yield quote(secret, safe="")
    yield quote_plus(secret)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an exception and those that it came from, each once."""
    found: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and all(one is not other for other in found):
            found.append(one)
            left += [one.__cause__, one.__context__]
    return found


def _redacted(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for secret in secrets:
            value = _without(value, secret)
        return value
    if isinstance(value, ErrorResponse):
        headers = _redacted(dict(value.headers), secrets)
        text = _redacted(value.text, secrets)
        return ErrorResponse(value.status_code, headers, text)
    if isinstance(value, dict):
        return {_redacted(k, secrets): _redacted(v, secrets) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        values = [_redacted(v, secrets) for v in value]
        return values if isinstance(value, list) else tuple(values)
    return value


def _without(text: str, secret: str) -> str:
    text = text.replace(secret, _MASK)
    beginning = secret[:_SHORTEST_BEGINNING]
    if len(secret) <= len(beginning):
        return text
    start = text.find(beginning)
    while start >= 0:
        end = start + _common(text[start : start + len(secret)], secret)
        follows = text[end : end + 2]
        if follows[:1] in _CUTS or follows in _CUTS:
            text = text[:start] + _MASK + text[end:]
            end = start + len(_MASK)
        start = text.find(beginning, end)
    return text


def _common(text: str, secret: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = zip(text, secret, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(text))
