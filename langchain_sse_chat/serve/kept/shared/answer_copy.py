"""Decide what Redis has to be sent of one answer, and what its replies mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.kept.answer import KeptWire, Owner
from langchain_sse_chat.serve.kept.event_log import EventLog
from langchain_sse_chat.serve.kept.shared.entries import (
    END,
    EVENTS,
    end_id,
    end_of,
    events_id,
    is_end,
    number_of,
)
from langchain_sse_chat.serve.kept.shared.names import Names, mark_of

Command = tuple[Any, ...]

_PART = 2**16
"""The most bytes of events in one entry, if there are several events."""

_APPEND = """\
local found = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local last = found[1] and found[1][1] or ''
if last ~= ARGV[1] then return last end
redis.call('XADD', KEYS[1], 'MINID', '=', ARGV[2], ARGV[3], ARGV[4], ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return ARGV[3]
"""
"""Adds an entry if the last one is as expected, and returns the ID of the last one.

Thus an entry is neither repeated after a lost reply, nor does it come after a gap, when
Redis has lost entries without breaking the connection.
"""
_EXPIRE = """\
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
"""
"""Ends the time of a chat, unless it has another answer by now."""
_NO_ID = "?"
"""Is never the ID of an entry, so that only the ID of the last one is returned."""


class Copied(Protocol):
    """A kept answer, as far as it is copied."""

    id: str
    owner: Owner
    wire: KeptWire
    ended: bool
    log: EventLog

    @property
    def failure(self) -> Failure | None:
        """The failure of an answer without events."""
        ...

    @property
    def ending(self) -> str:
        """How it ended, as logs name it."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """The worker and the times of all copies."""

    names: Names
    worker: str
    """The ID of the worker."""
    running: int
    """Milliseconds for which Redis keeps an answer that does not end."""
    ended: int
    """Milliseconds for which Redis keeps an answer after its end."""


class AnswerCopy:
    """The copy of one answer in Redis, as far as the worker knows it.

    `commands` says what to send; `take` is called with the replies, or `doubt` without.

    Args:
        answer: The answer.
        terms: The worker and the times.
    """

    def __init__(self, answer: Copied, terms: Terms) -> None:
        self.answer = answer
        """The answer."""
        self._terms = terms
        self._last: str | None = ""
        """The ID of the last entry in Redis, empty without one; `None` for unknown."""
        self._is_announced = False
        """Whether Redis knows of the answer."""
        self._appends = False
        """Whether the last command that was sent returns the ID of the last entry."""

    @property
    def is_complete(self) -> bool:
        """Whether Redis has all of the answer, with its end."""
        return self._last is not None and is_end(self._last)

    @property
    def is_doubted(self) -> bool:
        """Whether Redis is only asked for its last entry next."""
        return self._last is None

    def commands(self) -> list[Command]:
        """Return the commands to send next; none if Redis has all that there is."""
        if self.is_complete:
            return []
        if self._last is None:
            commands = [self._append(_NO_ID)]
        else:
            announced = [] if self._is_announced else self._announce()
            commands = announced + self._next(self._last)
        self._appends = bool(commands) and commands[-1][0] == "EVAL"
        return commands

    def take(self, replies: Sequence[object]) -> Exception | None:
        """Take the replies to the commands; return the error if there is one."""
        for reply in replies:
            if isinstance(reply, Exception):
                self.doubt()
                return reply
        if self._appends:
            last = replies[-1]
            assert isinstance(last, bytes)  # noqa: S101  the script returns an ID
            self._last = last.decode()
        # Without an entry, Redis may have lost the rest too.
        self._is_announced = bool(self._last) or not self._appends
        return None

    def doubt(self) -> None:
        """Ask Redis for its last entry next: it may have less or more than known."""
        if not self.is_complete:
            self._last = None

    def _next(self, last: str) -> list[Command]:
        answer, terms = self.answer, self._terms
        log = answer.log
        known = number_of(last)
        first: list[Command] = []
        if known < log.first - 1:
            # The events between are no longer here.
            if last:
                first.append(("DEL", terms.names.events(answer.id)))
            known, last = log.first - 1, ""
        if known < log.last:
            events, reached = log.part(known, _PART)
            entry = (events_id(reached), EVENTS, events, terms.running)
            return [*first, self._append(last, log.first, *entry)]
        if answer.ended:
            how = end_of(answer.ending, answer.failure)
            end = (end_id(log.last), END, how, terms.ended)
            oldest = min(log.first, log.last)
            return [*self._expire(), self._append(last, oldest, *end)]
        return []

    def _expire(self) -> list[Command]:
        answer, terms = self.answer, self._terms
        commands: list[Command] = [
            ("PEXPIRE", terms.names.answer(answer.id), terms.ended)
        ]
        if answer.owner.chat_id is not None:
            chat = terms.names.chat(answer.owner)
            commands.append(("EVAL", _EXPIRE, 1, chat, answer.id, terms.ended))
        return commands

    def _announce(self) -> list[Command]:
        answer, terms = self.answer, self._terms
        key = terms.names.answer(answer.id)
        fields = {
            "owner": mark_of(answer.owner),
            "wire": answer.wire,
            "worker": terms.worker,
        }
        flat = [text for field in fields.items() for text in field]
        commands: list[Command] = [
            ("HSET", key, *flat),
            ("PEXPIRE", key, terms.running),
        ]
        if answer.owner.chat_id is not None:
            chat = terms.names.chat(answer.owner)
            commands.append(("SET", chat, answer.id, "PX", terms.running))
        return commands

    def _append(self, last: str, *arguments: object) -> Command:
        key = self._terms.names.events(self.answer.id)
        return ("EVAL", _APPEND, 1, key, last, *arguments)
