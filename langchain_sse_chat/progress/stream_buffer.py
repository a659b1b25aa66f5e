"""A buffer that one adds pieces to, and that delivers them by a function."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from langchain_sse_chat.progress.buffer_core import BufferCore
from langchain_sse_chat.progress.whole import Whole
from langchain_sse_chat.transport.clock import monotonic

T = TypeVar("T")


class StreamBuffer(Generic[T]):
    """Delivers pieces of a stream together, so that an interface is updated less often.

    ```python
    from langchain_sse_chat.progress import StreamBuffer

    with StreamBuffer(print, size=10, interval=0.1) as buffer:
        for text in ["Gold", "fish"]:
            buffer.add(text)
    ```

    Texts are joined, and LangChain's message chunks are added. Empty pieces are
    ignored, and other types are delivered as they come. The function is called in the
    thread that adds the last piece, or, after the interval, in the event loop in which
    the first one was added; without an event loop in a thread of its own. Never in two
    threads at the same time, and in the order of the pieces.

    Args:
        on_flush: The function that takes what was held.
        size: The number of pieces that are delivered together; `None` for no limit.
        interval: The longest wait of a piece, in seconds; `None` for no limit.
        characters: The number of characters that are delivered together; `None` for no
            limit. Pieces are not cut to that size.
        whole: `"grapheme"` for no characters in two parts, such as a letter and its
            accent or the parts of an emoji, even if the parts are pieces of their own;
            the last character then waits for the next piece or `flush`. `"fence"` for
            that and for no code fence in two parts, the lines that begin and end code
            in Markdown.
        clock: The function that returns the time in seconds.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        on_flush: Callable[[T], object],
        size: int | None = 10,
        interval: float | None = 0.1,
        *,
        characters: int | None = None,
        whole: Whole | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._core: BufferCore[T] = BufferCore(size, interval, characters, whole)
        self._on_flush = on_flush
        self._clock = clock
        # The function may add pieces.
        self._lock = threading.RLock()
        self._timer: threading.Timer | asyncio.TimerHandle | None = None
        self._error: BaseException | None = None

    def add(self, piece: T) -> None:
        """Add a piece, and deliver what is due.

        Raises:
            Exception: An error of `on_flush`, also of an earlier call by the timer.
        """
        with self._lock:
            self._raise_error()
            self._core.add(piece, self._clock())
            self._deliver()

    def flush(self) -> None:
        """Deliver all that is held, and stop the timer. More pieces may be added.

        Raises:
            Exception: An error of `on_flush`, also of an earlier call by the timer.
        """
        with self._lock:
            self._core.flush()
            self._deliver()
            self._raise_error()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.flush()

    def _deliver(self) -> None:
        """Deliver what is due, and set the timer for the rest."""
        try:
            while (chunk := self._core.pop(self._clock())) is not None:
                self._on_flush(chunk)
        finally:
            self._set_timer()

    def _set_timer(self) -> None:
        seconds = self._core.seconds_left(self._clock())
        if seconds is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = _call_later(seconds, self._on_time)

    def _on_time(self) -> None:
        with self._lock:
            self._timer = None
            try:
                self._deliver()
            except BaseException as error:  # noqa: BLE001  raised by the next call
                self._error = error

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error


def _call_later(
    seconds: float, function: Callable[[], object]
) -> threading.Timer | asyncio.TimerHandle:
    try:
        return asyncio.get_running_loop().call_later(seconds, function)
    except RuntimeError:
        timer = threading.Timer(seconds, function)
        timer.daemon = True
        timer.start()
        return timer
