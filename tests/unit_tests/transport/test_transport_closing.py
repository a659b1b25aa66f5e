from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

from langchain_sse_chat.transport.closing import begin_unhooked


class Numbers:
    """A generator that takes a while to close, and one that reads from it."""

    def __init__(self) -> None:
        self.closed = 0
        self.allowed = asyncio.Event()

    async def inner(self) -> AsyncGenerator[int]:
        yield 0
        try:
            yield 1
        finally:
            await self.allowed.wait()
            self.closed += 1

    async def outer(self) -> AsyncGenerator[int]:
        inner = self.inner()
        begin_unhooked(inner)
        async with aclosing(inner):
            async for number in inner:
                yield number


def test_a_loop_that_shuts_down_has_one_generator_closed_by_the_other() -> None:
    loop = asyncio.new_event_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context))
    numbers = Numbers()
    outer = numbers.outer()

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
