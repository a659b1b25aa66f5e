"""Judge how a reader finds an answer of another worker that is silent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from langchain_sse_chat.serve.failure.failure import (
    Failure,
    not_kept,
    store_unreachable,
    worker_ended,
)

Trouble = Literal["unreachable", "lost", "dead"]
"""Redis cannot be reached or is full; it no longer has the answer; the worker that
gives it has not been heard of."""

_PATIENCE: dict[Trouble, float] = {"unreachable": 10.0, "lost": 3.0, "dead": 3.0}
"""Seconds for which a trouble is waited out: after a restart, Redis loads its data, or
gets it from the workers again."""


_FAILURES: dict[Trouble, Callable[[], Failure]] = {
    "unreachable": store_unreachable,
    "lost": not_kept,
    "dead": worker_ended,
}


class Patience:
    """How long a trouble has lasted."""

    def __init__(self) -> None:
        self._trouble: Trouble | None = None
        self._since = 0.0

    def failure(self, trouble: Trouble | None, now: float) -> Failure | None:
        """Return the failure as soon as the same trouble has lasted too long.

        Args:
            trouble: The trouble at this moment, `None` for none.
            now: Seconds of any clock.
        """
        if trouble != self._trouble:
            self._trouble, self._since = trouble, now
        if trouble is None or now < self._since + _PATIENCE[trouble]:
            return None
        return _FAILURES[trouble]()
