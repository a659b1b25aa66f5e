"""Two workers share their answers: one gives them, the other reads and stops them."""

from __future__ import annotations

import asyncio
import logging

import pytest

from langchain_sse_chat.serve import RequestRefused
from langchain_sse_chat.serve.kept.answer import Owner
from tests.unit_tests.serve.kept.shared.two_workers import (
    ME,
    NAMES,
    SharedRedis,
    Worker,
    begun_at,
    tasks_left,
    texts_of,
)
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time

SLOW = [1, "a", 1, "b", 1, "c", 1, "d"]


def two(**limits: float) -> tuple[SharedRedis, Worker, Worker]:
    redis = SharedRedis()
    return redis, Worker(redis, **limits), Worker(redis, **limits)


async def close(*workers: Worker) -> None:
    for worker in workers:
        await worker.answers.close()
    assert tasks_left() == 0


@in_virtual_time
async def test_an_answer_is_read_at_both_workers() -> None:
    redis, here, there = two()
    answer = await begun_at(here, Items(*SLOW))
    readings = [here.read(answer.id), there.read(answer.id), there.read(answer.id, 2)]
    whole = texts_of("abcd")
    assert await asyncio.gather(*readings) == [whole, whole, whole[2:]]
    await asyncio.sleep(1)
    assert await there.read(answer.id, 1) == texts_of("abcd")[1:]
    assert await here.answers.find(answer.id, Owner("you")) is None
    assert await there.answers.find(answer.id, Owner("you")) is None
    await close(here, there)
    await asyncio.sleep(0)
    assert all(redis.data.pttl(key) > 0 for key in redis.keys)


@in_virtual_time
async def test_the_last_answer_to_a_chat_may_be_at_another_worker() -> None:
    redis, here, there = two()
    assert await there.answers.last_of(ME) is None
    first = await begun_at(here, Items("a"))
    found = await there.answers.last_of(ME)
    assert found is not None
    assert found.ended
    second = await begun_at(there, Items(5, "b"))
    found = await here.answers.last_of(ME)
    assert found is not None
    assert (found.id, found.ended) == (second.id, False)
    third = await here.begin(Items(5, "c"))
    assert await here.answers.last_of(ME) is third
    await asyncio.sleep(10)
    assert await here.answers.last_of(ME) is third
    redis.data.delete(NAMES.chat(ME))
    assert await here.answers.last_of(ME) is third
    assert await here.answers.find(first.id, ME) is first
    await close(here, there)


@in_virtual_time
async def test_an_answer_is_stopped_from_another_worker() -> None:
    redis, here, there = two()
    items = Items("a", "b", ...)
    answer = await begun_at(here, items)
    reading = asyncio.ensure_future(there.read(answer.id))
    await asyncio.sleep(1)
    # As for an answer that was dropped by now.
    worker = redis.data.hget(NAMES.answer(answer.id), "worker").decode()
    redis.data.xadd(NAMES.control(worker), {"stop": "another"})
    await asyncio.sleep(1)
    assert not answer.ended
    found = await there.answers.find(answer.id, ME)
    assert found is not None
    await found.stop()
    await asyncio.sleep(0.1)
    assert items.was_canceled
    assert (await reading)[-1] == "stop:ab"
    await found.stop()
    await asyncio.sleep(3)
    await close(here, there)


@in_virtual_time
async def test_a_reader_at_another_worker_keeps_an_answer() -> None:
    redis, here, there = two(linger=10)
    items = Items("a", ...)
    answer = await begun_at(here, items)
    assert (await there.read(answer.id, count=1)) == ["message:a"]
    reading = asyncio.ensure_future(there.read(answer.id))
    await asyncio.sleep(60)
    assert not answer.ended
    reading.cancel()
    await asyncio.wait([reading])
    await asyncio.sleep(8.5)
    assert not answer.ended
    # The fake goes by the clock on the wall.
    redis.data.delete(NAMES.reader(answer.id))
    await asyncio.sleep(10)
    assert answer.is_abandoned
    assert "nobody" in (await there.read(answer.id))[-1]
    await close(here, there)


@in_virtual_time
async def test_local_readers_do_not_notice_an_outage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    redis, here, there = two()
    redis.stop()
    answer = await begun_at(here, Items(*SLOW))
    assert await here.answers.last_of(ME) is answer
    assert await here.read(answer.id) == texts_of("abcd")
    with pytest.raises(RequestRefused, match="does not work"):
        await there.answers.find(answer.id, ME)
    with pytest.raises(RequestRefused, match="does not work"):
        await there.answers.last_of(ME)
    assert [m.partition(":")[0] for m in caplog.messages] == ["Redis fails"]
    redis.start()
    await asyncio.sleep(3)
    assert await there.read(answer.id) == texts_of("abcd")
    assert caplog.messages[1:] == ["Redis works again."]
    await close(here, there)


@in_virtual_time
async def test_a_running_answer_is_the_last_one_when_redis_has_just_failed() -> None:
    redis, here, there = two()
    answer = await begun_at(here, Items(*SLOW))
    redis.stop()
    assert await here.answers.last_of(ME) is answer
    redis.start()
    await asyncio.sleep(5)
    await close(here, there)


@pytest.mark.parametrize("with_data", [True, False], ids=["with data", "without data"])
@in_virtual_time
async def test_redis_restarts_in_the_middle_of_an_answer(with_data: bool) -> None:
    redis, here, there = two()
    answer = await begun_at(here, Items(*SLOW, 10, "e", 10, "f"))
    reading = asyncio.ensure_future(there.read(answer.id))
    await asyncio.sleep(2)
    redis.stop()
    await asyncio.sleep(5)
    redis.start(with_data=with_data)
    assert await reading == texts_of("abcdef")
    assert await there.read(answer.id) == texts_of("abcdef")
    await close(here, there)


@in_virtual_time
async def test_an_outage_does_not_keep_an_answer_that_nobody_reads() -> None:
    redis, here, _ = two(linger=10)
    items = Items("a", ...)
    await begun_at(here, items)
    redis.stop()
    await asyncio.sleep(15)
    early = items.was_canceled
    await asyncio.sleep(10)
    assert (early, items.was_canceled) == (False, True)
    await close(here)


@in_virtual_time
async def test_times_without_end_are_times() -> None:
    redis, here, there = two(seconds=float("inf"), linger=float("inf"))
    answer = await begun_at(here, Items("a"))
    assert await there.read(answer.id) == texts_of("a")
    assert all(redis.data.pttl(key) > 0 for key in redis.keys)
    await close(here, there)


@in_virtual_time
async def test_nothing_is_left_of_an_answer_after_its_time() -> None:
    redis, here, there = two(seconds=0.2)
    answer = await begun_at(here, Items("a"), 0)
    await asyncio.sleep(0.1)
    assert redis.data.exists(NAMES.events(answer.id))
    assert redis.data.pttl(NAMES.events(answer.id)) <= 200
    assert redis.data.pttl(NAMES.answer(answer.id)) <= 200
    await asyncio.sleep(1)
    assert await here.answers.last_of(Owner("me")) is None
    redis.data.delete(NAMES.answer(answer.id))
    assert await here.answers.find(answer.id, ME) is None
    await close(here, there)
