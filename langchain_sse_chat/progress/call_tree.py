"""Find out which runs are calls of their own, and which are parts of another call."""

from __future__ import annotations

from uuid import UUID


class CallTree:
    """The open runs of models, chains and tools, by the call that they are a part of.

    A run whose parent is not known is a call: one input of `batch`, for example.
    """

    def __init__(self) -> None:
        self.done = 0
        """Calls that have ended."""
        self._call_of: dict[UUID, UUID] = {}
        self._parts: dict[UUID, set[UUID]] = {}

    def __len__(self) -> int:
        return len(self._parts)

    def begin(self, run: UUID, parent: UUID | None) -> None:
        """Record the begin of a run."""
        call = run if parent is None else self._call_of.get(parent, run)
        self._call_of[run] = call
        self._parts.setdefault(call, set()).add(run)

    def end(self, run: UUID) -> set[UUID] | None:
        """Record the end of a run.

        Returns:
            If that ends the call, its parts that have not ended and never will, such as
            canceled ones; otherwise `None`.
        """
        call = self._call_of.pop(run, None)
        if call is None:
            return None
        self._parts[call].discard(run)
        if call != run:
            return None
        self.done += 1
        parts = self._parts.pop(call)
        for part in parts:
            del self._call_of[part]
        return parts
