"""Decide when the pieces of a stream are delivered, and which of them as one.

Nothing here waits, locks or reads a clock: the caller passes `now`, in seconds. So one
rule serves `StreamBuffer`, threads and event loops.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Generic, TypeVar

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.progress.pieces import (
    belong_together,
    cut,
    interrupts_text,
    is_last,
    is_mergeable,
    merged,
    text_of,
)
from langchain_sse_chat.progress.whole import Whole, held_back, line_after

T = TypeVar("T")

_READY = 8
"""Chunks that wait for the reader before the source has to wait."""

_OVERDUE = 1024
"""Pieces of a chunk that is due before the source has to wait."""


class BufferCore(Generic[T]):
    """Holds pieces until there are enough of them, or one has waited long enough.

    Args:
        size: The number of pieces that are enough; `None` for no limit.
        interval: The longest wait of a piece, in seconds; `None` for no limit.
        characters: The number of characters that are enough; `None` for no limit.
        whole: What must not be split.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        size: int | None,
        interval: float | None,
        characters: int | None = None,
        whole: Whole | None = None,
    ) -> None:
        _check(size, interval, characters, whole)
        self._size = math.inf if size is None else size
        self._interval = math.inf if interval is None else interval
        self._enough = math.inf if characters is None else characters
        self._whole: Whole | None = whole
        self._pieces: list[T] = []
        self._times: list[float] = []
        self._characters = 0
        self._ready: deque[T] = deque()
        self._line = ""
        """The delivered part of the line that the next text continues."""
        self._is_blocked = False
        """Whether all that is held waits for its other half."""

    def add(self, piece: T, now: float) -> bool:
        """Add a piece; one without content is ignored.

        A piece that cannot be merged becomes a chunk, after those before it. Pieces
        that are due by their time are merged with more until the next `pop`.

        Returns:
            Whether a chunk is due or has now a time at which it will be.
        """
        if piece is None or piece == "":
            return False
        had_time = bool(self._pieces) and not self._is_blocked
        if not is_mergeable(piece):
            self.flush()
            self._ready.append(piece)
            return True
        if self._pieces and not belong_together(self._pieces[-1], piece):
            self.flush()
        self._hold(piece, now)
        if is_last(piece):
            self.flush()
        elif self._is_enough():
            self._release()
        return bool(self._ready) or not had_time

    def pop(self, now: float) -> T | None:
        """Return the next chunk that is due, `None` if there is none."""
        if not self._ready and self.seconds_left(now) == 0.0:
            self._release()
        return self._ready.popleft() if self._ready else None

    def flush(self) -> None:
        """Make a chunk of all that is held, although its other half may come."""
        if self._pieces:
            self._deliver(len(self._pieces))
        self._line = ""

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds until a chunk is due, `None` without the next piece."""
        if not self._times or self._is_blocked or self._interval == math.inf:
            return None
        return max(0.0, self._times[0] + self._interval - now)

    def is_full(self, now: float) -> bool:
        """Whether the source should wait until chunks have been taken."""
        if len(self._ready) >= _READY:
            return True
        return len(self._pieces) >= _OVERDUE and self.seconds_left(now) == 0.0

    def _hold(self, piece: T, now: float) -> None:
        self._pieces.append(piece)
        self._times.append(now)
        self._characters += len(text_of(piece))
        self._is_blocked = False

    def _is_enough(self) -> bool:
        return len(self._pieces) >= self._size or self._characters >= self._enough

    def _release(self) -> None:
        """Make a chunk of all that is held, except what waits for its other half."""
        ended = self._ended()
        text = "".join(map(text_of, self._pieces[ended:]))
        waits = held_back(text, self._whole, "" if ended else self._line)
        first = len(self._pieces)
        while waits > 0:
            first -= 1
            length = len(text_of(self._pieces[first]))
            if waits < length and self._cut(first, length - waits):
                first += 1
            waits -= length
        self._is_blocked = first == 0
        if first:
            self._deliver(first)

    def _ended(self) -> int:
        """Return the index of the first piece of the text that may be continued."""
        if self._whole is not None:
            for index in range(len(self._pieces) - 1, -1, -1):
                if interrupts_text(self._pieces[index]):
                    return index + 1
        return 0

    def _cut(self, index: int, at: int) -> bool:
        halves = cut(self._pieces[index], at)
        if halves is not None:
            self._pieces[index : index + 1] = halves
            self._times.insert(index, self._times[index])
        return halves is not None

    def _deliver(self, count: int) -> None:
        chunk = merged(self._pieces[:count])
        del self._pieces[:count], self._times[:count]
        if self._whole is None:
            self._characters = 0
        else:
            self._characters = sum(len(text_of(piece)) for piece in self._pieces)
            self._line = line_after(self._line, text_of(chunk))
        self._is_blocked = bool(self._pieces)
        self._ready.append(chunk)


def _is_at_least(least: int, value: object) -> bool:
    return isinstance(value, int | float) and value >= least


def _check(
    size: int | None,
    interval: float | None,
    characters: int | None,
    whole: str | None,
) -> None:
    for name, count in (("size", size), ("characters", characters)):
        if count is not None and not _is_at_least(1, count):
            msg = f"Invalid `{name}`: {count!r}. Pass 1 or more, or None for no limit."
            raise ConfigurationError(msg)
    if interval is not None and not _is_at_least(0, interval):
        msg = f"Invalid `interval`: {interval!r}. Pass seconds, or None for no limit."
        raise ConfigurationError(msg)
    if whole not in (None, "grapheme", "fence"):
        msg = f"Invalid `whole`: {whole!r}. Pass 'grapheme', 'fence' or None."
        raise ConfigurationError(msg)
