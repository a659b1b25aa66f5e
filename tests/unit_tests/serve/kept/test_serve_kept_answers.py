"""Kept answers are found by those who may read them, for a while."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.serve import PlainEncoder
from langchain_sse_chat.serve.kept.answer import KeepLimits, KeptAnswer, Owner
from langchain_sse_chat.serve.kept.answers import KeptAnswers
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time

ME, YOU = Owner("me", "chat"), Owner("you", "chat")
LIMITS = KeepLimits(seconds=600, size=1000)


async def begin(answers: KeptAnswers, *items: object, owner: Owner = ME) -> KeptAnswer:
    run = Run(
        Items(*items).astream(),
        PlainEncoder(answer_id=""),
        limits=RunLimits(commit_after=None, keep_alive=None, reader_seconds=None),
    )
    return await answers.begin(run, owner=owner, wire="plain", on_end=lambda _: None)


@in_virtual_time
async def test_only_its_owner_finds_an_answer() -> None:
    answers = KeptAnswers(LIMITS)
    answer = await begin(answers, "a")
    assert await answers.find(answer.id, ME) is answer
    assert await answers.find(answer.id, YOU) is None
    assert await answers.find(answer.id, Owner("me")) is None
    assert await answers.find("another", ME) is None
    assert await answers.last_of(ME) is answer
    assert await answers.last_of(YOU) is None
    await asyncio.sleep(1)


@in_virtual_time
async def test_a_chat_has_its_last_answer() -> None:
    answers = KeptAnswers(LIMITS)
    await begin(answers, "a")
    await asyncio.sleep(1)
    second = await begin(answers, "b")
    assert await answers.last_of(ME) is second
    await asyncio.sleep(599.5)
    assert await answers.last_of(ME) is second
    assert len(answers) == 1


@in_virtual_time
async def test_an_answer_is_dropped_some_time_after_its_end() -> None:
    answers = KeptAnswers(LIMITS)
    answer = await begin(answers, "a", 20, "b")
    await asyncio.sleep(10)
    assert await answers.find(answer.id, ME)
    await asyncio.sleep(600)
    assert await answers.find(answer.id, ME)
    await asyncio.sleep(11)
    assert await answers.find(answer.id, ME) is None
    assert await answers.last_of(ME) is None
    assert len(answers) == 0


@in_virtual_time
async def test_the_oldest_are_dropped_when_all_are_large() -> None:
    answers = KeptAnswers(LIMITS)
    kept = []
    for _ in range(100):
        kept.append(await begin(answers, "x" * 400, owner=Owner("me")))
        await asyncio.sleep(1)
    found = [await answers.find(answer.id, Owner("me")) is not None for answer in kept]
    assert found == sorted(found)
    assert 0 < sum(found) < 100
    assert sum(one.log.size for one in kept[-sum(found) :]) <= 64 * 1000
    await asyncio.sleep(601)
    assert len(answers) == 0


@in_virtual_time
async def test_answers_without_events_are_dropped_too() -> None:
    answers = KeptAnswers(LIMITS)
    for _ in range(100):
        await begin(answers, RuntimeError("secret"), owner=Owner("me"))
    await asyncio.sleep(1)
    assert 0 < len(answers) < 100
