from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from langchain_sse_chat.transport.begun_streams import (
    close_later,
    closing_begun_streams,
)


class Stream:
    """A stream that says whether it is open."""

    def __init__(self) -> None:
        self.is_open = True
        self.goes_on = asyncio.Event()
        self.items = self._items()

    async def _items(self) -> AsyncGenerator[int]:
        try:
            yield 1
            await self.goes_on.wait()
            yield 2
        finally:
            await asyncio.sleep(0)
            self.is_open = False

    async def begin(self) -> None:
        close_later(self.items)
        assert await anext(self.items) == 1


async def test_streams_are_closed_at_the_end_of_the_block() -> None:
    streams = [Stream(), Stream(), Stream()]

    async with closing_begun_streams():
        await streams[0].begin()
        await asyncio.create_task(streams[1].begin())
        async with closing_begun_streams():
            await streams[2].begin()
        assert [stream.is_open for stream in streams] == [True, True, False]

    assert [stream.is_open for stream in streams] == [False, False, False]


async def test_a_stream_outside_of_a_block_stays_open() -> None:
    stream = Stream()

    async with closing_begun_streams():
        pass
    await stream.begin()

    assert stream.is_open
    await stream.items.aclose()


async def test_a_stream_that_another_task_reads_is_left_to_it() -> None:
    stream = Stream()

    async with closing_begun_streams():
        await stream.begin()
        reading = asyncio.ensure_future(anext(stream.items))
        await asyncio.sleep(0)

    assert stream.is_open
    stream.goes_on.set()
    assert await reading == 2
    await stream.items.aclose()


async def test_streams_are_closed_when_the_block_is_canceled() -> None:
    stream = Stream()
    begins = asyncio.Event()

    async def read() -> None:
        async with closing_begun_streams():
            await stream.begin()
            begins.set()
            await asyncio.Event().wait()

    reading = asyncio.create_task(read())
    await begins.wait()
    reading.cancel()
    await asyncio.wait([reading])

    assert reading.cancelled()
    assert not stream.is_open
