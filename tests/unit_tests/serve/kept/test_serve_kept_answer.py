"""A kept answer has a task of its own; its readers come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from langchain_sse_chat.serve import PlainEncoder, RequestRefused
from langchain_sse_chat.serve.kept.answer import KeepLimits, KeptAnswer, Owner
from langchain_sse_chat.serve.run import Run, RunLimits
from langchain_sse_chat.sse import SSEDecoder
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time

ENDED: list[str] = []


def begun(items: Items, **limits: float) -> KeptAnswer:
    run = Run(
        items.astream(),
        PlainEncoder(answer_id=""),
        limits=RunLimits(commit_after=None, keep_alive=None, reader_seconds=None),
    )
    answer = KeptAnswer(
        "answer",
        run,
        owner=Owner(""),
        wire="plain",
        limits=KeepLimits(**limits),  # type: ignore[arg-type]
        on_end=lambda answer: ENDED.append(answer.id),
    )
    answer.start()
    return answer


async def read(events: AsyncIterator[bytes], count: int | None = None) -> list[str]:
    """Return the texts of the events, or of the first of them; then leave."""
    decoder, texts = SSEDecoder(), list[str]()
    async with aclosing(events) as open_events:  # type: ignore[type-var]
        async for data in open_events:
            texts += [f"{e.event}:{e.data}" for e in decoder.feed(data)]
            if count is not None and len(texts) >= count:
                break
    return texts


WHOLE = ["message:a", "message:b", "message:c", "end:abc"]


@in_virtual_time
async def test_every_reader_gets_every_event_once() -> None:
    items = Items(1, "a", 1, "b", 1, "c")
    answer = begun(items)
    live = asyncio.ensure_future(read(answer.follow(0)))
    first = await read(answer.follow(0), 1)
    late = asyncio.ensure_future(read(answer.follow(1)))
    assert first == WHOLE[:1]
    assert await live == WHOLE
    assert await late == WHOLE[1:]
    assert await read(answer.follow(0)) == WHOLE
    assert await read(answer.follow(4)) == []
    assert (answer.ended, answer.last, answer.status) == (True, 4, 200)


@in_virtual_time
async def test_the_model_goes_on_without_a_reader() -> None:
    items = Items("a", 20, "b", 9, "c")
    answer = begun(items)
    assert await read(answer.follow(0), 1) == WHOLE[:1]
    await asyncio.sleep(29)
    assert await read(answer.follow(1)) == WHOLE[1:]
    assert not answer.is_abandoned


@in_virtual_time
async def test_it_is_stopped_when_nobody_reads_it_for_long() -> None:
    items = Items("a", 20, "b", ...)
    answer = begun(items)
    assert await read(answer.follow(0), 1) == WHOLE[:1]
    await asyncio.sleep(29)
    assert not items.was_closed
    await asyncio.sleep(2)
    assert items.was_canceled
    assert answer.is_abandoned
    assert answer.ended
    events = await read(answer.follow(0))
    assert events[:2] == WHOLE[:2]
    assert "nobody had been reading it for 30 seconds" in events[2]


@in_virtual_time
async def test_a_reader_keeps_it_however_long_it_takes() -> None:
    answer = begun(Items("a", 200, "b", 200, "c"))
    one = asyncio.ensure_future(read(answer.follow(0)))
    two = asyncio.ensure_future(read(answer.follow(0), 1))
    assert await two == WHOLE[:1]
    assert await one == WHOLE


@in_virtual_time
async def test_nobody_comes_at_all() -> None:
    items = Items(...)
    answer = begun(items)
    await asyncio.sleep(31)
    assert items.was_canceled
    with pytest.raises(RequestRefused, match="nobody"):
        await read(answer.follow(0))
    assert answer.status == 410


@in_virtual_time
async def test_a_stop_ends_it_and_keeps_what_came() -> None:
    items = Items("a", "b", ...)
    answer = begun(items)
    reading = asyncio.ensure_future(read(answer.follow(0)))
    await asyncio.sleep(1)
    await answer.stop()
    assert await reading == [*WHOLE[:2], "stop:ab"]
    await asyncio.sleep(1)
    assert items.was_canceled
    assert await read(answer.follow(0)) == [*WHOLE[:2], "stop:ab"]


@in_virtual_time
async def test_a_failure_is_kept_too() -> None:
    answer = begun(Items("a", 1, RuntimeError("secret")))
    events = await read(answer.follow(0))
    assert events[0] == WHOLE[0]
    assert events[1].startswith("failure:")
    assert await read(answer.follow(0)) == events


@in_virtual_time
async def test_a_failure_before_the_first_event_is_raised() -> None:
    answer = begun(Items(1, RuntimeError("secret")))
    for _ in range(2):
        with pytest.raises(RequestRefused, match="internal error"):
            await read(answer.follow(0))
    assert answer.status == 500


@in_virtual_time
async def test_a_reader_of_events_that_were_dropped_is_told() -> None:
    items = [item for letter in "abcdefghij" for item in (letter, 0.1)]
    answer = begun(Items(*items), size=100)
    await asyncio.sleep(2)
    with pytest.raises(RequestRefused, match="too long"):
        await read(answer.follow(0))
    assert (await read(answer.follow(10))) == ["end:abcdefghij"]


@in_virtual_time
async def test_a_reader_that_is_there_gets_events_larger_than_what_is_kept() -> None:
    # As an image, which comes together with the end.
    answer = begun(Items("a", 1, "b" * 1000), size=100)
    texts = await read(answer.follow(0))
    assert texts == ["message:a", "message:" + "b" * 1000, "end:a" + "b" * 1000]


@in_virtual_time
async def test_a_reader_in_another_process_keeps_it() -> None:
    items = Items("a", ...)
    answer = begun(items)
    asked = [30.0, 10.0, 0.0]

    async def read_elsewhere() -> float:
        return asked.pop(0)

    answer.read_elsewhere = read_elsewhere
    await asyncio.sleep(69)
    assert not answer.ended
    await asyncio.sleep(2)
    assert answer.is_abandoned
    assert asked == []


@in_virtual_time
async def test_a_reader_comes_while_others_are_asked_for() -> None:
    answer = begun(Items("a", ...))

    async def read_elsewhere() -> float:
        await asyncio.sleep(5)
        return 0.0

    answer.read_elsewhere = read_elsewhere
    await asyncio.sleep(31)
    assert await read(answer.follow(0), 1) == WHOLE[:1]
    await asyncio.sleep(29)
    # Only the time since then counts.
    assert not answer.ended
    await asyncio.sleep(7)
    assert answer.is_abandoned


@in_virtual_time
async def test_nobody_is_asked_for_after_the_end() -> None:
    answer = begun(Items("a", 31, "b"))
    asked: list[str] = []

    async def read_elsewhere() -> float:
        await asyncio.sleep(5)
        asked.append("too late")
        return 0.0

    answer.read_elsewhere = read_elsewhere
    await asyncio.sleep(60)
    assert answer.ended
    assert not answer.is_abandoned
    assert asked == []


@in_virtual_time
async def test_events_are_passed_on_as_they_come() -> None:
    given: list[list[bytes]] = []
    answer = begun(Items("a", 1, "b", "c"))
    answer.on_events = given.append
    await read(answer.follow(0))
    assert given == [
        [b"data: a"],
        [b"data: b", b"data: c", b"event: end\ndata: abc"],
    ]


@in_virtual_time
async def test_a_reader_that_left_is_not_woken() -> None:
    answer = begun(Items("a", 1, "b", 1, "c"))
    first = asyncio.ensure_future(read(answer.follow(0)))
    await asyncio.sleep(0.5)
    first.cancel()
    assert await read(answer.follow(0)) == WHOLE


@in_virtual_time
async def test_its_end_is_reported_once() -> None:
    ENDED.clear()
    answer = begun(Items("a"))
    await read(answer.follow(0))
    await asyncio.sleep(1)
    assert ENDED == ["answer"]
