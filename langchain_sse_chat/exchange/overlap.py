"""Where two parts of a text meet: what the second repeats of the first is left out."""

from __future__ import annotations

from array import array

_SOUGHT = 16
"""Characters of the second part by which the next place for it is looked up."""


_NO_COINCIDENCE = 64
"""A second part that ends inside the first, after so many characters of its beginning,
is a repetition that was truncated."""


class Overlap:
    """Takes the second part of a text, piece by piece, and drops what it repeats.

    What is repeated is the longest end of the first part that the second part begins
    with: all of it, for a server that begins the answer again. Pieces are held back
    only as long as that is open: as long as all that came so far also stands in the
    first part, and may yet turn out to be its end.

    The time is linear in the length of both parts, whatever they are: this is the
    algorithm of Knuth, Morris and Pratt, for a pattern that grows. What is held back
    stands in the first part too, so it is not kept a second time.
    """

    __slots__ = ("_at", "_borders", "_first", "_last_start", "_matched", "_open")

    def __init__(self, first: str, *, least: int = 1) -> None:
        """Take the first part.

        Args:
            first: The first part, as far as it is known.
            least: How many characters must be repeated to be left out. Fewer are taken
                for a coincidence.
        """
        self._first = first
        # What is held back are the `_matched` characters of the first part up to `_at`.
        self._at = 0
        self._matched = 0
        # What begins later would be too short.
        self._last_start = len(first) - max(least, 1)
        self._open = self._last_start >= 0
        # For each beginning of the second part: the length of the longest shorter one
        # that it ends with. As many as were needed so far.
        self._borders = array("q", [0])

    def feed(self, text: str) -> str:
        """Take the next piece; return what is new for certain."""
        if not self._open:
            return text
        if not self._first.startswith(text, self._at):
            return self._move_on(text)
        self._at += len(text)
        self._matched += len(text)
        # When it goes up to the end, nothing longer can come.
        self._open = self._at < len(self._first)
        return ""

    def close(self) -> str:
        """End the second part; return what was held back and is new."""
        if self._at == self._matched >= _NO_COINCIDENCE:
            self._open = False
        return self._move_on("", ends=True) if self._open else ""

    def _move_on(self, text: str, *, ends: bool = False) -> str:
        """Find the next place where the second part may begin.

        Args:
            text: The next piece, which does not go on where the first part does.
            ends: Whether no more pieces come.

        Returns:
            What is new for certain.
        """
        first, at, matched = self._first, self._at, self._matched
        second = _Beginning(first, at - matched, matched, text)
        while at < len(first) and at - matched <= self._last_start:
            if matched == len(second):
                if not ends:
                    # All of it stands here as well.
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
        """Return how far the first part is read, and what of it may be the beginning.

        Args:
            second: The second part as far as it came.
            start: Where to look from.
        """
        first = self._first
        sought = second.start(_SOUGHT)
        place = first.find(sought, start)
        if place >= 0:
            return place + len(sought), len(sought)
        # At the very end, a part of it is enough.
        place = first.find(sought[0], max(start, len(first) - len(sought)))
        return (len(first), 0) if place < 0 else (place + 1, 1)

    def _border(self, second: _Beginning, length: int) -> int:
        """Return the length of the longest shorter beginning that one ends with."""
        borders = self._borders
        while len(borders) < length:
            last = second[len(borders)]
            border = borders[-1]
            while border and second[border] != last:
                border = borders[border - 1]
            borders.append(border + 1 if second[border] == last else 0)
        return borders[length - 1]


class _Beginning:
    """The second part as far as it came: what is held back, and the next piece."""

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
    """Return the second part of a text without what it repeats of the first."""
    overlap = Overlap(first, least=least)
    return overlap.feed(second) + overlap.close()
