"""Keep answers that clients can read at any worker."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from langchain_sse_chat.serve.failure.failure import RequestRefused, store_unreachable
from langchain_sse_chat.serve.kept.answer import (
    KeepLimits,
    KeptAnswer,
    KeptWire,
    Owner,
    Readable,
)
from langchain_sse_chat.serve.kept.answers import KeptAnswers
from langchain_sse_chat.serve.kept.shared.answer_copy import AnswerCopy, Terms
from langchain_sse_chat.serve.kept.shared.names import Names
from langchain_sse_chat.serve.kept.shared.outage import Outage
from langchain_sse_chat.serve.kept.shared.pulse import Pulse
from langchain_sse_chat.serve.kept.shared.remote import find_remote
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError
from langchain_sse_chat.serve.kept.shared.writer import Writer
from langchain_sse_chat.serve.run import Run

_LAST_SECONDS = 2.0
"""Time to write the ends of answers, at a shutdown."""
_LOST_SECONDS = 10.0
"""Time without Redis after which nobody reads an answer at another worker."""
_RETRY = 1.0
_LONGEST = 365 * 24 * 3600
"""Seconds for which Redis keeps anything at most."""


@dataclass(frozen=True, slots=True)
class _Own:
    """The work of this process with its own answers."""

    terms: Terms
    outage: Outage
    writer: Writer
    pulse: Pulse


class SharedAnswers:
    """The answers of this process, with copies in Redis, and those of other processes.

    Args:
        limits: How long and how much is kept.
        store: The Redis.
        names: The keys.
        max_seconds: The longest time for an answer.
    """

    def __init__(
        self,
        limits: KeepLimits,
        store: Store,
        *,
        names: Names,
        max_seconds: float,
    ) -> None:
        self._local = KeptAnswers(limits)
        self._store = store
        self._names = names
        self._linger = min(limits.linger, _LONGEST)
        self._kept = min(limits.seconds, _LONGEST)
        self._running = min(max_seconds, _LONGEST) + self._kept
        self._own: _Own | None = None
        """Made with the first answer: an application may be made before a fork, and
        each process is a worker of its own."""

    async def begin(
        self,
        run: Run,
        *,
        owner: Owner,
        wire: KeptWire,
        on_end: Callable[[KeptAnswer], None],
    ) -> KeptAnswer:
        """Begin an answer and return it when other workers can find it.

        If Redis is slow or fails, that is not waited for. See `KeptAnswers.begin`.
        """
        own = self._own = self._own or self._begin_work()

        def ended(answer: KeptAnswer) -> None:
            own.writer.write(copy)
            on_end(answer)

        answer = await self._local.begin(run, owner=owner, wire=wire, on_end=ended)
        copy = AnswerCopy(answer, own.terms)
        answer.on_events = lambda _: own.writer.write(copy)
        answer.read_elsewhere = lambda: self._read_elsewhere(answer.id)
        own.writer.add(copy)
        own.pulse.start()
        # A client that loses its connection may come to another worker immediately.
        await own.writer.announced(copy)
        return answer

    async def find(self, answer_id: str, reader: Owner) -> Readable | None:
        """Return an answer, `None` if there is none that the reader may read.

        Raises:
            RequestRefused: Redis does not work, and the answer is not here.
        """
        local = await self._local.find(answer_id, reader)
        if local is not None:
            return local
        try:
            async with self._store.using():
                return await find_remote(
                    self._store, self._names, answer_id, reader, linger=self._linger
                )
        except StoreError:
            raise RequestRefused(store_unreachable()) from None

    async def last_of(self, chat: Owner) -> Readable | None:
        """Return the last answer to a chat, `None` if there is none.

        Raises:
            RequestRefused: Redis does not work, and the chat has no answer here.
        """
        local = await self._local.last_of(chat)
        is_running = local is not None and not local.ended
        if is_running and self._own and self._own.outage.lasts():
            return local
        # A running one need not be the last: a page may have gone on at another worker
        # without stopping it.
        try:
            async with self._store.using():
                found = await self._store.one("GET", self._names.chat(chat))
        except StoreError:
            if is_running:
                return local
            raise RequestRefused(store_unreachable()) from None
        return local if found is None else await self.find(found.decode(), chat)

    async def close(self) -> None:
        """Write what is left, and close the connections."""
        if self._own is not None:
            await self._own.writer.close(_LAST_SECONDS)
            await self._own.pulse.close()
        await self._store.close()

    def _begin_work(self) -> _Own:
        worker = secrets.token_urlsafe(12)
        terms = Terms(
            self._names,
            worker,
            running=int(self._running * 1000),
            ended=int(self._kept * 1000),
        )
        outage = Outage()
        writer = Writer(self._store, outage, self._local.__contains__)
        pulse = Pulse(
            self._store,
            outage,
            names=self._names,
            worker=worker,
            is_needed=writer.is_busy,
            on_stop=self._stop,
            on_loss=writer.doubt_all,
        )
        return _Own(terms, outage, writer, pulse)

    def _stop(self, answer_id: str) -> None:
        answer = self._local.get(answer_id)
        if answer is not None:
            answer.stop_now()

    async def _read_elsewhere(self, answer_id: str) -> float:
        """Return the seconds for which a reader at another worker still counts."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _LOST_SECONDS
        while True:
            try:
                key = self._names.reader(answer_id)
                left: int = await self._store.one("PTTL", key)
            except StoreError:
                # Others cannot read either.
                if loop.time() >= end:
                    return 0.0
                await asyncio.sleep(_RETRY)
            else:
                return max(0.0, left / 1000)
