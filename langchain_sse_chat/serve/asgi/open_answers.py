"""Keep the open answers: their number has a limit, and a shutdown ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from langchain_sse_chat.serve.failure.failure import RequestRefused, busy, draining
from langchain_sse_chat.serve.run import Run

_LAST_SECONDS = 5.0
"""Time for the last events to get out."""


class OpenAnswers:
    """The answers that are being given.

    Args:
        limit: The most that there may be.
        changed: Called with 1 for each answer that begins, and with -1 at its end.
    """

    def __init__(
        self, limit: int, changed: Callable[[int], None] | None = None
    ) -> None:
        self._limit = limit
        self._changed = changed or (lambda _: None)
        self._runs: set[Run] = set()
        self._places = 0
        # An `asyncio.Event` would be of one event loop, and the application may be
        # restarted in another one, as by each client of a test.
        self._waiting: list[asyncio.Future[None]] = []
        self.is_draining = False
        """Whether no more answers are begun."""

    def __len__(self) -> int:
        return len(self._runs)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Keep a place for an answer while its request is read.

        The memory of requests that are being read is thereby bounded too. The answer
        must be added immediately after the place is given up.

        Raises:
            RequestRefused: 503 for a server that shuts down, also for one that began to
                while the request was read; 429 at the limit.
        """
        self._refuse_if_draining()
        if len(self._runs) + self._places >= self._limit:
            raise RequestRefused(busy())
        self._places += 1
        try:
            yield
        finally:
            self._places -= 1
        self._refuse_if_draining()

    def _refuse_if_draining(self) -> None:
        if self.is_draining:
            raise RequestRefused(draining())

    def add(self, run: Run) -> None:
        """Count an answer, and have it ended when the server shuts down."""
        self._runs.add(run)
        self._changed(1)

    def remove(self, run: Run) -> None:
        """Count an answer no longer."""
        self._runs.remove(run)
        self._changed(-1)
        if not self._runs:
            for waiter in self._waiting:
                waiter.set_result(None)
            self._waiting.clear()

    def open_again(self) -> None:
        """Begin answers again, after a shutdown."""
        self.is_draining = False

    async def drain(self, seconds: float) -> None:
        """Begin no more answers, and wait until those that are open have ended.

        Args:
            seconds: The longest wait. What is open then ends with an error event,
                `server_shutting_down`.
        """
        self.is_draining = True
        if await self._wait(seconds):
            return
        for run in tuple(self._runs):
            run.stop(draining())
        await self._wait(_LAST_SECONDS)

    async def _wait(self, seconds: float) -> bool:
        if self._runs:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await asyncio.wait((waiter,), timeout=seconds)
            finally:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
        return not self._runs
