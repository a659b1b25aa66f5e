"""Keep one answer: its task lives apart from its readers, who come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from langchain_sse_chat.serve.ending import COMPLETE
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    RequestRefused,
    abandoned,
    events_dropped,
)
from langchain_sse_chat.serve.kept.event_log import (
    EventLog,
    EventsDropped,
    split_events,
)
from langchain_sse_chat.serve.run import Run

KeptWire = Literal["plain", "ui"]
"""A wire whose answers can be kept."""


@dataclass(frozen=True, slots=True)
class KeepLimits:
    """How long and how much is kept."""

    linger: float = 30.0
    """Seconds without a reader after which an answer is stopped."""

    seconds: float = 600.0
    """Seconds for which an answer is kept after its end."""

    size: int = 4 * 2**20
    """The most bytes of the events of one answer."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The client that may read an answer."""

    holder: str
    """A mark of the API key that began it; empty without keys."""
    chat_id: str | None = None
    """The chat to which it is the answer, if there is one."""


class Readable(Protocol):
    """A kept answer, of this process or of another."""

    id: str
    """The ID, which nobody can guess."""
    wire: KeptWire
    """The form of its events."""
    ended: bool
    """Whether no more events will come."""

    @property
    def is_shared(self) -> bool:
        """Whether its readers can go on at another process."""
        ...

    @property
    def last(self) -> int:
        """The number of the last event, 0 before the first one."""
        ...

    @property
    def ending(self) -> str:
        """How it ended, as logs name it, once a reader has all of its events."""
        ...

    def follow(self, after: int) -> AsyncIterator[bytes]:
        """Return the events after the one of a number, as they come.

        Raises:
            RequestRefused: The answer failed before its first event, or events that the
                reader needs are lost.
        """
        ...

    async def stop(self) -> None:
        """End the answer as its reader asked; what came is kept."""
        ...


class KeptAnswer:
    """An answer of this process.

    Args:
        answer_id: The ID.
        run: The run that gives the answer. Nothing else may read it.
        owner: Who may read it.
        wire: The form of the events.
        limits: How long and how much is kept.
        on_end: Called at the end, when the model has cleaned up.
    """

    def __init__(
        self,
        answer_id: str,
        run: Run,
        *,
        owner: Owner,
        wire: KeptWire,
        limits: KeepLimits,
        on_end: Callable[[KeptAnswer], None],
    ) -> None:
        self.id = answer_id
        """The ID, which nobody can guess."""
        self.owner = owner
        """The client that may read it."""
        self.wire: KeptWire = wire
        """The form of its events."""
        self._run = run
        self.ended = False
        """Whether no more events will come."""
        self.ending = COMPLETE
        """How it ended, as logs name it."""
        self.is_abandoned = False
        """Whether it was stopped because nobody read it."""
        self.log = EventLog(answer_id, limits.size)
        """The events."""
        self.read_elsewhere: Callable[[], Awaitable[float]] | None = None
        """Returns the seconds for which a reader in another process still counts, if
        others can read the answer; 0 for no reader."""
        self.on_events: Callable[[list[bytes]], None] | None = None
        """Called with new events, if others can read the answer."""
        self._linger = limits.linger
        self._on_end = on_end
        self.failure: Failure | None = None
        """The failure of an answer without events."""
        self._readers = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None

    @property
    def last(self) -> int:
        """The number of the last event, 0 before the first one."""
        return self.log.last

    @property
    def is_shared(self) -> bool:
        """Whether its readers can go on at another process."""
        return self.read_elsewhere is not None

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 200 if self.failure is None else self.failure.status

    def start(self) -> None:
        """Begin the answer."""
        self._loop = asyncio.get_running_loop()
        # The run has no reader that could be slow.
        self._run.start(on_slow_reader=lambda: None)
        self._task = self._loop.create_task(self._keep())
        self._wait_for_readers(self._linger)

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        """Return the events after the one of a number, as they come."""
        self._join()
        log = self.log
        try:
            while True:
                if after < log.last:
                    data = log.after(after)
                    after = log.last
                    yield data
                elif self.ended:
                    break
                else:
                    await self._news()
        except EventsDropped:
            raise RequestRefused(events_dropped()) from None
        finally:
            self._part()
        if self.failure is not None:
            raise RequestRefused(self.failure)

    async def stop(self) -> None:
        """End the answer as its reader asked; what came is kept."""
        self.stop_now()

    def stop_now(self) -> None:
        """Do the same without waiting; do nothing if it has ended."""
        if not self.ended:
            self._run.stop_on_request()

    async def _keep(self) -> None:
        run = self._run
        try:
            self.failure = await run.wait_for_start()
            if self.failure is None:
                while data := await run.read():
                    self._add(split_events(data))
        finally:
            self.ended, self.ending = True, run.ending
            self._stop_timer()
            self._wake()
            await run.close()
            self._on_end(self)
            # Only the events are kept: a request may be larger than its answer.
            del self._run, self._on_end

    def _add(self, events: list[bytes]) -> None:
        self.log.append(events)
        if self.on_events is not None:
            self.on_events(events)
        self._wake()

    async def _news(self) -> None:
        waiter = self._loop.create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    def _wake(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    def _join(self) -> None:
        self._readers += 1
        self._stop_timer()

    def _part(self) -> None:
        self._readers -= 1
        if not self._readers and not self.ended:
            self._wait_for_readers(self._linger)

    def _wait_for_readers(self, seconds: float) -> None:
        self._timer = self._loop.call_later(seconds, self._on_nobody)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    def _on_nobody(self) -> None:
        if self.read_elsewhere is None:
            self._abandon()
        else:
            self._asking = self._loop.create_task(self._ask(self.read_elsewhere))

    async def _ask(self, read_elsewhere: Callable[[], Awaitable[float]]) -> None:
        seconds = await read_elsewhere()
        self._asking = None
        if seconds:
            self._wait_for_readers(seconds)
        else:
            self._abandon()

    def _abandon(self) -> None:
        self.is_abandoned = True
        self._run.stop(abandoned(self._linger))
