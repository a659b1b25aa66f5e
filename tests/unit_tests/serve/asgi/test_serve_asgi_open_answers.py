"""Open answers are counted, and ended at a shutdown."""

from __future__ import annotations

import asyncio

import pytest

from langchain_sse_chat.serve import OpenAIEncoder
from langchain_sse_chat.serve.asgi.open_answers import OpenAnswers
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.run import Run, RunLimits
from tests.unit_tests.serve.scripted_items import Items
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop


def a_run() -> Run:
    run = Run(
        Items(...).astream(), OpenAIEncoder(), limits=RunLimits(commit_after=None)
    )
    run.start(lambda: None)
    return run


def ask(answers: OpenAnswers) -> None:
    """Ask for an answer, and do not begin it."""
    with answers.place():
        pass


@in_virtual_time
async def test_there_is_a_limit() -> None:
    changes: list[int] = []
    answers = OpenAnswers(2, changes.append)
    first, second = a_run(), a_run()
    ask(answers)
    answers.add(first)
    ask(answers)
    answers.add(second)
    with pytest.raises(RequestRefused) as caught:
        ask(answers)
    assert caught.value.failure.status == 429
    assert caught.value.failure.retry_after is not None
    answers.remove(first)
    ask(answers)
    assert changes == [1, 1, -1]
    assert len(answers) == 1
    await first.close()
    await second.close()


@in_virtual_time
async def test_a_drain_without_answers_ends_immediately() -> None:
    answers = OpenAnswers(2)
    before = virtual_loop().time()
    await answers.drain(30)
    assert virtual_loop().time() == before
    with pytest.raises(RequestRefused) as caught:
        ask(answers)
    assert caught.value.failure.status == 503
    answers.open_again()
    ask(answers)


def test_requests_that_are_read_have_places() -> None:
    answers = OpenAnswers(1)
    with answers.place(), pytest.raises(RequestRefused) as caught:
        ask(answers)
    assert caught.value.failure.status == 429
    ask(answers)


def test_a_request_that_is_refused_gives_its_place_up() -> None:
    answers = OpenAnswers(1)
    with pytest.raises(KeyError), answers.place():
        raise KeyError
    ask(answers)


@in_virtual_time
async def test_a_request_that_was_read_while_a_drain_began_is_refused() -> None:
    answers = OpenAnswers(1)
    with pytest.raises(RequestRefused) as caught, answers.place():
        await answers.drain(30)
    assert caught.value.failure.status == 503


@in_virtual_time
async def test_a_drain_waits_for_answers() -> None:
    answers = OpenAnswers(2)
    run = a_run()
    answers.add(run)
    before = virtual_loop().time()
    virtual_loop().call_later(20, answers.remove, run)
    await answers.drain(30)
    assert virtual_loop().time() == before + 20
    assert not run.ended
    await run.close()


def test_a_drain_waits_in_another_event_loop_too() -> None:
    answers = OpenAnswers(2)

    @in_virtual_time
    async def drain() -> None:
        run = a_run()
        answers.add(run)
        before = virtual_loop().time()
        virtual_loop().call_later(20, answers.remove, run)
        await asyncio.gather(answers.drain(30), answers.drain(10))
        assert virtual_loop().time() == before + 20
        await run.close()

    drain()
    drain()


@in_virtual_time
async def test_a_drain_ends_answers_that_take_longer() -> None:
    answers = OpenAnswers(2)
    run = a_run()
    answers.add(run)
    before = virtual_loop().time()
    drained = asyncio.ensure_future(answers.drain(30))
    failure = await run.wait_for_start()
    assert failure is not None
    assert failure.code == "server_shutting_down"
    assert virtual_loop().time() == before + 30
    answers.remove(run)
    await drained
    assert virtual_loop().time() == before + 30
    await run.close()


@in_virtual_time
async def test_a_drain_does_not_wait_for_ever() -> None:
    answers = OpenAnswers(2)
    run = a_run()
    answers.add(run)
    before = virtual_loop().time()
    await answers.drain(30)
    assert virtual_loop().time() == before + 35
    await run.close()
