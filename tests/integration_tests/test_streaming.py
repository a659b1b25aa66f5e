"""Stream over real sockets: immediately, over one connection, closed when left."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_sse_chat import (
    ChatSSE,
    ConnectionFailedError,
    StreamTruncatedError,
    TimedOutError,
)
from langchain_sse_chat.testing import Reply, ScriptedServer


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def chat_with(server: ScriptedServer, **fields: Any) -> ChatSSE:
    return ChatSSE(model="echo", base_url=server.base_url, max_retries=0, **fields)


async def next_text(stream: Any) -> str:
    """Return the text of the next chunk, of an iterator of either kind."""
    chunk = await anext(stream) if hasattr(stream, "__anext__") else next(stream)
    return str(chunk.content)


BOTH = pytest.mark.parametrize("method", ["stream", "astream"])


@BOTH
async def test_a_chunk_is_out_before_the_next_event_is_sent(
    server: ScriptedServer, method: str
) -> None:
    gate = threading.Semaphore(0)
    tokens = [f"t{i} " for i in range(5)]
    server.script(Reply.text(tokens, gate=gate))
    stream = getattr(chat_with(server), method)("Hello")

    for token in tokens:
        # The server sends one event and waits until the chunk of it was seen.
        gate.release()
        assert await next_text(stream) == token
    gate.release(10)
    assert await next_text(stream) == ""


@BOTH
@pytest.mark.parametrize("write_size", [1, 7, None])
async def test_every_token_comes_once_however_the_bytes_are_cut(
    server: ScriptedServer, method: str, write_size: int | None
) -> None:
    tokens = ["Привет", ", ", "世界", " ", "👋", "!"]
    server.script(Reply.text(tokens, write_size=write_size))

    seen = await texts_of(getattr(chat_with(server), method)("Hello"))

    assert seen == [*tokens, ""]


async def texts_of(stream: Any) -> list[str]:
    if hasattr(stream, "__anext__"):
        return [str(chunk.content) async for chunk in stream]
    return [str(chunk.content) for chunk in stream]


@BOTH
async def test_ten_streams_use_one_connection(
    server: ScriptedServer, method: str
) -> None:
    chat = chat_with(server)

    for _ in range(10):
        assert "".join(await texts_of(getattr(chat, method)("Hello"))) != ""

    assert len(server.requests) == 10
    assert server.connections == 1


def test_one_model_works_in_ten_event_loops(server: ScriptedServer) -> None:
    chat = chat_with(server)

    async def ask() -> str:
        return "".join(await texts_of(chat.astream("Hello")))

    answers = [asyncio.run(ask()) for _ in range(10)]

    assert len(set(answers)) == 1
    assert len(server.requests) == 10


def test_ten_calls_that_are_not_streamed_use_one_connection(
    server: ScriptedServer,
) -> None:
    chat = chat_with(server)

    for _ in range(10):
        chat.invoke("Hello")

    assert server.connections == 1


@BOTH
async def test_leaving_a_stream_closes_its_connection(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a"] * 10, stall_after=3))
    stream = getattr(chat_with(server), method)("Hello")
    assert await next_text(stream) == "a"

    if hasattr(stream, "aclose"):
        await stream.aclose()
    else:
        stream.close()

    assert await asyncio.to_thread(server.wait_for_disconnect)


def test_a_break_closes_the_connection(server: ScriptedServer) -> None:
    server.script(Reply.text(["a"] * 10, stall_after=3))

    for chunk in chat_with(server).stream("Hello"):
        assert chunk.content == "a"
        break

    assert server.wait_for_disconnect()


async def test_a_break_closes_the_connection_in_async_code(
    server: ScriptedServer,
) -> None:
    server.script(Reply.text(["a"] * 10, stall_after=3))

    async for chunk in chat_with(server).astream("Hello"):
        assert chunk.content == "a"
        break

    assert await asyncio.to_thread(server.wait_for_disconnect)


def test_a_stream_that_is_forgotten_closes_its_connection(
    server: ScriptedServer,
) -> None:
    server.script(Reply.text(["a"] * 10, stall_after=3))
    stream = chat_with(server).stream("Hello")
    next(stream)

    del stream
    gc.collect()

    assert server.wait_for_disconnect()


@pytest.mark.parametrize("method", ["astream", "ainvoke"])
async def test_cancelling_the_task_closes_the_connection(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a"] * 10, stall_after=3))
    chat = chat_with(server, streaming=True)

    async def read() -> None:
        if method == "ainvoke":
            await chat.ainvoke("Hello")
        async for _ in chat.astream("Hello"):
            pass

    task = asyncio.create_task(read())
    assert await asyncio.to_thread(server.wait_for_requests)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.to_thread(server.wait_for_disconnect)


@BOTH
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("reset_after", ConnectionFailedError),
        ("truncate_after", ConnectionFailedError),
        ("cut_after", StreamTruncatedError),
    ],
)
async def test_a_broken_stream_is_an_error_with_what_came(
    server: ScriptedServer, method: str, fault: Any, kind: type[Exception]
) -> None:
    options: Any = {fault: 2}
    server.script(Reply.text(["a", "b", "c", "d"], **options))
    stream = getattr(chat_with(server), method)("Hello")
    seen = [await next_text(stream), await next_text(stream)]

    with pytest.raises(kind) as caught:
        await texts_of(stream)

    error: Any = caught.value
    assert seen == ["a", "b"]
    assert error.partial.content == "ab"
    assert error.is_retryable


@BOTH
async def test_a_silent_server_is_an_error_that_names_the_clock(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a", "b", "c"], stall_after=1, keepalive=0.02))
    chat = chat_with(server, stream_chunk_timeout=0.2)
    stream = getattr(chat, method)("Hello")
    assert await next_text(stream) == "a"

    with pytest.raises(TimedOutError, match="stream_chunk_timeout") as caught:
        await next_text(stream)

    assert caught.value.phase == "gap"
    assert caught.value.partial is not None
    assert caught.value.partial.content == "a"


@BOTH
async def test_a_server_that_never_begins_is_an_error_too(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a"], stall_after=0, keepalive=0.02))
    chat = chat_with(server, first_token_timeout=0.2)

    with pytest.raises(TimedOutError, match="first_token_timeout") as caught:
        await texts_of(getattr(chat, method)("Hello"))

    assert caught.value.phase == "first_token"


@BOTH
@pytest.mark.parametrize("fault", ["reset_after", "truncate_after", "stall_after"])
async def test_an_answer_with_its_finish_reason_is_whole(
    server: ScriptedServer, method: str, fault: str
) -> None:
    # Two tokens and the finish reason come; `[DONE]` does not.
    options: Any = {fault: 3}
    server.script(Reply.text(["a", "b"], **options))
    chat = chat_with(server, stream_chunk_timeout=0.2)

    assert await texts_of(getattr(chat, method)("Hello")) == ["a", "b", ""]


@BOTH
async def test_the_last_chunk_does_not_wait_for_the_connection(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a"], hang_after_done=True))

    assert await texts_of(getattr(chat_with(server), method)("Hello")) == ["a", ""]


def test_a_server_that_is_not_there_is_an_error_that_says_so() -> None:
    with ScriptedServer() as gone:
        base_url = gone.base_url
    chat = ChatSSE(model="echo", base_url=base_url, max_retries=0)

    with pytest.raises(ConnectionFailedError, match=base_url):
        chat.invoke("Hello")


async def test_a_sync_and_an_async_stream_at_once(server: ScriptedServer) -> None:
    chat = chat_with(server)

    sync, both = await asyncio.gather(
        asyncio.to_thread(lambda: [c.content for c in chat.stream("Hello")]),
        texts_of(chat.astream("Hello")),
    )

    assert sync == both
