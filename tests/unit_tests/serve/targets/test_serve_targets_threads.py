from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from langchain_sse_chat.serve.targets.threads import _END, _Steps, in_threads


async def test_the_items_come_in_order_and_none_in_this_thread() -> None:
    threads = set()

    def count() -> Iterator[int]:
        for number in range(3):
            threads.add(threading.current_thread())
            yield number

    assert [item async for item in in_threads(count())] == [0, 1, 2]
    assert threading.current_thread() not in threads


async def test_an_error_arrives() -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise KeyError

    items = in_threads(fail())
    assert await anext(items) == 1
    with pytest.raises(KeyError):
        await anext(items)


async def test_a_generator_that_is_left_is_closed_in_a_thread() -> None:
    closed: list[threading.Thread] = []
    done = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(threading.current_thread())
            done.set()

    items = in_threads(endless())
    await anext(items)
    await items.aclose()
    assert await asyncio.to_thread(done.wait, 30)
    assert closed != [threading.current_thread()]


async def test_a_generator_that_is_left_while_it_runs_is_closed_after_its_step() -> (
    None
):
    running, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> Iterator[int]:
        try:
            running.set()
            go_on.wait(30)
            yield 1
        finally:
            done.set()

    task = asyncio.ensure_future(anext(in_threads(slow())))
    assert await asyncio.to_thread(running.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not done.is_set()
    go_on.set()
    assert await asyncio.to_thread(done.wait, 30)


async def test_an_iterator_that_cannot_be_closed_is_left_alone() -> None:
    numbers = iter([1, 2])
    items = in_threads(numbers)
    assert await anext(items) == 1
    await items.aclose()
    assert list(numbers) == [2]


async def test_a_step_after_the_end_has_nothing() -> None:
    """A step that waited while the generator was closed finds it closed."""
    steps = _Steps(iter([1]))
    steps.close()
    assert steps.next() is _END
