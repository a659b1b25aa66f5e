"""Secrets in a body turned into stars, of equal length: no boundary moves. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Protocol

from langchain_sse_chat.transport.secrets import SHORTEST

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
    """Stars for certain texts, wherever reads cut them.

    Bytes are held back only while they may be the beginning of one of the texts.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Start at the beginning of a body.

        Args:
            texts: The secrets, the longest first.
        """
        self._texts = [text.encode("utf-8", "replace") for text in texts]
        # Looks ahead, because one may begin within another.
        self._pattern = re.compile(b"(?=(%b))" % b"|".join(map(re.escape, self._texts)))
        self._plain = b""
        self._starred = b""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give all but a possible beginning of a secret."""
        plain = self._plain + data
        starred = bytearray(self._starred + data)
        # This is asked of each read, and the pattern is slow where nothing is found.
        if any(text in plain for text in self._texts):
            for match in self._pattern.finditer(plain):
                start, end = match.span(1)
                starred[start:end] = _STAR * (end - start)
        sure = min((_sure(plain, text) for text in self._texts), default=len(plain))
        self._plain, self._starred = plain[sure:], bytes(starred[sure:])
        return bytes(starred[:sure])

    def close(self) -> bytes:
        """Give what was held back: a secret that was cut off, if it is long enough."""
        cut_off = len(self._plain) >= SHORTEST
        return _STAR * len(self._plain) if cut_off else self._starred


def _sure(data: bytes, text: bytes) -> int:
    """Return where `data` may end in the beginning of `text`, its length if nowhere."""
    at = data.find(text[:1], max(0, len(data) - len(text) + 1))
    while at >= 0:
        if text.startswith(data[at:]):
            return at
        at = data.find(text[:1], at + 1)
    return len(data)


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
