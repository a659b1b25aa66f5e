"""Report once that Redis fails, and once that it works again."""

from __future__ import annotations

import logging

_LOG = logging.getLogger("langchain_sse_chat.serve")
_FIRST, _LONGEST = 0.1, 1.0
"""Seconds before Redis is tried again. Readers elsewhere wait for it too."""


class Outage:
    """The parts of the work with Redis that fail at this moment."""

    def __init__(self) -> None:
        self._waits: dict[str, float] = {}

    def lasts(self) -> bool:
        """Whether something fails."""
        return bool(self._waits)

    def failed(self, what: str, error: Exception) -> float:
        """Take a failure; return the seconds to wait before the next attempt.

        Args:
            what: The part of the work that failed.
            error: The error.
        """
        if not self._waits:
            _LOG.warning(
                "Redis fails: %s. Answers go on, but clients may not be able to read "
                "them at other workers.",
                str(error).rstrip("."),
            )
        wait = self._waits.get(what, _FIRST)
        self._waits[what] = min(2 * wait, _LONGEST)
        return wait

    def worked(self, what: str) -> None:
        """Take a success."""
        if self._waits.pop(what, None) is not None and not self._waits:
            _LOG.warning("Redis works again.")
