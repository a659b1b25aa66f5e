r"""Find secrets in bytes in any spelling that a server uses.

Servers quote keys in JSON, in JSON inside JSON, in URLs and in HTML: `a/b` may appear
as `a\/b`, `a\u002fb`, `a%2Fb` or `a&#x2F;b`. So text and secret are compared in a plain
form, in which all spellings are the same bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from langchain_sse_chat.lazy_pattern import lazy_pattern

MIN_SECRET_LENGTH = 8
"""Shorter secrets are not searched for: words such as `true` occur everywhere."""

_SHORTEST_BEGINNING = 6
"""Bytes of a truncated secret from which it is recognized."""

_SHORTEST_END = 12
"""Bytes of a secret without its beginning from which it is recognized. Servers quote
keys without their prefix: `sk-proj-…` as `proj-…`."""

_SURROGATES = rb"\\+u[dD][89abAB][0-9a-fA-F]{2}\\+u[dD][c-fC-F][0-9a-fA-F]{2}"

_ESCAPE = lazy_pattern(
    _SURROGATES
    + rb"|\\+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})?"
    + rb"|%(?:25)*[0-9a-fA-F]{2}"
    + rb"|&(?:amp;)*(?:\#[xX][0-9a-fA-F]{1,6}|\#[0-9]{1,7}|lt|gt|quot|apos|amp);"
)

_OPEN_ESCAPE = lazy_pattern(
    rb"\\{1,8}(?:u[dD][89abAB][0-9a-fA-F]{2})?\Z"
    rb"|(?:\\{1,8}u[dD][89abAB][0-9a-fA-F]{2})?"
    rb"\\{1,8}(?:u[0-9a-fA-F]{0,3}|x[0-9a-fA-F]?)?\Z"
    rb"|%(?:25){0,8}[0-9a-fA-F]?\Z"
    rb"|&(?:amp;){0,8}[#a-zA-Z0-9]{0,8}\Z"
)
"""The beginning of an escape at the end of the bytes so far."""

_LONGEST_ESCAPE = 64
_MOST_LAYERS = 4

_NUMBERS = lazy_pattern(rb"u([0-9a-fA-F]{4})")

_ENTITIES = {b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"amp": b"&"}

_SAME = bytes.maketrans(b" \n\r\t\b\f", b"+nrtbf")
"""A space is `+` in a query. Line ends become letters, because the backslashes of their
escapes are removed."""

_CUTS = lazy_pattern(rb"""\Z|["'.]|\+\xe2\x80\xa6""")
"""The characters after a truncated text: its end, a quote, a full stop, or ` …`."""


@dataclass(slots=True)
class _Layer:
    """Bytes without one layer of escapes, and their positions in the layer below."""

    data: bytes
    starts: list[int]
    """Where the parts of `data` start: alternately plain text and an escape."""
    origins: list[tuple[int, int]]
    """Where the parts start and end in the layer below."""

    def at(self, place: int) -> tuple[int, int]:
        """Return start and end of a byte of `data` in the layer below."""
        part = bisect_right(self.starts, place) - 1
        start, end = self.origins[part]
        if part % 2:  # an escape
            return start, end
        start += place - self.starts[part]
        return start, start + 1


class PlainForm:
    """Bytes without escapes, and their positions in the original."""

    def __init__(self, original: bytes) -> None:
        """Remove the escapes of JSON, URLs and HTML, layer by layer.

        Args:
            original: The bytes with escapes.
        """
        self._layers: list[_Layer] = []
        self._texts = [original]
        while len(self._layers) < _MOST_LAYERS and _has_escapes(self._texts[-1]):
            layer = _without_escapes(self._texts[-1])
            self._layers.append(layer)
            self._texts.append(layer.data)
        self.data = self._texts[-1].translate(_SAME)
        """The bytes without escapes."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return start and end of a part of `data` in the original."""
        return _origin(self._layers, start, end)

    def open_escape(self) -> int:
        """Return where an incomplete escape at the end of the original starts.

        Returns:
            The position in the original; its length if no escape is incomplete.
        """
        firsts = [
            _origin(self._layers[:number], match.start(), len(text))[0]
            for number, text in enumerate(self._texts)
            if (match := _open_escape(text))
        ]
        return min(firsts, default=len(self._texts[0]))


def _may_have_escapes(data: bytes) -> bool:
    # Runs for each read of a recorded stream, and the patterns are slow.
    return b"\\" in data or b"%" in data or b"&" in data


def _has_escapes(data: bytes) -> bool:
    return _may_have_escapes(data) and _ESCAPE.search(data) is not None


def _open_escape(data: bytes) -> re.Match[bytes] | None:
    end = data[-_LONGEST_ESCAPE:]
    if not _may_have_escapes(end):
        return None
    return _OPEN_ESCAPE.search(data, len(data) - len(end))


def _origin(layers: list[_Layer], start: int, end: int) -> tuple[int, int]:
    for layer in reversed(layers):
        start, end = layer.at(start)[0], layer.at(end - 1)[1]
    return start, end


def _without_escapes(data: bytes) -> _Layer:
    parts: list[bytes] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    at = size = 0
    for match in _ESCAPE.finditer(data):
        start, end = match.span()
        for part, origin in (
            (data[at:start], (at, start)),
            (_read(match[0]), (start, end)),
        ):
            starts.append(size)
            origins.append(origin)
            parts.append(part)
            size += len(part)
        at = end
    starts.append(size)
    origins.append((at, len(data)))
    parts.append(data[at:])
    return _Layer(b"".join(parts), starts, origins)


def _read(escape: bytes) -> bytes:
    """Return the text of an escape; nothing for backslashes alone."""
    if escape == b"\\":
        return b""
    if escape.startswith(b"%"):
        text = bytes([int(escape[-2:], 16)])
    elif escape.startswith(b"&"):
        text = _entity(escape[1:-1].rpartition(b";")[2])
    elif b"x" in escape:
        text = bytes([int(escape[-2:], 16)])
    else:
        numbers = [int(number, 16) for number in _NUMBERS.findall(escape)]
        units = "".join(map(chr, numbers)).encode("utf-16-le", "surrogatepass")
        text = units.decode("utf-16-le", "surrogatepass").encode(
            "utf-8", "surrogatepass"
        )
    # An escaped backslash is removed like any other.
    return text.replace(b"\\", b"")


def _entity(name: bytes) -> bytes:
    if not name.startswith(b"#"):
        return _ENTITIES[name]
    digits = name[1:].lower()
    number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    is_character = number < 0x110000  # noqa: PLR2004  the end of Unicode
    return chr(number).encode("utf-8", "surrogatepass") if is_character else b""


class Spellings:
    """Secrets that are found in every spelling, complete or truncated."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Store the secrets in their plain form.

        Args:
            secrets: The secrets; empty ones are ignored.
        """
        encoded = [text.encode("utf-8", "surrogatepass") for text in secrets]
        # A backslash in a secret begins an escape, unless the server has escaped the
        # backslash itself: it is removed then, and what follows it is plain text.
        encoded += [text.replace(b"\\", b"") for text in encoded if b"\\" in text]
        forms = {PlainForm(text).data for text in encoded}
        # A secret may be a part of another.
        self._secrets = sorted(filter(None, forms), key=len, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._secrets)

    @property
    def longest(self) -> int:
        """Length of the longest secret in bytes."""
        return max(map(len, self._secrets), default=0)

    def places(self, form: PlainForm, *, in_text: bool) -> list[tuple[int, int]]:
        """Return the positions of secrets in the original, in order, merged.

        A truncated secret is found too, if at least half of it is there. In a text, a
        shorter beginning is enough where the text was truncated. Without its beginning,
        a secret is found if its last 12 bytes are there.

        Args:
            form: The plain form of the original.
            in_text: Whether the bytes are a complete text, which may be truncated.
        """
        data = form.data
        found: list[tuple[int, int]] = []
        for secret in self._secrets:
            ends = _endings(data, secret)
            for start, end in (*_matches(data, secret, in_text=in_text), *ends):
                found.append(form.origin(start, end))
        return _joined(found)

    def first_open(self, form: PlainForm) -> int:
        """Return where the first part of a secret starts that may go on past the end.

        Returns:
            The position in the plain form; its length if there is no such secret.
        """
        data = form.data
        return min((_open(data, secret) for secret in self._secrets), default=len(data))


def _matches(data: bytes, secret: bytes, *, in_text: bool) -> Iterator[tuple[int, int]]:
    enough = min(len(secret), max(MIN_SECRET_LENGTH, len(secret) // 2))
    least = min(enough, _SHORTEST_BEGINNING) if in_text else enough
    head = secret[:least]
    at = data.find(head)
    while at >= 0:
        length = _alike(data, at, secret)
        is_cut = length < enough and _CUTS.match(data, at + length)
        if length >= enough or is_cut:
            yield at, at + length
        at = data.find(head, at + 1)


def _endings(data: bytes, secret: bytes) -> Iterator[tuple[int, int]]:
    """Yield the positions of a secret's end, as far back as the data is the secret."""
    if len(secret) <= _SHORTEST_END:
        return
    ending = secret[-_SHORTEST_END:]
    at = data.find(ending)
    while at >= 0:
        end = at + _SHORTEST_END
        before = data[max(0, end - len(secret)) : at]
        yield at - _alike(before[::-1], 0, secret[-_SHORTEST_END - 1 :: -1]), end
        at = data.find(ending, at + 1)


def _alike(data: bytes, at: int, secret: bytes) -> int:
    """Return how many bytes of a secret are at a position."""
    if data.startswith(secret, at):
        return len(secret)
    pairs = zip(data[at : at + len(secret)], secret, strict=False)
    return next(
        (i for i, (a, b) in enumerate(pairs) if a != b),
        min(len(secret), len(data) - at),
    )


def _open(data: bytes, secret: bytes) -> int:
    if len(secret) > _SHORTEST_END:  # it may come without its beginning
        at = len(data)
        while at and data[at - 1 :] in secret:
            at -= 1
        return at
    at = data.find(secret[:1], max(0, len(data) - len(secret) + 1))
    while at >= 0:
        if secret.startswith(data[at:]):
            return at
        at = data.find(secret[:1], at + 1)
    return len(data)


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return positions in order, with overlapping ones merged."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
