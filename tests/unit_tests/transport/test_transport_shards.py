from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.transport.shards import (
    LARGEST,
    AsyncShardedTransport,
    Place,
    ShardedTransport,
    Shards,
)

LONG = 20.0
"""Seconds for what takes none."""


def limits(
    most: int | None = 100, kept: int | None = 40, expiry: float | None = 30.0
) -> httpx.Limits:
    return httpx.Limits(
        max_connections=most, max_keepalive_connections=kept, keepalive_expiry=expiry
    )


class Pool(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Counts what is open in it, as a pool of connections that waits for nothing."""

    def __init__(self, limits: httpx.Limits) -> None:
        self.limits = limits
        self.open = 0
        self.most = 0
        self.closed = 0
        self.fails: Exception | None = None
        self.fails_to_close: Exception | None = None
        self.held: asyncio.Event | None = None
        """What heads and closings wait for in async code."""
        self._lock = threading.Lock()

    def count(self, change: int) -> None:
        with self._lock:
            self.open += change
            self.most = max(self.most, self.open)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.fails is not None:
            raise self.fails
        self.count(1)
        return httpx.Response(200, stream=Body(self), extensions=EXTENSIONS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.held is not None:
            await self.held.wait()
        return self.handle_request(request)

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        if self.held is not None:
            await self.held.wait()
        self.close()


EXTENSIONS = {"http_version": b"HTTP/1.1", "network_stream": object()}


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that is its own iterator."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    def __next__(self) -> bytes:
        raise StopIteration

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration

    def close(self) -> None:
        self._pool.count(-1)
        if self._pool.fails_to_close is not None:
            raise self._pool.fails_to_close

    async def aclose(self) -> None:
        if self._pool.held is not None:
            await self._pool.held.wait()
        self.close()


def request(pool: float | None = LONG) -> httpx.Request:
    extensions = {"timeout": {"pool": pool}}
    return httpx.Request("POST", "http://h.example/v1", extensions=extensions)


class Sharded:
    """A sharded transport, sync or async, and the pools that it made."""

    def __init__(self, runner: asyncio.Runner | None) -> None:
        self.pools: list[Pool] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """Called while a pool is made."""
        self._runner = runner
        self._transport: Any = None

    def make(self, limits: httpx.Limits) -> Pool:
        self.meanwhile()
        self.pools.append(Pool(limits))
        return self.pools[-1]

    def limited(self, limits: httpx.Limits) -> Sharded:
        kind: Any = ShardedTransport if self._runner is None else AsyncShardedTransport
        self._transport = kind(limits, self.make)
        return self

    def begin(self, pool: float | None = LONG) -> httpx.Response:
        return self.send(request(pool))

    def send(self, request: httpx.Request) -> httpx.Response:
        if self._runner is None:
            response: httpx.Response = self._transport.handle_request(request)
        else:
            sending = self._transport.handle_async_request(request)
            response = self._runner.run(sending)
        return response

    def end(self, response: httpx.Response) -> None:
        stream: Any = response.stream
        if self._runner is None:
            stream.close()
        else:
            self._runner.run(stream.aclose())

    def iterator(self, response: httpx.Response) -> object:
        stream: Any = response.stream
        return iter(stream) if self._runner is None else aiter(stream)

    def close(self) -> None:
        if self._runner is None:
            self._transport.close()
        else:
            self._runner.run(self._transport.aclose())

    def open(self) -> list[int]:
        return [pool.open for pool in self.pools]


@pytest.fixture(params=["sync", "async"])
def sharded(request: pytest.FixtureRequest) -> Iterator[Sharded]:
    """Hold what is asserted of both transports."""
    if request.param == "sync":
        yield Sharded(None)
        return
    with asyncio.Runner() as runner:
        yield Sharded(runner)


def test_few_requests_have_one_pool(sharded: Sharded) -> None:
    sharded.limited(limits())
    for _ in range(3):
        answers = [sharded.begin() for _ in range(LARGEST)]
        for answer in answers:
            sharded.end(answer)
    assert [pool.most for pool in sharded.pools] == [LARGEST]


def test_many_requests_have_pools_of_a_few_dozen(sharded: Sharded) -> None:
    sharded.limited(limits(most=100))
    for _ in range(100):
        sharded.begin()
    assert sharded.open() == [32, 32, 32, 4]


def test_a_request_goes_to_the_first_pool_with_room(sharded: Sharded) -> None:
    sharded.limited(limits(most=None))
    answers = [sharded.begin() for _ in range(100)]
    sharded.end(answers[40])
    assert sharded.open() == [32, 31, 32, 4]
    sharded.end(answers[0])
    sharded.begin()
    assert sharded.open() == [32, 31, 32, 4]


def test_a_request_that_finds_no_room_has_its_time(sharded: Sharded) -> None:
    sharded.limited(limits(most=3))
    answers = [sharded.begin() for _ in range(3)]
    for seconds in (0.01, 0.0, -1.0):
        with pytest.raises(httpx.PoolTimeout):
            sharded.begin(seconds)
    sharded.end(answers[0])
    sharded.begin(0.0)
    assert sharded.open() == [3]


def test_no_connections_at_all_are_a_limit_too(sharded: Sharded) -> None:
    with pytest.raises(httpx.PoolTimeout):
        sharded.limited(limits(most=0)).begin(0.01)
    assert sharded.pools == []


def test_a_request_without_timeouts_is_sent(sharded: Sharded) -> None:
    sharded.limited(limits()).send(httpx.Request("GET", "http://h.example"))
    assert sharded.open() == [1]


def test_an_answer_gives_its_place_back_once(sharded: Sharded) -> None:
    sharded.limited(limits(most=2))
    answers = [sharded.begin() for _ in range(2)]
    sharded.end(answers[0])
    sharded.end(answers[0])
    sharded.begin(0.0)
    with pytest.raises(httpx.PoolTimeout):
        sharded.begin(0.0)


def test_a_request_that_fails_gives_its_place_back(sharded: Sharded) -> None:
    sharded.limited(limits(most=1))
    sharded.end(sharded.begin())
    sharded.pools[0].fails = httpx.ConnectError("refused")
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            sharded.begin(0.0)
    sharded.pools[0].fails = None
    sharded.begin(0.0)


def test_an_answer_that_fails_to_close_gives_its_place_back(sharded: Sharded) -> None:
    sharded.limited(limits(most=1))
    answer = sharded.begin()
    sharded.pools[0].fails_to_close = OSError("broken")
    with pytest.raises(OSError, match="broken"):
        sharded.end(answer)
    sharded.begin(0.0)


def test_an_answer_is_read_without_another_layer(sharded: Sharded) -> None:
    answer = sharded.limited(limits()).begin()
    assert isinstance(sharded.iterator(answer), Body)


def test_an_answer_keeps_its_extensions(sharded: Sharded) -> None:
    assert sharded.limited(limits()).begin().extensions == EXTENSIONS


def test_closing_closes_all_pools(sharded: Sharded) -> None:
    sharded.limited(limits())
    for _ in range(40):
        sharded.begin()
    sharded.close()
    assert [pool.closed for pool in sharded.pools] == [1, 1]


def test_a_pool_of_which_nothing_is_used_is_closed(sharded: Sharded) -> None:
    sharded.limited(limits(expiry=-1.0))  # is over at once
    answers = [sharded.begin() for _ in range(70)]
    for answer in answers[32:]:
        sharded.end(answer)
    sharded.end(answers[0])
    answers[0] = sharded.begin()
    assert [pool.closed for pool in sharded.pools] == [0, 1, 1]
    sharded.begin()
    assert sharded.open() == [32, 0, 0, 1]


def test_an_answer_may_be_closed_in_the_midst_of_a_request() -> None:
    """As a collection of garbage does, on the thread that has the lock."""
    sharded = Sharded(None).limited(limits(most=33))
    answers = [sharded.begin() for _ in range(32)]
    sharded.meanwhile = lambda: sharded.end(answers[5])
    sharded.begin()
    assert sharded.open() == [31, 1]
    sharded.begin(0.0)
    assert sharded.open() == [32, 1]


def test_a_request_may_begin_in_the_midst_of_another() -> None:
    """As a signal handler may do, on the thread that has the lock."""
    sharded = Sharded(None).limited(limits())

    def begin_another() -> None:
        sharded.meanwhile = lambda: None
        sharded.begin()

    sharded.meanwhile = begin_another
    sharded.begin()
    assert sum(sharded.open()) == 2


def test_threads_do_not_take_the_same_place() -> None:
    sharded = Sharded(None).limited(limits(most=40))

    def ask(_: int) -> None:
        for _ in range(50):
            sharded.end(sharded.begin())

    with ThreadPoolExecutor(60) as threads:
        list(threads.map(ask, range(60)))
    assert set(sharded.open()) == {0}
    for pool in sharded.pools:
        assert pool.most <= (pool.limits.max_connections or 0)
    assert sum(pool.limits.max_connections or 0 for pool in sharded.pools) <= 40


def test_threads_that_begin_at_once_have_one_pool() -> None:
    both = threading.Barrier(2)
    sharded = Sharded(None).limited(limits())

    def wait_for_the_other() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.1)

    sharded.meanwhile = wait_for_the_other
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: sharded.begin(), range(2)))
    assert sharded.open() == [2]


def test_a_thread_that_waits_has_the_first_place_that_is_free() -> None:
    sharded = Sharded(None).limited(limits(most=40))
    answers = [sharded.begin() for _ in range(40)]
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(sharded.begin)
        sharded.end(answers[35])
        waiting.result(LONG)
    assert sharded.open() == [32, 8]


async def test_a_task_that_waits_has_the_first_place_that_is_free() -> None:
    pools: list[Pool] = []
    transport = AsyncShardedTransport(limits(most=40), made_in(pools))
    answers = [await transport.handle_async_request(request()) for _ in range(40)]
    waiting = asyncio.create_task(transport.handle_async_request(request()))
    await asyncio.sleep(0)
    await stream_of(answers[35]).aclose()
    await waiting
    assert [pool.open for pool in pools] == [32, 8]


def made_in(pools: list[Pool]) -> Callable[[httpx.Limits], Pool]:
    def make(limits: httpx.Limits) -> Pool:
        pools.append(Pool(limits))
        return pools[-1]

    return make


def stream_of(response: httpx.Response) -> httpx.AsyncByteStream:
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


async def cancelled(task: asyncio.Task[Any]) -> None:
    for _ in range(3):  # it comes to its wait
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_task_gives_its_place_back() -> None:
    pools: list[Pool] = []
    transport = AsyncShardedTransport(limits(most=1), made_in(pools))
    sending = transport.handle_async_request
    answer = await sending(request())

    await cancelled(asyncio.create_task(sending(request())))  # waits for a place

    pools[0].held = asyncio.Event()
    await cancelled(asyncio.create_task(stream_of(answer).aclose()))
    await cancelled(asyncio.create_task(sending(request(0.0))))  # waits for the head

    pools[0].held = None
    answer = await sending(request(0.0))
    with pytest.raises(httpx.PoolTimeout):
        await sending(request(0.0))
    await stream_of(answer).aclose()
    await sending(request(0.0))


async def test_a_cancellation_does_not_leave_pools_open_that_are_not_used() -> None:
    pools: list[Pool] = []
    transport = AsyncShardedTransport(limits(most=100, expiry=-1.0), made_in(pools))
    sending = transport.handle_async_request
    answers = [await sending(request()) for _ in range(100)]
    for answer in answers[31:]:
        await stream_of(answer).aclose()
    held = asyncio.Event()
    for pool in pools[1:]:
        pool.held = held
    await cancelled(asyncio.create_task(sending(request())))
    held.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert [pool.closed for pool in pools] == [0, 1, 1, 1]
    assert pools[0].open == 31
    await sending(request())
    assert pools[0].open == 32


STEPS = st.lists(
    st.one_of(
        st.just("begin"),
        st.just("many"),
        st.tuples(st.just("end"), st.integers(0, 10_000)),
        st.tuples(st.just("end many"), st.integers(0, 10_000)),
        st.tuples(st.just("pass"), st.floats(0.0, 40.0)),
    ),
    max_size=60,
)


class Watched:
    """Shards, and what must hold of them after each step."""

    def __init__(self, limits: httpx.Limits) -> None:
        self.limits = limits
        self.shards = Shards(limits, lambda limits: Pool(limits))  # noqa: PLW0108
        self.places: list[Place[Pool]] = []
        self.now = 0.0
        self.left: dict[Pool, float] = {}

    def begin(self) -> None:
        if len(self.places) == self.limits.max_connections:
            return
        had_room = [pool for pool in self.shards.transports() if has_room(pool)]
        place, unused = self.shards.begin(self.now)
        place.transport.count(1)
        self.places.append(place)
        assert place.transport in had_room[:1] or place.transport.most == 1
        expiry = self.limits.keepalive_expiry
        for pool in unused:
            assert expiry is not None
            assert pool.open == 0
            assert self.now - self.left[pool] > expiry
        for pool in self.shards.transports():
            if pool.open == 0 and expiry is not None:
                assert self.now - self.left[pool] <= expiry

    def end(self, which: int) -> None:
        if self.places:
            place = self.places.pop(which % len(self.places))
            place.transport.count(-1)
            self.left[place.transport] = self.now
            assert place.leave(self.now)
            assert not place.leave(self.now)

    def check(self) -> None:
        pools = self.shards.transports()
        assert sum(pool.open for pool in pools) == len(self.places)
        assert Counter(place.transport for place in self.places) == Counter(
            {pool: pool.open for pool in pools if pool.open}
        )
        for pool in pools:
            assert pool.most <= (pool.limits.max_connections or 0) <= LARGEST
            assert pool.limits.keepalive_expiry == self.limits.keepalive_expiry
        most, kept = (
            self.limits.max_connections,
            self.limits.max_keepalive_connections,
        )
        own = [pool.limits for pool in pools]
        if most is not None:
            assert sum(one.max_connections or 0 for one in own) <= most
        if kept is not None:
            assert sum(one.max_keepalive_connections or 0 for one in own) <= kept


def has_room(pool: Pool) -> bool:
    return pool.open < (pool.limits.max_connections or 0)


@given(
    most=st.none() | st.integers(0, 150),
    kept=st.none() | st.integers(0, 150),
    expiry=st.none() | st.floats(0.0, 30.0),
    steps=STEPS,
)
def test_totals_are_right_whatever_begins_and_ends(
    most: int | None, kept: int | None, expiry: float | None, steps: list[Any]
) -> None:
    watched = Watched(limits(most, kept, expiry))
    for step in steps:
        match step:
            case "begin":
                watched.begin()
            case "many":
                for _ in range(50):
                    watched.begin()
            case ["end", which]:
                watched.end(which)
            case ["end many", which]:
                for _ in range(50):
                    watched.end(which)
            case ["pass", seconds]:
                watched.now += seconds
        watched.check()


@pytest.mark.parametrize(
    ("most", "kept", "sizes", "idle"),
    [
        (1000, 200, [32] * 31 + [8], [32] * 6 + [8] + [0] * 25),
        (32, 20, [32], [20]),
        (33, 33, [32, 1], [32, 1]),
        (5, None, [5], [32]),  # httpcore takes the smaller one
        (None, 40, [32] * 4, [32, 8, 0, 0]),
    ],
)
def test_limits_are_shared_out(
    most: int | None, kept: int | None, sizes: list[int], idle: list[int]
) -> None:
    shards = Shards(limits(most, kept), lambda limits: limits)
    places = [shards.begin(0.0)[0] for _ in range(most or 128)]
    made = shards.transports()
    assert [one.max_connections for one in made] == sizes
    assert [one.max_keepalive_connections for one in made] == idle
    assert Counter(id(place.transport) for place in places) == Counter(
        {id(one): size for one, size in zip(made, sizes, strict=True)}
    )


async def test_many_tasks_that_are_cancelled_leave_nothing_taken() -> None:
    pools: list[Pool] = []
    transport = AsyncShardedTransport(limits(most=50), made_in(pools))
    held = asyncio.Event()

    async def ask() -> None:
        answer = await transport.handle_async_request(request())
        try:
            for pool in pools:
                pool.held = held
            await asyncio.sleep(0)
        finally:
            await stream_of(answer).aclose()

    tasks = [asyncio.create_task(ask()) for _ in range(300)]
    for turn in range(3):
        await asyncio.sleep(0)
        for task in tasks[turn::3]:
            task.cancel()
    held.set()
    await asyncio.gather(*tasks, return_exceptions=True)

    for _ in range(50):
        await transport.handle_async_request(request(0.0))
    with pytest.raises(httpx.PoolTimeout):
        await transport.handle_async_request(request(0.0))
