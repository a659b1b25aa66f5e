"""Writes of an event loop: an early answer, and what becomes of the read for it."""

from __future__ import annotations

import asyncio

import httpcore
import pytest

from langchain_sse_chat.transport.workarounds.socket_writes import guard_writes

LARGE = bytes(100_000)


class Stream(httpcore.AsyncNetworkStream):
    """Takes small writes immediately and large ones when it is told to.

    It answers with what it is made with, and never without.
    """

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.taken = asyncio.Event()
        self.reading = asyncio.Event()
        self.reads = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        self.reads += 1
        self.reading.set()
        if not self.answer:
            await asyncio.Event().wait()
        return self.answer

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        if len(buffer) > 1000:
            await self.taken.wait()


async def test_a_read_after_a_large_write_has_its_time() -> None:
    stream = Stream()
    guard_writes(stream)
    stream.taken.set()
    await stream.write(LARGE)
    with pytest.raises(httpcore.ReadTimeout):
        await stream.read(1, 0.001)


async def test_an_interim_response_lets_a_large_write_go_on() -> None:
    stream = Stream(b"HTTP/1.1 100 Continue\r\n\r\n")
    guard_writes(stream)
    writing = asyncio.ensure_future(stream.write(LARGE))
    await stream.reading.wait()
    asyncio.get_running_loop().call_soon(stream.taken.set)

    await writing

    assert await stream.read(100) == stream.answer


async def test_a_cancelled_large_write_reads_no_further() -> None:
    stream = Stream()
    guard_writes(stream)
    writing = asyncio.ensure_future(stream.write(LARGE))
    await stream.reading.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert stream.reads == 1
    assert len(asyncio.all_tasks()) == 1


def test_what_cannot_be_written_to_is_left_alone() -> None:
    guard_writes(object())
