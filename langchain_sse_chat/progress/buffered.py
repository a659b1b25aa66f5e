"""Buffer a stream in sync code, with a thread that reads it."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Generator, Iterable
from typing import Any, Generic, TypeVar

from langchain_sse_chat.progress.buffer_core import BufferCore
from langchain_sse_chat.progress.whole import Whole
from langchain_sse_chat.transport.clock import monotonic

T = TypeVar("T")

_END: Any = object()


def buffered(
    stream: Iterable[T],
    *,
    size: int | None = 10,
    interval: float | None = 0.1,
    characters: int | None = None,
    whole: Whole | None = None,
) -> Generator[T, None, None]:
    """Yield the pieces of a stream in larger chunks.

    A chunk is yielded when there are enough pieces or characters, or when its first
    piece has waited for the interval, even if the stream is silent. An error of the
    stream is raised after what came before it. Closing the generator closes the stream.

    The stream is read in a thread, with a copy of the context of the caller, and is at
    most some chunks ahead. The thread ends with the stream or when the generator is
    closed. If it waits for the server then, it ends with the next piece or with the
    timeout of the model, and nobody waits for it.

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
    return _chunks(_Reader(stream, core))


def _chunks(reader: _Reader[T]) -> Generator[T, None, None]:
    reader.start()
    try:
        while (chunk := reader.next()) is not _END:
            yield chunk
    finally:
        reader.stop()


class _Reader(Generic[T]):
    """Reads the stream in a thread; all else is called by the consumer."""

    def __init__(self, stream: Iterable[T], core: BufferCore[T]) -> None:
        self._stream = stream
        self._iterator = iter(stream)
        self._core = core
        self._changed = threading.Condition()
        self._is_stopped = False
        self._is_reading = False
        """Whether the thread waits for the stream."""
        self._ended = False
        self._error: BaseException | None = None
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=context.run,
            args=(self._run,),
            name="langchain-sse-chat buffer",
            # The program may end while the thread waits for a server.
            daemon=True,
        )

    def start(self) -> None:
        self._thread.start()

    def next(self) -> T:
        """Wait for a chunk; return `_END` at the end of the stream."""
        with self._changed:
            while True:
                now = monotonic()
                chunk = self._core.pop(now)
                if chunk is not None:
                    self._changed.notify_all()
                    return chunk
                if self._ended:
                    break
                self._changed.wait(self._core.seconds_left(now))
        return self._end()

    def stop(self) -> None:
        """End the thread, and wait for it if it does not wait for the stream."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()
            is_busy = self._is_reading or self._ended
        # The thread itself is here when it collects this as garbage.
        if not (is_busy or self._thread is threading.current_thread()):
            self._thread.join()
            self._end()

    def _end(self) -> T:
        """Raise the error of the stream, if there is one."""
        error, self._error = self._error, None
        if error is not None:
            raise error
        return _END  # type: ignore[no-any-return]

    def _run(self) -> None:
        try:
            with contextlib.ExitStack() as stack:
                for each in (self._stream, self._iterator):
                    stack.callback(getattr(each, "close", _nothing))
                while self._wants_more() and (piece := self._read()) is not _END:
                    self._put(piece)
        except BaseException as error:  # noqa: BLE001  raised in the consumer's thread
            self._error = error
        with self._changed:
            self._core.flush()
            self._ended = True
            self._changed.notify_all()

    def _wants_more(self) -> bool:
        """Wait for room; return whether to go on."""
        with self._changed:
            while self._core.is_full(monotonic()) and not self._is_stopped:
                self._changed.wait()
            self._is_reading = not self._is_stopped
            return self._is_reading

    def _read(self) -> T:
        try:
            return next(self._iterator, _END)
        finally:
            with self._changed:
                self._is_reading = False

    def _put(self, piece: T) -> None:
        with self._changed:
            if self._core.add(piece, monotonic()):
                self._changed.notify_all()


def _nothing() -> None:
    """Close an iterator that cannot be closed."""
