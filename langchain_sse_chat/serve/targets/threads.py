"""Run a plain iterator in threads, one step after the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from typing import Any

_END = object()


async def in_threads(iterator: Iterator[Any]) -> AsyncGenerator[Any, None]:
    """Yield the items of an iterator that may block.

    A generator is closed in a thread when this one is. A step that runs then is
    finished first; nobody waits for it.
    """
    steps = _Steps(iterator)
    try:
        while (item := await asyncio.to_thread(steps.next)) is not _END:
            yield item
    finally:
        if not steps.ended:
            loop = asyncio.get_running_loop()
            loop.run_in_executor(None, steps.close)


class _Steps:
    """Takes care that a generator is not closed while it runs."""

    def __init__(self, iterator: Iterator[Any]) -> None:
        self._iterator = iterator
        self._lock = threading.Lock()
        self.ended = False
        """Whether there is nothing to close."""

    def next(self) -> Any:
        with self._lock:
            try:
                item = _END if self.ended else next(self._iterator, _END)
            except BaseException:
                self.ended = True
                raise
            self.ended = self.ended or item is _END
            return item

    def close(self) -> None:
        with self._lock:
            self.ended = True
            if close := getattr(self._iterator, "close", None):
                close()
