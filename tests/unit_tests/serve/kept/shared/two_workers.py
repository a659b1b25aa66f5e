"""Workers that share a Redis, which is a fake in the memory of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import fakeredis

from langchain_sse_chat.serve import PlainEncoder
from langchain_sse_chat.serve.kept.answer import KeepLimits, KeptAnswer, Owner
from langchain_sse_chat.serve.kept.shared.answers import SharedAnswers
from langchain_sse_chat.serve.kept.shared.names import Names
from langchain_sse_chat.serve.kept.shared.store import Store
from langchain_sse_chat.serve.run import Run, RunLimits
from langchain_sse_chat.sse import SSEDecoder
from tests.unit_tests.serve.scripted_items import Items

ME = Owner("me", "chat")
NAMES = Names("test:")


class SharedRedis:
    """A Redis, and its clients.

    The client of the test goes on when the server is down, so that a restart is what
    happens to the others.
    """

    def __init__(self) -> None:
        self.server = fakeredis.FakeServer()

    def client(self) -> Any:
        return fakeredis.FakeAsyncRedis(server=self.server)

    def store(self) -> Store:
        return Store(self.client, is_own=True)

    @property
    def data(self) -> Any:
        """The data, for one who does not wait."""
        return fakeredis.FakeRedis(server=self.server)

    @property
    def keys(self) -> list[str]:
        return sorted(key.decode() for key in self.data.scan_iter())

    def stop(self) -> None:
        self.server.connected = False

    def start(self, *, with_data: bool = True) -> None:
        self.server.connected = True
        if not with_data:
            self.data.flushall()


class Worker:
    """A process with answers, as far as a test needs it."""

    def __init__(self, redis: SharedRedis, **limits: float) -> None:
        self.redis = redis
        self.answers = SharedAnswers(
            KeepLimits(**limits),  # type: ignore[arg-type]
            redis.store(),
            names=NAMES,
            max_seconds=600,
        )

    async def begin(self, items: Items, owner: Owner = ME) -> KeptAnswer:
        run = Run(
            items.astream(),
            PlainEncoder(answer_id=""),
            limits=RunLimits(commit_after=None, keep_alive=None, reader_seconds=None),
        )
        return await self.answers.begin(
            run, owner=owner, wire="plain", on_end=lambda _: None
        )

    async def read(
        self, answer_id: str, after: int = 0, *, count: int | None = None
    ) -> list[str]:
        """Return the texts of the events after one, or of the first of them."""
        found = await self.answers.find(answer_id, ME)
        assert found is not None
        return await read(found.follow(after), count)


async def read(events: AsyncIterator[bytes], count: int | None = None) -> list[str]:
    decoder, texts = SSEDecoder(), list[str]()
    async with aclosing(events) as open_events:  # type: ignore[type-var]
        async for data in open_events:
            texts += [f"{e.event}:{e.data}" for e in decoder.feed(data)]
            if count is not None and len(texts) >= count:
                break
    return texts


def texts_of(text: str) -> list[str]:
    """Return the events of an answer whose tokens are the letters of a text."""
    return [*(f"message:{letter}" for letter in text), f"end:{text}"]


async def begun_at(worker: Worker, items: Items, seconds: float = 0.5) -> KeptAnswer:
    """Begin an answer, and give Redis some time."""
    answer = await worker.begin(items)
    await asyncio.sleep(seconds)
    return answer


def tasks_left() -> int:
    """Return the number of tasks besides that of the test and those of the fake."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return sum("_async_blocking" not in repr(task.get_coro()) for task in tasks)
