"""Secrets in a body turned into stars, of equal length: no boundary moves. No I/O."""

from __future__ import annotations

import json
import re
from typing import Protocol

from langchain_sse_chat.secrets.spellings import (
    MIN_SECRET_LENGTH,
    PlainForm,
    Spellings,
)

_STAR = b"*"

_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)


class Stars(Protocol):
    """Takes a body as it comes and gives it with stars, perhaps some bytes later."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give what is sure."""
        ...

    def close(self) -> bytes:
        """Give the rest."""
        ...


class KnownSecrets:
    """Stars for certain texts in every spelling, wherever reads cut them.

    Bytes are held back only while they may be the beginning of one of the texts.
    """

    def __init__(self, secrets: Spellings) -> None:
        """Start at the beginning of a body.

        Args:
            secrets: The secrets.
        """
        self._secrets = secrets
        # Escapes make a spelling longer, but a body of escapes is not held back whole.
        self._held_at_most = 16 * secrets.longest + 64
        self._plain = b""
        self._starred = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give all but a possible beginning of a secret."""
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
        """Give what was held back: a secret that was cut off, if it is long enough."""
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


class EveryText:
    """Stars for each text of a JSON object, and for all of any other body.

    It keeps a token's answer readable for what is played back to: a token of stars.
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give none before the last."""
        self._parts.append(data)
        return b""

    def close(self) -> bytes:
        """Give the whole body."""
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
