"""Show that this worker lives, and do what other workers ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from langchain_sse_chat.serve.kept.shared.answer_copy import Command
from langchain_sse_chat.serve.kept.shared.names import Names
from langchain_sse_chat.serve.kept.shared.outage import Outage
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError

_BEAT = 1000
"""Milliseconds between two signs of life."""
_LIFE = 5000
"""Milliseconds after the last sign of life for which a worker counts as living."""
_CONTROL_LIFE = 60_000
"""Milliseconds for which requests to a worker are kept."""
_MOST_REQUESTS = 1000
_STOP = b"stop"
_WHAT = "sign of life"


class Pulse:
    """The signs of life of this worker, as long as it has something to do.

    Args:
        store: The Redis.
        outage: Reports what fails.
        names: The keys.
        worker: The ID of this worker.
        is_needed: Returns whether the worker has something to do.
        on_stop: Called with the ID of an answer that shall be stopped.
        on_loss: Called when Redis may have lost data.
    """

    def __init__(
        self,
        store: Store,
        outage: Outage,
        *,
        names: Names,
        worker: str,
        is_needed: Callable[[], bool],
        on_stop: Callable[[str], None],
        on_loss: Callable[[], None],
    ) -> None:
        self._store = store
        self._outage = outage
        self._alive = names.worker(worker)
        self._control = names.control(worker)
        self._is_needed = is_needed
        self._on_stop = on_stop
        self._on_loss = on_loss
        self._place = b"0-0"
        """The ID of the last request that was read."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, if there is no pulse yet."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """End the task."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _run(self) -> None:
        async with self._store.using():
            await self._live()

    async def _live(self) -> None:
        is_first = True
        while self._is_needed():
            try:
                if await self._beat() and not is_first:
                    self._on_loss()
                is_first = False
                await self._listen()
            except StoreError as error:
                await asyncio.sleep(self._outage.failed(_WHAT, error))
            else:
                self._outage.worked(_WHAT)

    async def _beat(self) -> bool:
        """Give a sign of life; return whether Redis did not have the last one."""
        # A Redis that is full takes this, but no new key.
        if await self._store.one("PEXPIRE", self._alive, _LIFE):
            return False
        await self._store.one("SET", self._alive, 1, "PX", _LIFE)
        return True

    async def _listen(self) -> None:
        """Do what is asked for, until the next sign of life is due."""
        found = await self._store.one(
            *("XREAD", "BLOCK", _BEAT, "STREAMS", self._control, self._place)
        )
        for _, requests in found or ():
            for request_id, fields in requests:
                self._place = request_id
                self._on_stop(fields[_STOP].decode())


def stop_commands(names: Names, worker: str, answer_id: str) -> list[Command]:
    """Return the commands that ask a worker to stop an answer."""
    control = names.control(worker)
    return [
        ("XADD", control, "MAXLEN", "~", _MOST_REQUESTS, "*", _STOP, answer_id),
        ("PEXPIRE", control, _CONTROL_LIFE),
    ]
