from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import httpx

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import text_stream

BODY = text_stream("a", "b", "c")


class LockedPool(httpx.BaseTransport):
    """Takes a lock for each request and each end of an answer, as httpcore does.

    Python may collect garbage at any time, and so with the lock taken.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.ended: list[int] = []
        self.begun = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.begun += 1
        with self.lock:
            gc.collect()
        return httpx.Response(
            200,
            headers={"content-type": "text/event-stream"},
            stream=LockedStream(self, self.begun),
        )


class LockedStream(httpx.SyncByteStream):
    """The answer's bytes, in two reads."""

    def __init__(self, pool: LockedPool, number: int) -> None:
        self.pool = pool
        self.number = number

    def __iter__(self) -> Iterator[bytes]:
        yield BODY[:700]
        with self.pool.lock:
            gc.collect()
        yield BODY[700:]

    def close(self) -> None:
        assert self.pool.lock.acquire(timeout=60), "the lock is held by this thread"
        gc.collect()
        self.pool.ended.append(self.number)
        self.pool.lock.release()


def test_a_stream_that_is_left_is_closed_with_the_next_one() -> None:
    """LangChain's stream is part of a cycle: it ends when garbage is collected.

    That may be while the client has a lock that closing an answer has to wait for.
    """
    pool = LockedPool()
    chat = ChatSSE(
        model="m",
        base_url="http://test/v1",
        http_client=httpx.Client(transport=pool),
    )
    gc.disable()
    try:
        for _ in range(3):
            next(iter(chat.stream_events("Hello", version="v3")))
        assert pool.ended == []
        chat.invoke("Hello", stream=True)
    finally:
        gc.enable()

    assert sorted(pool.ended) == [1, 2, 3, 4]
