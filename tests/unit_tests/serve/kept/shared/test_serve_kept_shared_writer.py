"""The writer sends what there is of all answers, and ends when Redis has it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ResponseError

from langchain_sse_chat.serve.kept.shared.answer_copy import AnswerCopy
from langchain_sse_chat.serve.kept.shared.entries import entries_of
from langchain_sse_chat.serve.kept.shared.outage import Outage
from langchain_sse_chat.serve.kept.shared.store import Store
from langchain_sse_chat.serve.kept.shared.writer import Writer
from tests.unit_tests.serve.kept.shared.test_serve_kept_shared_answer_copy import (
    TERMS,
    Given,
)
from tests.unit_tests.serve.kept.shared.two_workers import (
    NAMES,
    SharedRedis,
    tasks_left,
)
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop


class Watched(Store):
    """Counts requests; a full Redis refuses them."""

    def __init__(self, redis: SharedRedis) -> None:
        super().__init__(redis.client, is_own=True)
        self.sizes: list[int] = []
        self.is_full = False
        self.is_slow = False

    async def all(self, commands: Any) -> list[Any]:
        self.sizes.append(len(commands))
        if self.is_slow:
            await asyncio.sleep(60)
        if self.is_full and any("?" not in command for command in commands):
            return [ResponseError("OOM")] * len(commands)
        return await super().all(commands)


class Writing:
    def __init__(self, count: int = 1) -> None:
        self.redis = SharedRedis()
        self.store = Watched(self.redis)
        self.given = [Given(id=f"a{number}") for number in range(count)]
        self.kept = {given.id for given in self.given}
        self.writer = Writer(self.store, Outage(), self.kept.__contains__)
        self.copies = [AnswerCopy(given, TERMS) for given in self.given]
        for copy in self.copies:
            self.writer.add(copy)

    def give(self, count: int = 1) -> None:
        for given, copy in zip(self.given, self.copies, strict=True):
            given.give(count)
            self.writer.write(copy)

    def end(self) -> None:
        for given, copy in zip(self.given, self.copies, strict=True):
            given.ended = True
            self.writer.write(copy)

    def lacks(self) -> list[str]:
        """Return the answers that are not whole in Redis."""
        data = self.redis.data
        return [
            given.id
            for given in self.given
            if b"".join(
                entry.events
                for entry in entries_of(data.xrange(NAMES.events(given.id)))
            )
            != given.log.after(0)
        ]


@in_virtual_time
async def test_events_of_all_answers_go_together() -> None:
    writing = Writing(30)
    await asyncio.sleep(1)
    for _ in range(5):
        writing.give(3)
        await asyncio.sleep(1)
    assert writing.lacks() == []
    assert writing.store.sizes == [90, 30, 30, 30, 30, 30]
    assert writing.writer.is_busy()
    writing.end()
    await asyncio.sleep(1)
    assert not writing.writer.is_busy()
    assert tasks_left() == 0


@in_virtual_time
async def test_a_request_has_a_limit_and_everyone_gets_a_turn() -> None:
    writing = Writing(200)
    writing.give()
    await asyncio.sleep(1)
    assert writing.lacks() == []
    assert max(writing.store.sizes) <= 64 * 4
    writing.end()
    await asyncio.sleep(1)
    assert not writing.writer.is_busy()


@in_virtual_time
async def test_it_begins_again_after_it_had_nothing_to_do() -> None:
    writing = Writing()
    writing.give()
    writing.end()
    await asyncio.sleep(1)
    later = Given(id="b")
    writing.kept.add("b")
    writing.writer.add(AnswerCopy(later, TERMS))
    await asyncio.sleep(1)
    assert writing.redis.data.exists(NAMES.answer("b"))
    await writing.writer.close(0.1)
    assert tasks_left() == 0


def test_it_begins_again_in_another_event_loop() -> None:
    made: list[Writing] = []

    @in_virtual_time
    async def first() -> None:
        made.append(Writing())
        await asyncio.sleep(1)
        made[0].give()
        made[0].end()
        await asyncio.sleep(1)

    @in_virtual_time
    async def second() -> None:
        writing = made[0]
        later = Given(id="b")
        copy = AnswerCopy(later, TERMS)
        writing.kept.add("b")
        writing.writer.add(copy)
        await asyncio.sleep(1)
        later.give(1)
        writing.writer.write(copy)
        await asyncio.sleep(1)
        assert writing.redis.data.xlen(NAMES.events("b")) == 1
        await writing.writer.close(0.1)

    first()
    second()


@in_virtual_time
async def test_a_redis_that_was_down_gets_the_rest() -> None:
    writing = Writing(3)
    writing.give()
    await asyncio.sleep(1)
    writing.redis.stop()
    writing.give(5)
    await asyncio.sleep(60)
    assert len(writing.store.sizes) < 70
    writing.redis.start()
    await asyncio.sleep(2)
    assert writing.lacks() == []
    writing.end()
    await asyncio.sleep(1)
    assert not writing.writer.is_busy()


@in_virtual_time
async def test_a_redis_that_lost_its_data_gets_all_again() -> None:
    writing = Writing(3)
    writing.give(4)
    await asyncio.sleep(1)
    writing.redis.start(with_data=False)
    writing.writer.doubt_all()
    await asyncio.sleep(1)
    assert writing.lacks() == []
    await writing.writer.close(0.1)


@in_virtual_time
async def test_a_redis_that_is_full_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    writing = Writing(3)
    writing.store.is_full = True
    writing.give(4)
    await asyncio.sleep(30)
    assert writing.lacks() == ["a0", "a1", "a2"]
    assert len(caplog.messages) == 1
    assert len(writing.store.sizes) < 70
    writing.store.is_full = False
    await asyncio.sleep(2)
    assert writing.lacks() == []
    await writing.writer.close(0.1)


@in_virtual_time
async def test_a_new_answer_waits_until_redis_knows_it() -> None:
    writing = Writing()
    copy = writing.copies[0]
    await writing.writer.announced(copy)
    assert writing.redis.data.exists(NAMES.answer("a0"))
    await writing.writer.announced(copy)
    await writing.writer.close(0.1)


@in_virtual_time
async def test_a_new_answer_does_not_wait_for_a_redis_that_fails() -> None:
    writing = Writing()
    writing.redis.stop()
    started = virtual_loop().time()
    await writing.writer.announced(writing.copies[0])
    later = AnswerCopy(Given(id="b"), TERMS)
    writing.writer.add(later)
    await writing.writer.announced(later)
    assert virtual_loop().time() == started
    await writing.writer.close(0.1)


@in_virtual_time
async def test_a_new_answer_does_not_wait_for_a_redis_that_is_slow() -> None:
    writing = Writing()
    writing.store.is_slow = True
    started = virtual_loop().time()
    await writing.writer.announced(writing.copies[0])
    assert virtual_loop().time() == started + 1
    await writing.writer.close(0.1)


@in_virtual_time
async def test_an_answer_that_is_no_longer_kept_is_given_up() -> None:
    writing = Writing()
    writing.redis.stop()
    writing.give()
    writing.end()
    await asyncio.sleep(5)
    assert writing.writer.is_busy()
    writing.kept.clear()
    await asyncio.sleep(2)
    assert not writing.writer.is_busy()
    assert tasks_left() == 0


@in_virtual_time
async def test_a_shutdown_waits_for_the_last_events() -> None:
    writing = Writing(3)
    writing.give()
    writing.end()
    await writing.writer.close(1)
    assert writing.lacks() == []
    await Writer(writing.store, Outage(), writing.kept.__contains__).close(1)


@in_virtual_time
async def test_a_shutdown_does_not_wait_for_a_redis_that_is_down() -> None:
    writing = Writing(3)
    writing.redis.stop()
    await writing.writer.close(1)
    assert not writing.writer.is_busy()
    assert tasks_left() == 0
