"""The copy of an answer in Redis has every event once, even if data gets lost."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis.exceptions import ResponseError

from langchain_sse_chat.serve.ending import COMPLETE
from langchain_sse_chat.serve.failure.failure import Failure, draining
from langchain_sse_chat.serve.kept.answer import KeptWire, Owner
from langchain_sse_chat.serve.kept.event_log import EventLog, EventsDropped
from langchain_sse_chat.serve.kept.shared.answer_copy import AnswerCopy, Terms
from langchain_sse_chat.serve.kept.shared.entries import entries_of
from langchain_sse_chat.serve.kept.shared.names import mark_of
from tests.unit_tests.serve.kept.shared.two_workers import ME, NAMES, SharedRedis

TERMS = Terms(NAMES, "worker", running=900_000, ended=600_000)
ANSWER, EVENTS, CHAT = NAMES.answer("a"), NAMES.events("a"), NAMES.chat(ME)


@dataclass
class Given:
    """An answer that is given event by event."""

    id: str = "a"
    owner: Owner = ME
    wire: KeptWire = "plain"
    ended: bool = False
    failure: Failure | None = None
    ending: str = COMPLETE
    log: EventLog = field(default_factory=lambda: EventLog("a", 10_000))
    number: int = 0

    def give(self, count: int = 1, size: int = 1) -> None:
        for _ in range(count):
            self.number += 1
            self.log.append([b"data: %d %b" % (self.number, b"x" * size)])


class Flights:
    """Sends what a copy wants to send."""

    def __init__(self, given: Given) -> None:
        self.redis = SharedRedis()
        self.data = self.redis.data
        self.copy = AnswerCopy(given, TERMS)

    def send(self) -> list[Any]:
        pipeline = self.data.pipeline(transaction=False)
        commands = self.copy.commands()
        for command in commands:
            pipeline.execute_command(*command)
        return list(pipeline.execute(raise_on_error=False)) if commands else []

    def fly(self) -> None:
        """Send until there is nothing more to send."""
        for _ in range(100):
            replies = self.send()
            if not replies:
                return
            assert self.copy.take(replies) is None
        pytest.fail("it never ends")

    def read(self, after: int = 0) -> tuple[bytes, bool]:
        """Return the events for a reader, and whether the last one is among them."""
        reply = self.data.xrange(EVENTS, f"({after}-0")
        data, is_end = b"", False
        for entry in entries_of(reply):
            assert not is_end
            data += entry.after(after)
            after, is_end = max(after, entry.last), entry.is_end
        return data, is_end


def test_an_answer_is_announced_before_its_first_event() -> None:
    flights = Flights(Given())
    flights.fly()
    assert flights.data.hgetall(ANSWER) == {
        b"owner": mark_of(ME).encode(),
        b"wire": b"plain",
        b"worker": b"worker",
    }
    assert flights.data.get(CHAT) == b"a"
    assert not flights.data.exists(EVENTS)
    for key in (ANSWER, CHAT):
        assert 0 < flights.data.pttl(key) <= TERMS.running
    assert flights.copy.commands() == []


def test_events_follow_and_then_the_end() -> None:
    given = Given()
    flights = Flights(given)
    for _ in range(3):
        given.give(2)
        flights.fly()
        assert flights.read() == (given.log.after(0), False)
    assert flights.read(3) == (given.log.after(3), False)
    assert flights.data.pttl(EVENTS) > TERMS.ended
    given.ended = True
    flights.fly()
    assert flights.read() == (given.log.after(0), True)
    assert flights.copy.is_complete
    flights.copy.doubt()
    assert flights.copy.commands() == []
    for key in (ANSWER, EVENTS, CHAT):
        assert 0 < flights.data.pttl(key) <= TERMS.ended


def test_a_chat_that_has_another_answer_keeps_it() -> None:
    flights = Flights(given := Given())
    flights.fly()
    flights.data.set(CHAT, "later", px=TERMS.running)
    given.ended = True
    flights.fly()
    assert flights.data.get(CHAT) == b"later"
    assert flights.data.pttl(CHAT) > TERMS.ended


def test_an_answer_of_no_chat_has_no_chat() -> None:
    flights = Flights(Given(owner=Owner("me")))
    flights.fly()
    assert flights.redis.keys == [ANSWER]


@pytest.mark.parametrize("is_known", [True, False], ids=["announced", "unknown"])
def test_an_answer_that_fails_before_its_first_event(is_known: bool) -> None:
    given = Given()
    flights = Flights(given)
    if is_known:
        flights.fly()
    given.ended, given.failure = True, draining()
    flights.fly()
    (end,) = entries_of(flights.data.xrange(EVENTS))
    assert (end.last, end.is_end, end.failure) == (0, True, draining())


def test_a_long_answer_is_sent_in_parts() -> None:
    given = Given(log=EventLog("a", 2**30))
    given.give(10, size=30_000)
    given.give(1, size=200_000)
    flights = Flights(given)
    flights.fly()
    assert flights.read() == (given.log.after(0), False)
    sizes = [len(fields[b"e"]) for _, fields in flights.data.xrange(EVENTS)]
    assert [size >> 10 for size in sizes] == [58, 58, 58, 58, 58, 195]


def test_what_is_dropped_here_is_dropped_in_redis() -> None:
    given = Given(log=EventLog("a", 1000))
    flights = Flights(given)
    for _ in range(100):
        given.give(size=20)
        flights.fly()
    first = given.log.first
    assert first > 1
    assert flights.read(first - 1) == (given.log.after(first - 1), False)
    with pytest.raises(EventsDropped):
        flights.read()


def test_a_copy_that_is_far_behind_begins_anew() -> None:
    given = Given(log=EventLog("a", 1000))
    given.give()
    flights = Flights(given)
    flights.fly()
    given.give(100, size=20)
    given.ended = True
    flights.fly()
    first = given.log.first
    assert flights.read(first - 1) == (given.log.after(first - 1), True)
    with pytest.raises(EventsDropped):
        flights.read(1)


def test_a_copy_that_comes_too_late_begins_with_what_there_is() -> None:
    given = Given(log=EventLog("a", 1000))
    given.give(100, size=20)
    flights = Flights(given)
    flights.fly()
    first = given.log.first
    assert flights.read(first - 1) == (given.log.after(first - 1), False)


def test_an_error_is_returned_and_nothing_is_taken_for_sent() -> None:
    given = Given()
    flights = Flights(given)
    given.give()
    flights.copy.commands()
    error = ResponseError("OOM command not allowed")
    assert flights.copy.take([3, 1, True, error]) is error
    flights.fly()
    assert flights.read() == (given.log.after(0), False)
    assert flights.data.exists(ANSWER, CHAT) == 2


def test_data_that_is_lost_before_the_first_event_is_announced_again() -> None:
    flights = Flights(Given())
    flights.fly()
    flights.data.flushall()
    flights.copy.doubt()
    flights.fly()
    assert flights.redis.keys == sorted([ANSWER, CHAT])


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost_or_repeated_whatever_happens(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311  no secret
    given = Given(log=EventLog("a", 2**30))
    flights = Flights(given)
    place, read = 0, b""
    for step in range(60):
        given.ended = given.ended or step > 50
        if not given.ended:
            given.give(source.randrange(3), size=source.choice([1, 40_000]))
        # What Redis loses after the end has been written is not written again.
        match source.randrange(8) if step < 50 else 3:
            case 0:
                # The request is lost, or its reply.
                if source.random() < 0.5:
                    flights.send()
                flights.copy.doubt()
            case 1:
                flights.data.flushall()
            case 2:
                # An old state is loaded, or a replica takes over.
                entries = flights.data.xrange(EVENTS)[:-2]
                flights.data.delete(EVENTS)
                for entry_id, fields in entries:
                    flights.data.xadd(EVENTS, fields, id=entry_id)
            case 3:
                flights.fly()
            case _:
                if replies := flights.send():
                    assert flights.copy.take(replies) is None
        data, _ = flights.read(place)
        read += data
        place += data.count(b"\n\n")
        assert given.log.after(0).startswith(read)
    flights.fly()
    rest, is_whole = flights.read(place)
    assert is_whole
    assert read + rest == given.log.after(0)
