"""Interrupt an await when a deadline passes, without a timer for each token."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, cast

from langchain_sse_chat.transport.clock import Deadline, monotonic


class Watchdog:
    """Interrupts the waiting task when its deadline passes.

    Not `asyncio.timeout`, whose `reschedule` sets a timer for each token and which must
    be entered and left in the same task. A deadline usually moves on long before it is
    reached, so the timer here stays as it is and checks the deadline only when it
    fires. Between two waits the time is the caller's and nothing is interrupted; each
    wait may happen in another task.
    """

    __slots__ = (
        "_cancelling",
        "_deadline",
        "_due",
        "_interrupted",
        "_loop",
        "_now",
        "_task",
        "_timer",
    )

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._loop = asyncio.get_running_loop()
        self._now = now
        self._timer: asyncio.TimerHandle | None = None
        self._due = math.inf
        self._deadline = Deadline(math.inf)
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self._interrupted = False

    def within(self, deadline: Deadline) -> Self:
        """Return a context manager that raises `TimeoutError` at `deadline`."""
        self._deadline = deadline
        return self

    def __enter__(self) -> None:
        # There always is a task, because httpx needs one too.
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._task = task
        self._cancelling = task.cancelling()
        if self._deadline.at < self._due:
            self._arm()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        task, self._task = self._task, None
        if not self._interrupted or task is None:
            return
        self._interrupted = False
        # As in `asyncio.timeout`, a cancellation by other code takes precedence.
        others = task.uncancel() > self._cancelling
        if not others and isinstance(exc, asyncio.CancelledError):
            raise TimeoutError from exc

    def interrupt(self) -> None:
        """End the current wait, if any, as if its deadline had passed."""
        if self._task is not None and not self._interrupted:
            self._interrupted = True
            self._task.cancel()

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._due = math.inf

    def _arm(self) -> None:
        self.stop()
        self._due = self._deadline.at
        wait = self._due - self._now()
        self._timer = self._loop.call_later(max(wait, 0.0), self._look)

    def _look(self) -> None:
        if self._has_passed():
            # A blocked event loop may find the timer and the awaited data ready in the
            # same turn. The data goes first: it wakes the task before the next turn.
            self._timer = self._loop.call_later(0.0, self._interrupt)

    def _interrupt(self) -> None:
        if self._has_passed():
            self.interrupt()

    def _has_passed(self) -> bool:
        """Return whether the task waits past its deadline; if not, reset the timer."""
        self._timer = None
        self._due = math.inf
        if self._task is None or self._deadline.at == math.inf:
            return False
        if self._now() < self._deadline.at:
            self._arm()
            return False
        return True
