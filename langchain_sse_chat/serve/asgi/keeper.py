"""Keep answers for clients that come back, and read them on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from langchain_sse_chat.serve.asgi.access_log import Answered, log_answer
from langchain_sse_chat.serve.asgi.answering import Answering
from langchain_sse_chat.serve.asgi.call import Call
from langchain_sse_chat.serve.asgi.open_answers import OpenAnswers
from langchain_sse_chat.serve.asgi.reading import Reading
from langchain_sse_chat.serve.asgi.settings import MEMORY, Settings
from langchain_sse_chat.serve.ending import LEFT
from langchain_sse_chat.serve.failure.failure import RequestRefused, not_kept
from langchain_sse_chat.serve.kept.answer import (
    KeepLimits,
    KeptAnswer,
    KeptWire,
    Owner,
    Readable,
)
from langchain_sse_chat.serve.kept.answers import KeptAnswers
from langchain_sse_chat.serve.kept.event_ids import EventId
from langchain_sse_chat.serve.kept.shared.answers import SharedAnswers
from langchain_sse_chat.serve.kept.shared.names import Names
from langchain_sse_chat.serve.kept.shared.store import Store
from langchain_sse_chat.serve.run import Run, RunLimits

_LAST_SECONDS = 1.0
"""Time for the last events of answers that have ended, at a shutdown."""

_RESUME_SECONDS = 1.0
"""The longest time until a client that reads on learns that its answer is running."""


class Answers(Protocol):
    """Kept answers, of this process or of several."""

    async def begin(
        self,
        run: Run,
        *,
        owner: Owner,
        wire: KeptWire,
        on_end: Callable[[KeptAnswer], None],
    ) -> KeptAnswer:
        """Begin an answer and return it."""
        ...

    async def find(self, answer_id: str, reader: Owner) -> Readable | None:
        """Return an answer, `None` if there is none that the reader may read."""
        ...

    async def last_of(self, chat: Owner) -> Readable | None:
        """Return the last answer to a chat, `None` if there is none."""
        ...

    async def close(self) -> None:
        """Close connections, after all answers have ended."""
        ...


class Keeper:
    """The answers that are kept, and their readers.

    Args:
        answers: The answers, of this process or of several.
        limits: Times and sizes of an answer, and of a reader.
        max_readers: The most clients that read on at the same time.
    """

    def __init__(
        self, answers: Answers, limits: RunLimits, *, max_readers: int
    ) -> None:
        self._answers = answers
        self._reader_limits = replace(limits, max_seconds=None)
        self._resume_limits = replace(self._reader_limits, commit_after=_RESUME_SECONDS)
        # An answer has no reader of its own, who could leave or be slow.
        self._run_limits = replace(
            limits, commit_after=None, keep_alive=None, reader_seconds=None
        )
        self._readers = OpenAnswers(max_readers)
        self._first_readers = OpenAnswers(max_readers)

    @classmethod
    def of(cls, settings: Settings, limits: RunLimits) -> Keeper | None:
        """Return the keeper for the settings of an application, `None` without one.

        Raises:
            ConfigurationError: `keep` is not valid, or `redis` is not installed.
        """
        if settings.keep is None:
            return None
        keep = KeepLimits(
            linger=settings.linger,
            seconds=settings.kept_seconds,
            size=settings.kept_bytes,
        )
        if settings.keep == MEMORY:
            answers: Answers = KeptAnswers(keep)
        else:
            answers = SharedAnswers(
                keep,
                Store.of(settings.keep, settings.max_streams),
                names=Names(settings.keep_prefix),
                max_seconds=settings.max_seconds,
            )
        return cls(answers, limits, max_readers=settings.max_streams)

    async def respond(self, answering: Answering, owner: Owner) -> Reading:
        """Begin an answer, and return the reading of it from its first event.

        Raises:
            RequestRefused: Too many clients still read answers that have ended.
        """
        with self._first_readers.place():
            encoder, run = answering.new_run(limits=self._run_limits)

        def end(answer: KeptAnswer) -> None:
            answered = Answered(answering.request_id, answering.model)
            _set_outcome(answered, answer, run)
            answering.end(encoder, run, answered)

        wire: KeptWire = "plain" if answering.wire == "plain" else "ui"
        answering.registry.add(run)
        answer = await self._answers.begin(run, owner=owner, wire=wire, on_end=end)
        return Reading(
            answer,
            0,
            request_id=answering.request_id,
            limits=self._reader_limits,
            headers=answering.own_headers,
            registry=self._first_readers,
        )

    async def read_on(self, call: Call, owner: Owner) -> Reading | None:
        """Return the reading of an answer from the place that the client has reached.

        Args:
            call: The request. Its header `Last-Event-ID` has the place; without it, the
                answer that is being given to the chat is read from its beginning.
            owner: The key and the chat of the request.

        Returns:
            The reading; `None` if the client has all events, or no answer is being
            given to the chat.

        Raises:
            RequestRefused: The answer is not kept, or too many clients read on.
        """
        sent = call.header("last-event-id")
        if sent is None:
            answer = await self._answers.last_of(owner)
            if answer is None or answer.ended:
                return None
            return self._reading(call, answer, 0)
        place = EventId.parse(sent)
        found = await self._answers.find(place.answer, owner) if place else None
        if not (place and found):
            raise RequestRefused(not_kept())
        # One that has ended without events has a failure to tell.
        has_all = found.ended and place.number >= found.last > 0
        if place.is_end or has_all:
            return None
        return self._reading(call, found, place.number)

    async def stop(self, event_id: str, owner: Owner) -> bool:
        """Stop the answer that has an event; return whether it was running."""
        place = EventId.parse(event_id)
        answer = await self._answers.find(place.answer, owner) if place else None
        return await _stop(answer)

    async def stop_chat(self, owner: Owner) -> bool:
        """Stop the answer that is being given to a chat; return whether there was."""
        return await _stop(await self._answers.last_of(owner))

    def open_again(self) -> None:
        """Read on again, after a shutdown."""
        self._readers.open_again()
        self._first_readers.open_again()

    async def drain(self) -> None:
        """End the readings, after the answers of this process have ended."""
        readers = (self._readers, self._first_readers)
        await asyncio.gather(*(some.drain(_LAST_SECONDS) for some in readers))
        await self._answers.close()

    def _reading(self, call: Call, answer: Readable, after: int) -> Reading:
        with self._readers.place():
            return Reading(
                answer,
                after,
                request_id=call.request_id,
                limits=self._resume_limits,
                headers=call.own_headers,
                registry=self._readers,
                report=log_answer,
            )


async def _stop(answer: Readable | None) -> bool:
    if answer is None or answer.ended:
        return False
    await answer.stop()
    return True


def _set_outcome(answered: Answered, answer: KeptAnswer, run: Run) -> None:
    answered.status = answer.status
    answered.ending = LEFT if answer.is_abandoned else answer.ending
    now = asyncio.get_running_loop().time()
    answered.set_times(run.started_at, run.first_bytes_at, now)
