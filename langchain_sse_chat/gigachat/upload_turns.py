"""Let calls that need the same file take turns, so that only the first one uploads it.

Threads wait for threads, and tasks for tasks of their own event loop: a thread that
waits for a task of the loop that it blocks would wait forever.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from langchain_sse_chat.transport.event_loop import running_loop

LockT = TypeVar("LockT")


class UploadTurns:
    """The locks of files that calls are uploading or waiting for."""

    def __init__(self) -> None:
        """Start without locks."""
        self.reset()

    def reset(self) -> None:
        """Forget all locks: in a forked child, nobody would release them."""
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()

    def of_threads(self, uploads: Hashable, key: str) -> threading.Lock:
        """Return the lock of a file for sync calls.

        Args:
            uploads: The files of the model.
            key: The key of the file.
        """
        return self._lock((uploads, None, key), threading.Lock)

    def of_tasks(self, uploads: Hashable, key: str) -> asyncio.Lock:
        """Return the lock of a file for tasks of the running event loop.

        Args:
            uploads: The files of the model.
            key: The key of the file.
        """
        return self._lock((uploads, running_loop(), key), asyncio.Lock)

    def _lock(self, name: Hashable, make: Callable[[], LockT]) -> LockT:
        with self._guard:
            lock: LockT | None = self._locks.get(name)
            if lock is None:
                self._locks[name] = lock = make()
            return lock


TURNS = UploadTurns()
"""The turns of the process. A model does not have them itself, because locks can be
neither copied nor pickled."""

if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=TURNS.reset)
