"""Remove from the second part of a text what it repeats of the first."""

from __future__ import annotations

from array import array

_SOUGHT = 16
"""Number of characters by which the next candidate in the first part is searched."""


_NO_COINCIDENCE = 64
"""A second part that ends inside the first part, and is at least this long, counts as
a truncated repetition."""


class Overlap:
    """Reads the second part of a text in pieces and drops the repetition.

    A model that is asked to continue may repeat the last words, or the entire answer.
    The repetition is the *longest* suffix of the first part that the second part starts
    with, not the first one found: otherwise an answer that starts over would be cut at
    a coincidence, such as a repeated word. The price is a delay: a piece is held back
    while all text so far occurs in the first part and may still extend to its end.

    The time is linear in the length of both parts: this is the Knuth-Morris-Pratt
    algorithm for a growing pattern. Searching again with each piece, the obvious way,
    takes quadratic time when a server repeats a long answer token by token. Text that
    is held back equals a part of the first text, so it is not stored twice.
    """

    __slots__ = ("_at", "_borders", "_first", "_last_start", "_matched", "_open")

    def __init__(self, first: str, *, least: int = 1) -> None:
        """Start with the first part.

        Args:
            first: The first part, as far as it is known.
            least: Number of repeated characters from which a repetition is removed.
                Fewer count as a coincidence.
        """
        self._first = first
        # The text held back is the `_matched` characters of the first part up to `_at`.
        self._at = 0
        self._matched = 0
        # A repetition that starts later would be too short.
        self._last_start = len(first) - max(least, 1)
        self._open = self._last_start >= 0
        # The failure function of Knuth, Morris and Pratt: for each prefix of the second
        # part, the length of its longest proper prefix that is also its suffix.
        # Computed as far as needed.
        self._borders = array("q", [0])

    def feed(self, text: str) -> str:
        """Read the next piece; return the text that is certainly new."""
        if not self._open:
            return text
        if not self._first.startswith(text, self._at):
            return self._move_on(text)
        self._at += len(text)
        self._matched += len(text)
        # At the end of the first part no longer repetition is possible.
        self._open = self._at < len(self._first)
        return ""

    def close(self) -> str:
        """End the second part; return the text held back that is new."""
        if self._at == self._matched >= _NO_COINCIDENCE:
            self._open = False
        return self._move_on("", ends=True) if self._open else ""

    def _move_on(self, text: str, *, ends: bool = False) -> str:
        """Find the next place in the first part where the repetition may start.

        Args:
            text: The next piece, which differs from the first part here.
            ends: Whether no more pieces follow.

        Returns:
            The text that is certainly new.
        """
        first, at, matched = self._first, self._at, self._matched
        second = _Beginning(first, at - matched, matched, text)
        while at < len(first) and at - matched <= self._last_start:
            if matched == len(second):
                if not ends:
                    # The first part has all of the text here too.
                    self._at, self._matched = at, matched
                    return ""
                if matched == 0:
                    break
                matched = self._border(second, matched)
            elif matched == 0:
                at, matched = self._next_place(second, at)
            elif first[at] == second[matched]:
                at, matched = at + 1, matched + 1
            else:
                matched = self._border(second, matched)
        self._open = False
        is_end = at == len(first) and at - matched <= self._last_start
        return second.after(matched if is_end else 0)

    def _next_place(self, second: _Beginning, start: int) -> tuple[int, int]:
        """Return the position in the first part and the length of the match there.

        Args:
            second: The second part so far.
            start: Where the search starts.
        """
        first = self._first
        sought = second.start(_SOUGHT)
        place = first.find(sought, start)
        if place >= 0:
            return place + len(sought), len(sought)
        # At the very end, a shorter match is enough.
        place = first.find(sought[0], max(start, len(first) - len(sought)))
        return (len(first), 0) if place < 0 else (place + 1, 1)

    def _border(self, second: _Beginning, length: int) -> int:
        """Return the failure function for a prefix of the second part."""
        borders = self._borders
        while len(borders) < length:
            last = second[len(borders)]
            border = borders[-1]
            while border and second[border] != last:
                border = borders[border - 1]
            borders.append(border + 1 if second[border] == last else 0)
        return borders[length - 1]


class _Beginning:
    """The second part so far: the text held back, and the next piece."""

    __slots__ = ("_first", "_held", "_place", "_text")

    def __init__(self, first: str, place: int, held: int, text: str) -> None:
        self._first = first
        self._place = place
        self._held = held
        self._text = text

    def __len__(self) -> int:
        return self._held + len(self._text)

    def __getitem__(self, position: int) -> str:
        if position < self._held:
            return self._first[self._place + position]
        return self._text[position - self._held]

    def start(self, length: int) -> str:
        held = min(length, self._held)
        return (
            self._first[self._place : self._place + held] + self._text[: length - held]
        )

    def after(self, length: int) -> str:
        held = self._first[self._place + length : self._place + self._held]
        return held + self._text[max(0, length - self._held) :]


def without_overlap(first: str, second: str, *, least: int = 1) -> str:
    """Return the second part of a text without its repetition of the first."""
    overlap = Overlap(first, least=least)
    return overlap.feed(second) + overlap.close()
