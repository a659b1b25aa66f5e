"""Replace secrets in a body by stars of equal length, so no boundary moves. No I/O."""

from __future__ import annotations

import json
import re
from typing import Protocol

from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.secrets.spellings import (
    MIN_SECRET_LENGTH,
    PlainForm,
    Spellings,
)

_STAR = b"*"

_TEXT = lazy_pattern(rb'"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)


class StreamRedactor(Protocol):
    """Redacts a body as it arrives, possibly with a delay of some bytes."""

    def feed(self, data: bytes) -> bytes:
        """Read the next bytes; return the bytes that are certain."""
        ...

    def close(self) -> bytes:
        """Return the rest."""
        ...


class KnownSecrets:
    """Redacts given secrets in every spelling, even when reads split them.

    Bytes are held back only while they may be a part of a secret that continues.
    """

    def __init__(self, secrets: Spellings) -> None:
        self._secrets = secrets
        # Escapes lengthen a spelling. The limit keeps a body of nothing but escapes
        # from being held back entirely.
        self._held_at_most = 16 * secrets.longest + 64
        self._plain = b""
        self._starred = b""

    def feed(self, data: bytes) -> bytes:
        """Read the next bytes; return all except a possible part of a secret."""
        if not self._secrets:
            return data
        plain = self._plain + data
        starred = bytearray(self._starred + data)
        form, sure = PlainForm(plain), len(plain)
        while (at := form.open_escape()) < sure:
            form, sure = PlainForm(plain[:at]), at
        self._star(form, starred)
        at = self._secrets.first_open(form)
        if at < len(form.data):
            sure = form.origin(at, at + 1)[0]
        sure = max(sure, len(plain) - self._held_at_most)
        self._plain, self._starred = plain[sure:], bytes(starred[sure:])
        return bytes(starred[:sure])

    def close(self) -> bytes:
        """Return the bytes held back, with a truncated secret redacted."""
        form = PlainForm(self._plain)
        starred = bytearray(self._starred)
        self._star(form, starred)
        at = self._secrets.first_open(form)
        if len(form.data) - at >= MIN_SECRET_LENGTH:
            start = form.origin(at, at + 1)[0]
            starred[start:] = _STAR * (len(starred) - start)
        return bytes(starred)

    def _star(self, form: PlainForm, starred: bytearray) -> None:
        for start, end in self._secrets.places(form, in_text=False):
            starred[start:end] = _STAR * (end - start)


class AllStrings:
    """Redacts each string of a JSON object, and any other body entirely.

    The response with a token stays valid for playback: its token is made of stars.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        """Read the next bytes; return none before the end."""
        self._parts.append(data)
        return b""

    def close(self) -> bytes:
        """Return the entire body."""
        body = b"".join(self._parts)
        try:
            is_object = isinstance(json.loads(body), dict)
        except (ValueError, RecursionError):
            is_object = False
        return _TEXT.sub(_star_text, body) if is_object else _STAR * len(body)


def _star_text(match: re.Match[bytes]) -> bytes:
    if match[2] is not None:  # the name of a field
        return match[0]
    return b'"%b"' % (_STAR * len(match[1]))
