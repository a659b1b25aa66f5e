"""Where two parts of a text meet: what the second repeats of the first is left out."""

from __future__ import annotations

LONGEST_OVERLAP = 64 * 1024
"""So many characters at the end of the first part are looked at, unless `least` asks
for more."""


class Overlap:
    """Takes the second part of a text, piece by piece, and drops what it repeats.

    What is repeated is the longest end of the first part that the second part begins
    with. Pieces are held back only as long as that is open: as long as all that came so
    far also stands in the first part, and may yet turn out to be its end.
    """

    def __init__(self, first: str, *, least: int = 1) -> None:
        """Take the first part.

        Args:
            first: The first part, as far as it is known.
            least: How many characters must be repeated to be left out. Fewer are taken
                for a coincidence.
        """
        self._tail = first[-max(LONGEST_OVERLAP, least) :]
        # Where in the tail the second part may begin; only ever goes on. What begins
        # later would be too short.
        self._start = 0
        self._last_start = len(self._tail) - max(least, 1)
        self._held = ""
        self._open = self._last_start >= 0

    def feed(self, text: str) -> str:
        """Take the next piece; return what is new for certain."""
        if not self._open:
            return text
        held = self._held = self._held + text
        tail = self._tail
        start = tail.find(held, self._start, self._last_start + len(held))
        if start < 0:
            return self._decide()
        self._start = start
        if start + len(held) == len(tail):
            # All of it, and it goes up to the end: nothing longer can come.
            return self._decide()
        return ""

    def close(self) -> str:
        """Learn that no more pieces come; return what was held back and is new."""
        return self._decide() if self._open else ""

    def _decide(self) -> str:
        """Return what is new of all that is held."""
        self._open = False
        held, tail = self._held, self._tail
        self._held = ""
        # A start before these leaves more of the tail than there is to compare.
        first = max(self._start, len(tail) - len(held))
        for start in range(first, self._last_start + 1):
            if held.startswith(tail[start:]):
                return held[len(tail) - start :]
        return held


def without_overlap(first: str, second: str, *, least: int = 1) -> str:
    """Return the second part of a text without what it repeats of the first."""
    overlap = Overlap(first, least=least)
    return overlap.feed(second) + overlap.close()
