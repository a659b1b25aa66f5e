"""Keep answers that clients can read at any worker."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

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
        worker = secrets.token_urlsafe(12)
        kept = min(limits.seconds, _LONGEST)
        self._terms = Terms(
            names,
            worker,
            running=int((min(max_seconds, _LONGEST) + kept) * 1000),
            ended=int(kept * 1000),
        )
        outage = Outage()
        self._writer = Writer(store, outage, self._local.__contains__)
        self._pulse = Pulse(
            store,
            outage,
            names=names,
            worker=worker,
            is_needed=self._writer.is_busy,
            on_stop=self._stop,
            on_loss=self._writer.doubt_all,
        )

    def begin(
        self,
        run: Run,
        *,
        owner: Owner,
        wire: KeptWire,
        on_end: Callable[[KeptAnswer], None],
    ) -> KeptAnswer:
        """Begin an answer and return it; see `KeptAnswers.begin`."""

        def ended(answer: KeptAnswer) -> None:
            self._writer.write(copy)
            on_end(answer)

        answer = self._local.begin(run, owner=owner, wire=wire, on_end=ended)
        copy = AnswerCopy(answer, self._terms)
        answer.on_events = lambda _: self._writer.write(copy)
        answer.read_elsewhere = lambda: self._read_elsewhere(answer.id)
        self._writer.add(copy)
        self._pulse.start()
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
        if local is not None and not local.ended:
            return local
        try:
            found = await self._store.one("GET", self._names.chat(chat))
        except StoreError:
            raise RequestRefused(store_unreachable()) from None
        return local if found is None else await self.find(found.decode(), chat)

    async def close(self) -> None:
        """Write what is left, and close the connections."""
        await self._writer.close(_LAST_SECONDS)
        await self._pulse.close()
        await self._store.close()

    def _stop(self, answer_id: str) -> None:
        answer = self._local.get(answer_id)
        if answer is not None and not answer.ended:
            answer.run.stop_on_request()

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
