"""An answer of another worker is read to its end, or to an error that says why not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from redis.exceptions import ResponseError

from langchain_sse_chat.serve import RequestRefused
from langchain_sse_chat.serve.failure.failure import draining
from langchain_sse_chat.serve.kept.answer import Owner
from langchain_sse_chat.serve.kept.shared.answer_copy import AnswerCopy, Command
from langchain_sse_chat.serve.kept.shared.remote import RemoteAnswer, find_remote
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError
from tests.unit_tests.serve.kept.shared.test_serve_kept_shared_answer_copy import (
    TERMS,
    Given,
)
from tests.unit_tests.serve.kept.shared.two_workers import (
    ME,
    NAMES,
    SharedRedis,
    read,
    texts_of,
)
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

ALIVE, READER = NAMES.worker("worker"), NAMES.reader("a")


class Far:
    """The answer of another worker, which a test gives into Redis."""

    def __init__(self) -> None:
        self.redis = SharedRedis()
        self.data = self.redis.data
        self.given = Given()
        self.copy = AnswerCopy(self.given, TERMS)
        self.text = ""
        self.data.set(ALIVE, 1)
        self.write()

    def give(self, text: str) -> None:
        for letter in text:
            self.text += letter
            self.given.log.append([f"data: {letter}".encode()])
        self.write()

    def end(self) -> None:
        self.given.log.append([f"event: end\ndata: {self.text}".encode()])
        self.given.ended = True
        self.write()

    def write(self) -> None:
        while commands := self.copy.commands():
            replies = [self.data.execute_command(*command) for command in commands]
            assert self.copy.take(replies) is None

    def lose_data(self) -> None:
        self.data.flushall()
        self.copy.doubt()

    async def find(
        self, store: Store | None = None, linger: float = 30
    ) -> RemoteAnswer:
        found = await find_remote(
            store or self.redis.store(), NAMES, "a", ME, linger=linger
        )
        assert found is not None
        return found


@in_virtual_time
async def test_it_is_read_as_it_comes() -> None:
    far = Far()
    answer = await far.find()
    assert (answer.id, answer.wire, answer.last, answer.ended) == (
        "a",
        "plain",
        0,
        False,
    )
    reading = asyncio.ensure_future(read(answer.follow(0)))
    for letter in "abc":
        await asyncio.sleep(2.3)
        far.give(letter)
    middle = asyncio.ensure_future(read((await far.find()).follow(2)))
    await asyncio.sleep(7)
    far.end()
    started = virtual_loop().time()
    assert await reading == texts_of("abc")
    assert await middle == texts_of("abc")[2:]
    assert virtual_loop().time() - started < 0.1
    answer = await far.find()
    assert (answer.last, answer.ended) == (4, True)
    assert await read(answer.follow(0)) == texts_of("abc")
    assert await read(answer.follow(4)) == []


@in_virtual_time
async def test_one_that_has_ended_needs_no_worker() -> None:
    far = Far()
    far.give("abc")
    far.end()
    far.data.delete(ALIVE)
    started = virtual_loop().time()
    assert await read((await far.find()).follow(1)) == texts_of("abc")[1:]
    # A place behind the end, as a client may invent it.
    assert await read((await far.find()).follow(99)) == []
    assert virtual_loop().time() - started < 2


@in_virtual_time
async def test_a_reader_learns_how_it_ended() -> None:
    far = Far()
    far.give("abc")
    answer = await far.find()
    reading = asyncio.ensure_future(read(answer.follow(0)))
    await asyncio.sleep(1)
    far.given.ending = "stopped"
    far.end()
    await reading
    assert answer.ending == "stopped"


@in_virtual_time
async def test_a_failure_before_the_first_event_is_raised() -> None:
    far = Far()
    reading = asyncio.ensure_future(read((await far.find()).follow(0)))
    await asyncio.sleep(3)
    far.given.failure, far.given.ended = draining(), True
    far.write()
    with pytest.raises(RequestRefused, match="shutting down"):
        await reading
    with pytest.raises(RequestRefused, match="shutting down"):
        await read((await far.find()).follow(0))


@in_virtual_time
async def test_only_its_owner_finds_it() -> None:
    far = Far()
    store = far.redis.store()
    for owner in (Owner("me"), Owner("you", "chat"), Owner("me", "other")):
        assert await find_remote(store, NAMES, "a", owner, linger=30) is None
    assert await find_remote(store, NAMES, "b", ME, linger=30) is None
    ui = Given(id="b", wire="ui")
    for command in AnswerCopy(ui, TERMS).commands():
        far.data.execute_command(*command)
    found = await find_remote(store, NAMES, "b", ME, linger=30)
    assert found is not None
    assert found.wire == "ui"


@in_virtual_time
async def test_a_worker_that_has_died_is_an_error() -> None:
    far = Far()
    far.give("ab")
    far.data.delete(ALIVE)
    started = virtual_loop().time()
    events = (await far.find()).follow(0)
    assert await anext(events) == far.given.log.after(0)
    with pytest.raises(RequestRefused, match="worker that gave the answer has ended"):
        await anext(events)
    assert 3 <= virtual_loop().time() - started < 6


@in_virtual_time
async def test_a_worker_that_was_only_slow_is_none() -> None:
    far = Far()
    reading = asyncio.ensure_future(read((await far.find()).follow(0)))
    far.data.delete(ALIVE)
    await asyncio.sleep(2)
    far.data.set(ALIVE, 1)
    await asyncio.sleep(20)
    far.give("abc")
    far.end()
    assert await reading == texts_of("abc")


@in_virtual_time
async def test_a_redis_that_is_down_for_long_is_an_error() -> None:
    far = Far()
    far.give("ab")
    answer = await far.find()
    far.redis.stop()
    started = virtual_loop().time()
    with pytest.raises(RequestRefused, match="store of kept answers does not work"):
        await read(answer.follow(0))
    assert 10 <= virtual_loop().time() - started < 12
    with pytest.raises(StoreError):
        await far.find()


@pytest.mark.parametrize("with_data", [True, False], ids=["with data", "without data"])
@in_virtual_time
async def test_a_redis_that_restarts_leaves_no_gap(with_data: bool) -> None:
    far = Far()
    far.give("abc")
    reading = asyncio.ensure_future(read((await far.find()).follow(0)))
    await asyncio.sleep(1)
    far.redis.stop()
    await asyncio.sleep(4)
    far.redis.start()
    if not with_data:
        far.lose_data()
        await asyncio.sleep(2)
        far.data.set(ALIVE, 1)
    far.give("def")
    await asyncio.sleep(2)
    far.end()
    assert await reading == texts_of("abcdef")


@in_virtual_time
async def test_an_answer_that_redis_has_lost_is_an_error() -> None:
    far = Far()
    far.give("abc")
    reading = asyncio.ensure_future(read((await far.find()).follow(0)))
    await asyncio.sleep(1)
    far.data.flushall()
    with pytest.raises(RequestRefused, match="no longer kept"):
        await reading


@in_virtual_time
async def test_events_that_were_dropped_are_an_error() -> None:
    far = Far()
    far.give("a" * 200)
    far.given.log.append([b"data: " + b"x" * 9000])
    far.write()
    with pytest.raises(RequestRefused, match="too long"):
        await read((await far.find()).follow(0))


@in_virtual_time
async def test_its_worker_is_told_that_it_is_read() -> None:
    far = Far()
    far.give("a")
    reading = asyncio.ensure_future(read((await far.find(linger=30)).follow(0)))
    for _ in range(10):
        await asyncio.sleep(2)
        assert 28_000 < far.data.pttl(READER) <= 30_000
    for _ in range(10):
        await asyncio.sleep(0.25)
        far.give("b")
        assert far.data.pttl(READER) > 28_000
    reading.cancel()
    await asyncio.wait([reading])


class FullStore(Store):
    """A Redis that takes nothing new."""

    is_full = True

    async def all(self, commands: Sequence[Command]) -> list[Any]:
        taken = [one for one in commands if not (self.is_full and one[0] == "SET")]
        replies = await super().all(taken)
        if len(taken) < len(commands):
            replies.append(ResponseError("OOM command not allowed"))
        return replies


@in_virtual_time
async def test_a_redis_that_is_full_shows_what_it_has() -> None:
    far = Far()
    far.give("abc")
    store = FullStore(far.redis.client, is_own=True)
    events = (await far.find(store)).follow(0)
    assert await anext(events) == far.given.log.after(0)
    with pytest.raises(RequestRefused, match="does not work"):
        await anext(events)

    reading = asyncio.ensure_future(read((await far.find(store)).follow(0)))
    await asyncio.sleep(5)
    store.is_full = False
    await asyncio.sleep(20)
    far.end()
    assert await reading == texts_of("abc")


@in_virtual_time
async def test_a_redis_that_is_full_for_a_while_knows_that_it_is_read() -> None:
    far = Far()
    store = FullStore(far.redis.client, is_own=True)
    store.is_full = False
    found = await far.find(store, linger=5)
    reading = asyncio.ensure_future(read(found.follow(0)))
    await asyncio.sleep(1)
    store.is_full = True
    await asyncio.sleep(8)
    assert far.data.pttl(READER) > 2000
    reading.cancel()
    await asyncio.wait([reading])


@in_virtual_time
async def test_a_stop_needs_redis() -> None:
    far = Far()
    answer = await far.find()
    await answer.stop()
    ((_, fields),) = far.data.xrange(NAMES.control("worker"))
    assert fields == {b"stop": b"a"}
    far.redis.stop()
    with pytest.raises(RequestRefused, match="does not work"):
        await answer.stop()
