"""A reader that takes too long is reported, once, and not after the end."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.serve import CompletionEncoder, PlainEncoder
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.serve.test_serve_run import LIMITS
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop


@in_virtual_time
async def test_a_slow_reader_is_reported_once() -> None:
    slow: list[float] = []
    loop = virtual_loop()
    encoder = PlainEncoder(answer_id="1")
    run = Run(Items("a", ...).astream(), encoder, limits=LIMITS)
    run.start(lambda: slow.append(loop.time()))
    assert await run.wait_for_start() is None
    for _ in range(5):
        await run.read()
        await asyncio.sleep(29)
    assert slow == []
    await run.read()
    taken_at = loop.time()
    await asyncio.sleep(1000)
    assert slow == [taken_at + 30]
    await run.close()


@in_virtual_time
async def test_a_reader_may_be_slow_after_the_end_too() -> None:
    slow: list[float] = []
    loop = virtual_loop()
    encoder = PlainEncoder(answer_id="1")
    run = Run(Items("a").astream(), encoder, limits=LIMITS)
    run.start(lambda: slow.append(loop.time()))
    await run.read()
    await asyncio.sleep(1000)
    assert len(slow) == 1
    await run.close()


@in_virtual_time
async def test_a_run_that_is_closed_has_no_timer_left() -> None:
    slow: list[None] = []
    items = Items(15, "a", ...)
    run = Run(items.astream(), PlainEncoder(), limits=LIMITS)
    run.start(lambda: slow.append(None))
    await run.wait_for_start()
    await asyncio.sleep(10)
    await run.close()
    await asyncio.sleep(100)
    assert slow == []


@in_virtual_time
async def test_a_reader_that_waits_is_not_slow() -> None:
    slow: list[float] = []
    encoder = CompletionEncoder("m", completion_id="1", created=1)
    limits = RunLimits(commit_after=None, keep_alive=None)
    run = Run(Items("a", 500).astream(), encoder, limits=limits)
    run.start(lambda: slow.append(1))
    assert await run.wait_for_start() is None
    assert b'"content":"a"' in await run.read()
    assert slow == []
    await run.close()
