"""A process that uses a model, forks, and continues to use it. Argument: the base URL.

Parent and child continue, each with its own stream and client.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from langchain_sse_chat import ChatSSE
from tests.integration_tests.deployment.asking import aask, ask, ask_both_ways, said


def in_child(work: Callable[[], None]) -> None:
    """Run `work` in a forked process, which must succeed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status == 0, status


def fork_before_use(chat: ChatSSE) -> None:
    """Fork with a model that has asked nothing yet."""

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")

    in_child(child)
    assert ask_both_ways(chat, "parent") == said("parent")


def fork_between_calls(chat: ChatSSE) -> None:
    """Fork with connections in the pool, and again from the child."""

    def grandchild() -> None:
        assert ask_both_ways(chat, "grandchild") == said("grandchild")

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")
        in_child(grandchild)
        chat.close()
        assert ask_both_ways(chat, "child") == said("child")

    in_child(child)
    assert ask_both_ways(chat, "parent") == said("parent")


def fork_within_a_stream(chat: ChatSSE) -> None:
    """Fork between two chunks of a stream that the parent reads to its end."""

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")

    stream = chat.stream("a b c d")
    text = str(next(stream).text)
    in_child(child)
    assert text + "".join(chunk.text for chunk in stream) == said("a b c d")


def fork_within_many_streams(chat: ChatSSE) -> None:
    """Fork under many open streams."""

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")
        del streams[:]  # as the child continues without them
        assert ask_both_ways(chat, "child") == said("child")

    streams = [chat.stream("a b c d") for _ in range(40)]
    texts = [str(next(stream).text) for stream in streams]
    in_child(child)
    for text, stream in zip(texts, streams, strict=True):
        assert text + "".join(chunk.text for chunk in stream) == said("a b c d")
    assert ask(chat, "on") == said("on")


async def fork_within_an_async_stream(chat: ChatSSE) -> None:
    """Fork in a coroutine, under a stream of the event loop."""

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")

    stream = chat.astream("a b c d")
    text = str((await anext(stream)).text)
    in_child(child)
    text += "".join([chunk.text async for chunk in stream])
    assert text == said("a b c d")
    assert await aask(chat, "on") == said("on")


def fork_under_threads(chat: ChatSSE) -> None:
    """Fork while other threads stream, regardless of the locks that they hold."""
    stopped = threading.Event()

    def keep_asking(name: int) -> None:
        while not stopped.is_set():
            assert ask(chat, f"{name}") == said(f"{name}")

    def child() -> None:
        assert ask_both_ways(chat, "child") == said("child")

    with ThreadPoolExecutor(8) as threads:
        asking = [threads.submit(keep_asking, name) for name in range(8)]
        try:
            for _ in range(5):
                in_child(child)
        finally:
            stopped.set()
        for each in asking:
            each.result()


if __name__ == "__main__":
    model = ChatSSE(model="echo", base_url=sys.argv[1], max_retries=0)
    fork_before_use(model)
    fork_between_calls(model)
    fork_within_a_stream(model)
    fork_within_many_streams(model)
    asyncio.run(fork_within_an_async_stream(model))
    with warnings.catch_warnings():
        # Python 3.12 and later warn of forks under threads; people do it all the same.
        warnings.simplefilter("ignore", DeprecationWarning)
        fork_under_threads(model)
    assert ask(model, "the end") == said("the end")
