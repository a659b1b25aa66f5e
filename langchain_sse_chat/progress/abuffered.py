"""Buffer a stream in async code, with a task that reads it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import AsyncExitStack
from typing import Any, Generic, TypeVar

from langchain_sse_chat.progress.buffer_core import BufferCore
from langchain_sse_chat.progress.whole import Whole

T = TypeVar("T")

_END: Any = object()


def abuffered(
    stream: AsyncIterable[T],
    *,
    size: int | None = 10,
    interval: float | None = 0.1,
    characters: int | None = None,
    whole: Whole | None = None,
) -> AsyncGenerator[T, None]:
    """Yield the pieces of an async stream in larger chunks.

    A chunk is yielded when there are enough pieces or characters, or when its first
    piece has waited for the interval, even if the stream is silent. An error of the
    stream is raised after what came before it. Closing the generator closes the stream.
    If the task of the consumer is canceled, the stream is stopped immediately, and the
    consumer gets what is held before the `CancelledError`, which its next `await`
    raises.

    The stream is read in a task of its own, with a copy of the context of the consumer,
    and is at most some chunks ahead. The task ends with the generator.

    Args:
        stream: Texts or LangChain's message chunks. Other items are yielded as they
            come. Pass an iterator that has not been started.
        size: The number of pieces of a chunk; `None` for no limit.
        interval: The longest wait of a piece, in seconds; `None` for no limit.
        characters: The number of characters of a chunk; `None` for no limit. Pieces
            are not cut to that size.
        whole: What is not split, `"grapheme"` or `"fence"`; see `StreamBuffer`.

    Yields:
        Joined texts, or message chunks that were added.

    Raises:
        ConfigurationError: An argument is invalid.
    """
    core: BufferCore[T] = BufferCore(size, interval, characters, whole)
    return _chunks(stream, core)


async def _chunks(
    stream: AsyncIterable[T], core: BufferCore[T]
) -> AsyncGenerator[T, None]:
    reader = _Reader(stream, core)
    try:
        while True:
            try:
                chunk = await reader.next()
            except asyncio.CancelledError as canceled:
                reader.cancel()
                held = reader.rest()
                if held is None:
                    raise
                # The consumer gets what is held, and the cancellation in its next wait:
                # here if it asks for more, elsewhere if it does not.
                _cancel_again(canceled)
                yield held
                await asyncio.sleep(0)
                raise
            if chunk is _END:
                return
            yield chunk
    finally:
        await reader.stop()


class _Reader(Generic[T]):
    """Reads the stream in a task; all else is called by the consumer."""

    def __init__(self, stream: AsyncIterable[T], core: BufferCore[T]) -> None:
        self._stream = stream
        self._iterator = aiter(stream)
        self._core = core
        self._loop = asyncio.get_running_loop()
        self._waiter: asyncio.Future[None] | None = None
        """Set while the consumer waits for a chunk."""
        self._room: asyncio.Future[None] | None = None
        """Set while the task waits for room."""
        self._is_canceled = False
        self._ended = False
        self._error: BaseException | None = None
        self._task = self._loop.create_task(self._run())

    async def next(self) -> T:
        """Wait for a chunk; return `_END` at the end of the stream."""
        while True:
            now = self._loop.time()
            chunk = self._core.pop(now)
            if chunk is not None:
                _wake(self._room)
                return chunk
            if self._ended:
                return self._end()
            await self._wait(self._core.seconds_left(now))

    def rest(self) -> T | None:
        """Return the rest as a chunk, `None` if nothing is held."""
        self._core.flush()
        return self._core.pop(self._loop.time())

    def cancel(self) -> None:
        """Stop the task; its stream is closed without waiting."""
        if not self._is_canceled:  # a second time would disturb how it is closed
            self._is_canceled = True
            self._task.cancel()

    async def stop(self) -> None:
        """Stop the task, and wait until the stream is closed."""
        if not self._ended:
            self.cancel()
            await asyncio.wait((self._task,))
            self._end()

    def _end(self) -> T:
        """Raise the error of the stream, if there is one."""
        error, self._error = self._error, None
        if error is not None:
            raise error
        return _END  # type: ignore[no-any-return]

    async def _run(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                for each in (self._stream, self._iterator):
                    stack.push_async_callback(_close, each)
                async for piece in self._iterator:
                    if self._core.add(piece, self._loop.time()):
                        _wake(self._waiter)
                    await self._wait_for_room()
        except BaseException as error:  # noqa: BLE001  raised in the consumer's task
            if not (self._is_canceled and isinstance(error, asyncio.CancelledError)):
                self._error = error
        self._core.flush()
        self._ended = True
        _wake(self._waiter)

    async def _wait(self, seconds: float | None) -> None:
        """Wait for a piece or for so long."""
        self._waiter = self._loop.create_future()
        timer = None
        if seconds is not None:
            timer = self._loop.call_later(seconds, _wake, self._waiter)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    async def _wait_for_room(self) -> None:
        while self._core.is_full(self._loop.time()):
            self._room = self._loop.create_future()
            try:
                await self._room
            finally:
                self._room = None


async def _close(stream: object) -> None:
    """Close an iterator or a response, if it can be closed."""
    close = getattr(stream, "aclose", None) or getattr(stream, "close", None)
    if close is not None:
        closed = close()
        if inspect.isawaitable(closed):
            await closed


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


def _cancel_again(canceled: asyncio.CancelledError) -> None:
    """Have the running task canceled in its next wait, and count that once."""
    task = asyncio.current_task()
    if task is not None:  # pragma: no branch - what is canceled is a task
        task.uncancel()
        task.cancel(*canceled.args)
