"""Write the answers of this worker into Redis, all of them in one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from langchain_sse_chat.serve.kept.shared.answer_copy import AnswerCopy, Command
from langchain_sse_chat.serve.kept.shared.outage import Outage
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError

_PAUSE = 0.005
"""Seconds between two requests, in which events gather."""
_MOST = 64
"""The most answers in one request, whose events are in memory twice."""
_WHAT = "write"
_ANNOUNCED_SECONDS = 1.0
"""The longest wait for a Redis that is slow."""


class Writer:
    """Writes copies. Its task ends when all of them are complete.

    Args:
        store: The Redis.
        outage: Reports what fails.
        is_kept: Returns whether an answer is still kept in the memory.
    """

    def __init__(
        self, store: Store, outage: Outage, is_kept: Callable[[str], bool]
    ) -> None:
        self._store = store
        self._outage = outage
        self._is_kept = is_kept
        self._copies: set[AnswerCopy] = set()
        self._changed: dict[AnswerCopy, None] = {}
        """Copies that may lack something, in the order in which they changed."""
        self._announced: dict[AnswerCopy, asyncio.Future[None]] = {}
        """Set as soon as Redis knows of a new answer, or fails."""
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        """Of the event loop of the task: each task has its own."""

    def is_busy(self) -> bool:
        """Whether there are copies that are not complete."""
        return bool(self._copies)

    def add(self, copy: AnswerCopy) -> None:
        """Take the copy of an answer that begins."""
        self._copies.add(copy)
        loop = asyncio.get_running_loop()
        if not self._outage.lasts():
            self._announced[copy] = loop.create_future()
        if self._task is None or self._task.done():
            self._news = asyncio.Event()
            self._task = loop.create_task(self._run())
        self.write(copy)

    async def announced(self, copy: AnswerCopy) -> None:
        """Wait until Redis knows of a new answer, unless it fails."""
        waiter = self._announced.get(copy)
        if waiter is not None:
            await asyncio.wait((waiter,), timeout=_ANNOUNCED_SECONDS)

    def write(self, copy: AnswerCopy) -> None:
        """Write what the answer has more by now."""
        self._changed[copy] = None
        self._news.set()

    def doubt_all(self) -> None:
        """Look what Redis has of each answer, and write what it lacks."""
        for copy in self._copies:
            copy.doubt()
            self.write(copy)

    async def close(self, seconds: float) -> None:
        """Wait until all is written, and end the task.

        Args:
            seconds: The longest wait.
        """
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=seconds)
            self._task.cancel()
            await asyncio.wait((self._task,))
        self._copies.clear()
        self._changed.clear()
        self._release(list(self._announced))

    async def _run(self) -> None:
        async with self._store.using():
            await self._write_all()

    async def _write_all(self) -> None:
        while True:
            work = self._work()
            if not self._copies:
                return
            if not work:
                self._news.clear()
                await self._news.wait()
                continue
            # A Redis that is full answers questions.
            writes = not all(copy.is_doubted for copy, _ in work)
            error = await self._send(work)
            self._release([copy for copy, _ in work])
            if error is not None:
                await asyncio.sleep(self._outage.failed(_WHAT, error))
                continue
            if writes:
                self._outage.worked(_WHAT)
            await asyncio.sleep(_PAUSE)

    def _release(self, copies: list[AnswerCopy]) -> None:
        for copy in copies:
            waiter = self._announced.pop(copy, None)
            if waiter is not None:
                waiter.set_result(None)

    def _work(self) -> list[tuple[AnswerCopy, list[Command]]]:
        """Return the commands to send for each copy."""
        work = []
        for copy in list(self._changed):
            del self._changed[copy]
            commands = copy.commands()
            if commands and self._is_kept(copy.answer.id):
                # It is looked at again after the others.
                self._changed[copy] = None
                work.append((copy, commands))
                if len(work) == _MOST:
                    break
            elif commands or copy.is_complete:
                self._copies.discard(copy)
        return work

    async def _send(
        self, work: list[tuple[AnswerCopy, list[Command]]]
    ) -> Exception | None:
        """Send the commands; return an error if there is one."""
        flat = [command for _, commands in work for command in commands]
        try:
            replies = await self._store.all(flat)
        except StoreError as error:
            for copy, _ in work:
                copy.doubt()
            return error
        found: Exception | None = None
        for copy, commands in work:
            mine, replies = replies[: len(commands)], replies[len(commands) :]
            found = copy.take(mine) or found
        return found
