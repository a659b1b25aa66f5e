from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from langchain_sse_chat.transport.workarounds.asyncgen_hooks import (
    anext_unhooked,
    begin_unhooked,
)


class Numbers:
    """A generator that takes a while to close, and two that read from it."""

    def __init__(self) -> None:
        self.closed = 0
        self.allowed = asyncio.Event()
        self.done = asyncio.Event()

    async def inner(self) -> AsyncGenerator[int]:
        yield 0
        try:
            yield 1
        finally:
            await self.allowed.wait()
            self.closed += 1
            self.done.set()

    async def outer(self) -> AsyncGenerator[int]:
        inner = self.inner()
        begin_unhooked(inner)
        async with aclosing(inner):
            async for number in inner:
                yield number

    async def waiting(self) -> AsyncGenerator[int]:
        inner = self.inner()
        async with aclosing(inner):
            await anext_unhooked(inner)
            async for number in inner:
                yield number


@pytest.mark.parametrize("outer_of", [Numbers.outer, Numbers.waiting])
def test_a_loop_that_shuts_down_has_one_generator_closed_by_the_other(
    outer_of: Callable[[Numbers], AsyncGenerator[int]],
) -> None:
    loop = asyncio.new_event_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context))
    numbers = Numbers()
    outer = outer_of(numbers)

    async def first() -> int:
        return await anext(outer)

    assert loop.run_until_complete(first()) == 1
    loop.call_later(0.01, numbers.allowed.set)
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    assert numbers.closed == 1
    assert told == []


async def test_the_hooks_are_there_again_afterwards() -> None:
    hooks = sys.get_asyncgen_hooks()
    assert hooks.firstiter is not None
    generator = Numbers().inner()
    begin_unhooked(generator)
    assert sys.get_asyncgen_hooks() == hooks
    await generator.aclose()
    generator = Numbers().inner()
    assert await anext_unhooked(generator) == 0
    assert sys.get_asyncgen_hooks() == hooks
    await generator.aclose()


def test_what_began_unhooked_is_closed_when_nobody_refers_to_it() -> None:
    numbers = Numbers()
    numbers.allowed.set()

    async def leave() -> None:
        generator = numbers.inner()
        await anext_unhooked(generator)
        await anext(generator)

    async def run() -> None:
        await leave()
        gc.collect()
        await numbers.done.wait()

    asyncio.run(asyncio.wait_for(run(), 60))
