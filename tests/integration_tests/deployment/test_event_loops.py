"""One model in many event loops and threads."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.deployment.asking import aask, ask, ask_in_new_loop, said
from tests.integration_tests.deployment.conftest import model

LONG = 60.0


async def ask_at_once(chat: ChatSSE, name: str, count: int) -> None:
    """Stream several answers concurrently in the running event loop."""
    prompts = [f"{name} {number}" for number in range(count)]
    texts = await asyncio.gather(*(aask(chat, prompt) for prompt in prompts))
    assert texts == [said(prompt) for prompt in prompts]


def test_event_loops_one_after_the_other(server: ScriptedServer, chat: ChatSSE) -> None:
    for number in range(30):
        asyncio.run(ask_at_once(chat, f"loop {number}", 3))

    assert len(server.requests) == 90


def test_event_loops_in_several_threads_at_once(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    barrier = threading.Barrier(8)

    def run_loops(thread: int) -> None:
        barrier.wait(LONG)
        for number in range(5):
            asyncio.run(ask_at_once(chat, f"loop {thread}-{number}", 4))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(run_loops, range(8)))

    assert len(server.requests) == 160


def test_a_loop_goes_on_while_others_come_and_go(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    gate = threading.Semaphore(0)
    server.script(Reply.text(["a ", "b ", "c "], gate=gate))

    async def outer() -> str:
        stream = chat.astream("Hello")
        gate.release()
        text = str((await anext(stream)).text)
        for number in range(5):
            inner = asyncio.to_thread(ask_in_new_loop, chat, f"{number}")
            assert await inner == said(f"{number}")
        gate.release(10)
        return text + "".join([chunk.text async for chunk in stream])

    assert asyncio.run(outer()) == "a b c "


def test_loops_that_their_owner_does_not_shut_down(chat: ChatSSE) -> None:
    loops = [asyncio.new_event_loop() for _ in range(5)]
    try:
        for _ in range(2):
            for loop in loops:
                text = loop.run_until_complete(aask(chat, "Hello"))
                assert text == said("Hello")
    finally:
        for loop in loops:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


def test_two_hundred_threads_share_a_model(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    barrier = threading.Barrier(200)

    def work(number: int) -> list[str]:
        barrier.wait(LONG)
        return [ask(chat, f"{number} {turn}") for turn in range(2)]

    with ThreadPoolExecutor(200) as threads:
        texts = list(threads.map(work, range(200)))

    assert texts == [[said(f"{n} 0"), said(f"{n} 1")] for n in range(200)]
    assert len(server.requests) == 400


def test_closing_a_model_leaves_the_stream_of_another_one(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    stream = model(server.base_url).stream("a b c")
    text = str(next(stream).text)

    with chat:
        assert ask(chat, "d") == said("d")

    assert text + "".join(chunk.text for chunk in stream) == said("a b c")
    assert ask(chat, "e") == said("e")


async def test_closing_a_model_leaves_the_async_stream_of_another_one(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    stream = model(server.base_url).astream("a b c")
    text = str((await anext(stream)).text)

    async with chat:
        assert await aask(chat, "d") == said("d")

    text += "".join([chunk.text async for chunk in stream])
    assert text == said("a b c")
    assert await aask(chat, "e") == said("e")
