"""Run one answer: a task pulls it from the model, one reader takes its bytes.

A buffer is between the model and the reader. When it is full, the model waits. A timer
adds a keep-alive to a silent answer, ends one that takes too long, and reports a slow
reader. HTTP is the business of others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from langchain_sse_chat.serve.ending import COMPLETE, STOPPED, failed
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    failure_of,
    named,
    out_of_time,
)
from langchain_sse_chat.transport.begun_streams import closing_begun_streams


class RunEncoder(Protocol):
    """Turns the items of a run into bytes, as `Encoder` and `ReplayEncoder` do."""

    def open(self) -> bytes:
        """Return the bytes before the first item."""
        ...

    def feed(self, item: object) -> bytes:
        """Return the bytes of an item."""
        ...

    def keep_alive(self) -> bytes:
        """Return bytes without content."""
        ...

    def close(self) -> bytes:
        """Return the end of a complete answer."""
        ...

    def fail(self, error: BaseException | Failure) -> bytes:
        """Return the end of an answer that failed."""
        ...

    def abort(self) -> bytes:
        """Return the end of an answer that was stopped on request."""
        ...


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The times and sizes of one answer. Times are in seconds; `None` means never."""

    commit_after: float | None = 10.0
    """The wait for the first bytes, after which the response begins without them. A
    failure has a status of its own until then."""

    keep_alive: float | None = 10.0
    """The longest silence of a response that has begun."""

    max_seconds: float | None = 600.0
    """The longest time for the whole answer."""

    reader_seconds: float | None = 30.0
    """The longest time that the reader may need for what it has taken."""

    buffer: int = 64 * 2**10
    """Bytes that wait for the reader before the model has to wait."""


class Run:
    """One answer of a model, from its first item to its end.

    `start` comes first, then `wait_for_start`, then `read` until it returns nothing,
    then `close`. The run goes on without a reader until its buffer is full.

    Args:
        items: The answer, in a form that the encoder takes. It is closed at the end.
        encoder: Turns the items into bytes.
        limits: Times and sizes.
        request_id: Named in errors that are the server's fault.
        breaks_off: Whether a response that has begun breaks off without an end when the
            run is stopped, because its reader can come back.
    """

    def __init__(
        self,
        items: AsyncIterator[object],
        encoder: RunEncoder,
        *,
        limits: RunLimits,
        request_id: str = "",
        breaks_off: bool = False,
    ) -> None:
        self.error: BaseException | None = None
        """The exception of the model, `None` without one."""
        self.failure: Failure | None = None
        """The failure of the answer, `None` for one that is complete or was stopped."""
        self.ended = False
        """Whether nothing more will come."""
        self.is_stopped = False
        """Whether the client asked to end the answer before its end."""
        self.first_bytes_at: float | None = None
        """When the model gave the first bytes, by the clock of the event loop."""
        self.started_at = 0.0
        """When the run was started, by the clock of the event loop."""
        self._items = items
        self._encoder = encoder
        self._limits = limits
        self._request_id = request_id
        self._breaks_off = breaks_off
        self._pieces: list[bytes] = []
        self._size = 0
        self._opened = False
        self._is_canceled = False
        self._waiter: asyncio.Future[None] | None = None
        """Set while the reader waits and nothing has woken it."""
        self._is_awaited = False
        """Whether the reader waits, which it does no longer once it runs again."""
        self._room: asyncio.Future[None] | None = None
        """Set while the model waits for room in the buffer."""
        self._taken_at = 0.0
        """When the reader last took bytes."""
        self._timer: asyncio.TimerHandle | None = None

    def start(self, on_slow_reader: Callable[[], object]) -> None:
        """Begin the answer, in a task of its own.

        Args:
            on_slow_reader: Called once if the reader takes too long.
        """
        self._on_slow_reader = on_slow_reader
        self._loop = asyncio.get_running_loop()
        self.started_at = self._taken_at = self._loop.time()
        self._task = self._loop.create_task(self._produce())
        # Without a reference, a task may be collected before its end.
        _running.add(self._task)
        self._task.add_done_callback(_running.discard)
        self._set_timer()

    async def wait_for_start(self) -> Failure | None:
        """Wait until it is known how the response begins.

        Returns:
            `None` as soon as there are bytes, or after `commit_after`; the failure of
            an answer that failed before that.
        """
        while not (self._opened or self.ended):
            await self._wait_for_bytes()
        self._taken_at = self._loop.time()
        return None if self._opened else self.failure

    async def read(self) -> bytes:
        """Wait for bytes, and return all that there are; nothing at the end."""
        while not (self._pieces or self.ended):
            await self._wait_for_bytes()
        data = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        self._taken_at = self._loop.time()
        if self._room is not None:
            _release(self._room)
            self._room = None
        return data

    @property
    def is_read(self) -> bool:
        """Whether the answer has ended and the reader has taken all of it."""
        return self.ended and not self._pieces

    @property
    def ending(self) -> str:
        """How the answer ended: `complete`, `stopped`, or `failed:` and a code."""
        if self.failure is not None:
            return failed(self.failure)
        return STOPPED if self.is_stopped else COMPLETE

    def stop(self, failure: Failure | None = None) -> None:
        """End the answer now, and stop the model.

        Args:
            failure: What the reader gets as the end; nothing by default, for a reader
                that has left.
        """
        if not self.ended:
            breaks_off = self._breaks_off and self._opened
            self._end_with(None if breaks_off else failure)
        self._cancel()

    def stop_on_request(self) -> None:
        """End the answer now, as the client asked, and stop the model."""
        if not self.ended:
            self.is_stopped = True
            if not self._opened:
                self._open()
            self._pieces.append(self._encoder.abort())
            self.ended = True
            self._wake()
        self._cancel()

    def _cancel(self) -> None:
        # Once: a second time would end what the model does to clean up.
        if not self._is_canceled:
            self._is_canceled = True
            self._task.cancel()

    async def close(self, patience: float = 5.0) -> None:
        """Stop the timer and the model, and wait until it has cleaned up.

        Args:
            patience: The longest wait, in seconds. The model may go on after that, but
                nothing comes of it.
        """
        self.stop()
        self._stop_timer()
        await asyncio.wait((self._task,), timeout=patience)

    async def _produce(self) -> None:
        try:
            async with closing_begun_streams():
                await self._feed()
            if not self.ended:
                self._end(self._encoder.close())
        except BaseException as error:
            if not self.ended:
                self.error = error
                self._end_with(failure_of(error))
            # A task that is canceled has to say so, and so have exits of the program.
            if not isinstance(error, Exception):
                raise

    async def _feed(self) -> None:
        feed = self._encoder.feed
        limit = self._limits.buffer
        try:
            async for item in self._items:
                if self.ended:
                    # It was stopped, and has not noticed that its task is canceled.
                    return
                data = feed(item)
                if not data:
                    continue
                if self.first_bytes_at is None:
                    self._open_with_bytes()
                self._pieces.append(data)
                self._size += len(data)
                if self._waiter is not None:
                    self._wake()
                if self._size > limit:
                    self._room = self._loop.create_future()
                    await self._room
        finally:
            close = getattr(self._items, "aclose", None)
            if close is not None:
                await close()

    def _open_with_bytes(self) -> None:
        self.first_bytes_at = self._loop.time()
        if not self._opened:
            self._open()

    def _open(self) -> None:
        """Begin the response."""
        self._opened = True
        self._pieces.append(self._encoder.open())
        # From now on, silence gets a keep-alive.
        self._set_timer()

    def _end(self, data: bytes) -> None:
        if self.first_bytes_at is None:
            self._open_with_bytes()
        self._pieces.append(data)
        self.ended = True
        self._wake()

    def _end_with(self, failure: Failure | None) -> None:
        if failure is not None and failure.is_refusal:
            self._end(self._encoder.fail(failure))
            return
        if failure is not None:
            failure = named(failure, self._request_id)
        self.failure = failure
        if failure is not None and self._opened:
            self._pieces.append(self._encoder.fail(failure))
        self.ended = True
        self._wake()

    async def _wait_for_bytes(self) -> None:
        self._waiter = self._loop.create_future()
        self._is_awaited = True
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._is_awaited = False

    def _wake(self) -> None:
        """Wake the reader, if it waits."""
        waiter = self._waiter
        self._waiter = None
        if waiter is not None:
            _release(waiter)

    def _tick(self) -> None:
        now = self._loop.time()
        limits = self._limits
        if not self.ended:
            if _is_due(now, self.started_at, limits.max_seconds):
                self.stop(out_of_time(limits.max_seconds or 0.0))
            elif not self._opened:
                if _is_due(now, self.started_at, limits.commit_after):
                    self._open()
                    self._wake()
            elif self._waiter is not None and _is_due(
                now, self._taken_at, limits.keep_alive
            ):
                self._pieces.append(self._encoder.keep_alive())
                self._wake()
        if not self._is_awaited and _is_due(now, self._taken_at, limits.reader_seconds):
            self._on_slow_reader()
        else:
            self._set_timer()

    def _set_timer(self) -> None:
        """Set the timer to the next moment at which something may be due.

        It is set once in seconds, not with every piece: what is due is seen then.
        """
        now = self._loop.time()
        limits = self._limits
        taken_at = self._taken_at
        waits: list[tuple[float, float | None]] = [
            (now if self._is_awaited else taken_at, limits.reader_seconds)
        ]
        if not self.ended:
            waits.append((self.started_at, limits.max_seconds))
            if not self._opened:
                waits.append((self.started_at, limits.commit_after))
            else:
                since = now if self._waiter is None else taken_at
                waits.append((since, limits.keep_alive))
        moments = [since + wait for since, wait in waits if wait is not None]
        self._stop_timer()
        if moments:
            self._timer = self._loop.call_at(min(moments), self._tick)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_running: set[asyncio.Task[None]] = set()


def _is_due(now: float, since: float, wait: float | None) -> bool:
    return wait is not None and now >= since + wait


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
