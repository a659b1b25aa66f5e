"""A run that its client asks to stop ends immediately, and keeps what came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from langchain_sse_chat.serve import OpenAIEncoder, PlainEncoder, UIMessageEncoder
from langchain_sse_chat.serve.encoder import Encoder
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.serve.ui_client import read_ui
from tests.unit_tests.transport.virtual_time import in_virtual_time


def started(items: Items, encoder: Encoder | None = None) -> Run:
    run = Run(items.astream(), encoder or UIMessageEncoder(), limits=RunLimits())
    run.start(lambda: None)
    return run


@in_virtual_time
async def test_what_came_is_kept() -> None:
    items = Items("a", 1, "b", ...)
    run = started(items)
    await run.wait_for_start()
    await asyncio.sleep(2)

    run.stop_on_request()

    client = read_ui(await run.read())
    assert (client.text, client.types[-1], client.is_done) == ("ab", "abort", True)
    assert run.is_read
    assert run.is_stopped
    assert (run.failure, run.error) == (None, None)
    await run.close()
    assert items.was_canceled


@in_virtual_time
async def test_the_model_may_clean_up() -> None:
    steps: list[str] = []

    async def answer() -> AsyncIterator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            steps.append("begins to clean up")
            await asyncio.sleep(1)
            steps.append("is clean")

    run = Run(answer(), PlainEncoder(), limits=RunLimits())
    run.start(lambda: None)
    await run.wait_for_start()
    run.stop_on_request()
    await asyncio.sleep(0.1)
    await run.close()
    assert steps == ["begins to clean up", "is clean"]


@in_virtual_time
async def test_an_answer_that_has_not_begun_is_one_without_content() -> None:
    run = started(Items(...))
    begun = asyncio.ensure_future(run.wait_for_start())
    await asyncio.sleep(1)

    run.stop_on_request()

    assert await begun is None
    client = read_ui(await run.read())
    assert client.types == ["start", "start-step", "abort"]
    assert run.first_bytes_at is None
    await run.close()


@in_virtual_time
async def test_an_answer_that_has_ended_stays_complete() -> None:
    run = started(Items("a"))
    await run.wait_for_start()
    await asyncio.sleep(1)

    run.stop_on_request()

    assert not run.is_stopped
    assert read_ui(await run.read()).finish_reason == "stop"
    await run.close()


@in_virtual_time
async def test_a_form_without_such_an_end_breaks_off() -> None:
    run = started(Items("a", ...), OpenAIEncoder())
    await run.wait_for_start()
    await asyncio.sleep(1)

    run.stop_on_request()

    assert b'"content":"a"' in await run.read()
    assert await run.read() == b""
    await run.close()


@in_virtual_time
async def test_plain_events_end_with_the_text_that_came() -> None:
    run = started(Items("a", "b", ...), PlainEncoder(answer_id="1"))
    await run.wait_for_start()
    await asyncio.sleep(1)

    run.stop_on_request()

    assert (await run.read()).endswith(b"event: stop\ndata: ab\n\n")
    await run.close()


@in_virtual_time
async def test_a_model_that_does_not_notice_the_stop_gives_nothing_more() -> None:
    given: list[int] = []

    async def deaf() -> AsyncIterator[str]:
        for number in range(100):
            given.append(number)
            await asyncio.sleep(1)
            if number == 2:
                # Nothing is awaited after it, so that the task learns of it too late.
                run.stop_on_request()
            yield str(number)

    run = Run(deaf(), PlainEncoder(answer_id=""), limits=RunLimits())
    run.start(lambda: None)
    await run.wait_for_start()
    await asyncio.sleep(5)

    assert (await run.read()).endswith(b"event: stop\ndata: 01\n\n")
    assert given == [0, 1, 2]
    await run.close()
    assert len(asyncio.all_tasks()) == 1
