"""Turns of the calls that need the same file."""

from __future__ import annotations

import asyncio
import gc
import threading

from langchain_sse_chat.gigachat.upload_turns import UploadTurns
from langchain_sse_chat.gigachat.uploads import Uploads


def test_threads_that_need_the_same_file_have_one_lock() -> None:
    turns, uploads = UploadTurns(), Uploads()

    lock = turns.of_threads(uploads, "a")

    assert turns.of_threads(uploads, "a") is lock
    assert turns.of_threads(uploads, "b") is not lock
    assert turns.of_threads(Uploads(), "a") is not lock


def test_tasks_have_the_locks_of_their_event_loop() -> None:
    turns, uploads = UploadTurns(), Uploads()

    async def locks() -> tuple[asyncio.Lock, asyncio.Lock]:
        return turns.of_tasks(uploads, "a"), turns.of_tasks(uploads, "a")

    first, again = asyncio.run(locks())
    other, _ = asyncio.run(locks())

    assert first is again
    assert first is not other


def test_a_lock_that_nobody_needs_is_forgotten() -> None:
    turns, uploads = UploadTurns(), Uploads()
    lock: threading.Lock | None = turns.of_threads(uploads, "a")
    assert len(turns._locks) == 1

    del lock
    gc.collect()

    assert len(turns._locks) == 0


def test_a_forked_child_has_no_locks() -> None:
    turns, uploads = UploadTurns(), Uploads()
    lock = turns.of_threads(uploads, "a")

    with lock:
        turns.reset()
        child = turns.of_threads(uploads, "a")

        assert child.acquire(blocking=False)
        child.release()
