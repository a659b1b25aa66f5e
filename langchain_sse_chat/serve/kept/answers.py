"""Keep the answers of this process, running ones and those that have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from langchain_sse_chat.serve.kept.answer import (
    KeepLimits,
    KeptAnswer,
    KeptWire,
    Owner,
)
from langchain_sse_chat.serve.kept.event_ids import new_answer_id
from langchain_sse_chat.serve.run import Run

_ENDED = 64
"""How many times the size of one answer all that have ended may have together."""
_EACH = 4096
"""Bytes that each answer takes besides its events, so that empty ones are counted."""


class KeptAnswers:
    """The kept answers of this process.

    An answer that has ended is dropped after some time, and the oldest of them earlier
    if they are large together.

    Args:
        limits: How long and how much is kept.
    """

    def __init__(self, limits: KeepLimits) -> None:
        self._limits = limits
        self._answers: dict[str, KeptAnswer] = {}
        self._chats: dict[Owner, str] = {}
        """The ID of the last answer to each chat."""
        self._ended: dict[str, asyncio.TimerHandle] = {}
        """When each answer that has ended is dropped, the oldest first."""
        self._ended_size = 0

    def __len__(self) -> int:
        return len(self._answers)

    async def begin(
        self,
        run: Run,
        *,
        owner: Owner,
        wire: KeptWire,
        on_end: Callable[[KeptAnswer], None],
    ) -> KeptAnswer:
        """Begin an answer and return it.

        Args:
            run: The run that gives it.
            owner: Who may read it.
            wire: The form of its events.
            on_end: Called at its end.
        """

        def ended(answer: KeptAnswer) -> None:
            self._keep_for_a_while(answer)
            on_end(answer)

        answer_id = new_answer_id()
        answer = KeptAnswer(
            answer_id,
            run,
            owner=owner,
            wire=wire,
            limits=self._limits,
            on_end=ended,
        )
        self._answers[answer_id] = answer
        if owner.chat_id is not None:
            self._chats[owner] = answer_id
        answer.start()
        return answer

    def __contains__(self, answer_id: object) -> bool:
        return answer_id in self._answers

    async def find(self, answer_id: str, reader: Owner) -> KeptAnswer | None:
        """Return an answer, `None` if there is none that the reader may read."""
        answer = self._answers.get(answer_id)
        return answer if answer and answer.owner == reader else None

    async def last_of(self, chat: Owner) -> KeptAnswer | None:
        """Return the last answer to a chat, `None` if there is none."""
        answer_id = self._chats.get(chat)
        return None if answer_id is None else self._answers[answer_id]

    def get(self, answer_id: str) -> KeptAnswer | None:
        """Return an answer, whoever may read it."""
        return self._answers.get(answer_id)

    async def close(self) -> None:
        """Do nothing: only the memory is used."""

    def _keep_for_a_while(self, answer: KeptAnswer) -> None:
        loop = asyncio.get_running_loop()
        self._ended[answer.id] = loop.call_later(
            self._limits.seconds, self._drop, answer.id
        )
        self._ended_size += answer.log.size + _EACH
        while self._ended_size > _ENDED * self._limits.size:
            self._drop(next(iter(self._ended)))

    def _drop(self, answer_id: str) -> None:
        self._ended.pop(answer_id).cancel()
        answer = self._answers.pop(answer_id)
        self._ended_size -= answer.log.size + _EACH
        if self._chats.get(answer.owner) == answer_id:
            del self._chats[answer.owner]
