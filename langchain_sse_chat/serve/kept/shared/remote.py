"""Read an answer that another worker gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from langchain_sse_chat.serve.ending import COMPLETE
from langchain_sse_chat.serve.failure.failure import (
    RequestRefused,
    events_dropped,
    store_unreachable,
)
from langchain_sse_chat.serve.kept.answer import KeptWire, Owner
from langchain_sse_chat.serve.kept.event_log import EventsDropped
from langchain_sse_chat.serve.kept.shared.entries import (
    Entry,
    entries_of,
    events_id,
)
from langchain_sse_chat.serve.kept.shared.names import Names, mark_of
from langchain_sse_chat.serve.kept.shared.patience import Patience, Trouble
from langchain_sse_chat.serve.kept.shared.pulse import stop_commands
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError

_LONGEST_BEAT = 1.0
"""Seconds between two looks at the worker, and two signs of the reader."""
_RETRY = 0.25
"""Seconds before Redis is asked again after an error."""
_MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class _Sight:
    """The state of an answer that is silent."""

    trouble: Trouble | None
    last: Entry | None


class RemoteAnswer:
    """An answer of another worker, as Redis has it; see `Readable`."""

    is_shared = True
    """Whether its readers can go on at another process."""

    def __init__(
        self,
        answer_id: str,
        *,
        wire: KeptWire,
        worker: str,
        last: Entry | None,
        store: Store,
        names: Names,
        linger: float,
    ) -> None:
        self.id = answer_id
        """The ID, which nobody can guess."""
        self.wire: KeptWire = wire
        """The form of its events."""
        self.ended = last is not None and last.is_end
        """Whether no more events will come."""
        self.last = last.last if last is not None else 0
        """The number of the last event, 0 before the first one."""
        self.ending = COMPLETE
        """How it ended, as logs name it, once a reader has all of its events."""
        self._worker = worker
        self._store = store
        self._names = names
        self._linger = int(linger * 1000)
        self._beat = min(_LONGEST_BEAT, linger / 3)
        self._shown_at: float | None = None
        self._is_refused = False
        """Whether Redis did not take the last sign of the reader."""

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        """Return the events after the one of a number, as they come."""
        async with self._store.using(), aclosing(self._follow(after)) as events:
            async for data in events:
                yield data

    async def _follow(self, after: int) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        patience = Patience()
        while True:
            trouble: Trouble | None = "unreachable"
            try:
                await self._show(loop.time())
                entries = await self._read(after)
                if not entries:
                    sight = await self._look()
                    trouble = sight.trouble
                    if sight.last and sight.last.is_end and sight.last.last <= after:
                        entries = [sight.last]
            except StoreError:
                await asyncio.sleep(_RETRY)
                entries = []
            for entry in entries:
                trouble = None
                if entry.is_end:
                    self.ending = entry.ending
                    if entry.failure is not None:
                        raise RequestRefused(entry.failure)
                    return
                try:
                    data = entry.after(after)
                except EventsDropped:
                    raise RequestRefused(events_dropped()) from None
                after = max(after, entry.last)
                yield data
            failure = patience.failure(trouble, loop.time())
            if failure is not None:
                raise RequestRefused(failure)

    async def stop(self) -> None:
        """End the answer as its reader asked; what came is kept.

        Raises:
            RequestRefused: Redis does not work.
        """
        try:
            async with self._store.using():
                await self._store.each(
                    *stop_commands(self._names, self._worker, self.id)
                )
        except StoreError:
            raise RequestRefused(store_unreachable()) from None

    async def _show(self, now: float) -> None:
        """Show the worker that the answer is read."""
        if self._shown_at is not None and now < self._shown_at + self._beat:
            return
        self._shown_at = now
        key = self._names.reader(self.id)
        try:
            # A Redis that is full does the first, and refuses the other.
            await self._store.each(
                ("PEXPIRE", key, self._linger),
                ("SET", key, 1, "PX", self._linger),
            )
            self._is_refused = False
        except StoreError:
            # What there is can be read nevertheless.
            self._is_refused = True

    async def _read(self, after: int) -> list[Entry]:
        key = self._names.events(self.id)
        wait = max(1, int(self._beat * 1000))
        found = await self._store.one(
            *("XREAD", "COUNT", _MOST_ENTRIES, "BLOCK", wait),
            *("STREAMS", key, events_id(after)),
        )
        return [entry for _, reply in found or () for entry in entries_of(reply)]

    async def _look(self) -> _Sight:
        names = self._names
        has_answer, has_worker, last = await self._store.each(
            ("EXISTS", names.answer(self.id)),
            ("EXISTS", names.worker(self._worker)),
            ("XREVRANGE", names.events(self.id), "+", "-", "COUNT", 1),
        )
        trouble: Trouble | None = None
        if not has_answer:
            trouble = "lost"
        elif not has_worker:
            trouble = "dead"
        elif self._is_refused:
            trouble = "unreachable"
        return _Sight(trouble, next(iter(entries_of(last)), None))


async def find_remote(
    store: Store, names: Names, answer_id: str, reader: Owner, *, linger: float
) -> RemoteAnswer | None:
    """Return an answer of another worker; `None` if there is none for the reader.

    Raises:
        StoreError: Redis does not work.
    """
    fields, last = await store.each(
        ("HGETALL", names.answer(answer_id)),
        ("XREVRANGE", names.events(answer_id), "+", "-", "COUNT", 1),
    )
    if fields.get(b"owner") != mark_of(reader).encode():
        return None
    return RemoteAnswer(
        answer_id,
        wire="plain" if fields[b"wire"] == b"plain" else "ui",
        worker=fields[b"worker"].decode(),
        last=next(iter(entries_of(last)), None),
        store=store,
        names=names,
        linger=linger,
    )
