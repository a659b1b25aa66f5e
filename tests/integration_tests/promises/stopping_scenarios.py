"""Ways to stop a stream, run in a process in which every warning is an error.

Reads names of scenarios, a line each, and answers each with a line of JSON: what went
wrong, empty when nothing did. A scenario asserts that the server sees the connection
close, and that the next call of the same model works over one connection at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import gc
import json
import logging
import signal
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, NoReturn

import anyio
import httpx
from langchain_core.messages import AIMessageChunk
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises import chat_wire as sent
from tests.integration_tests.transport_wire import Server, silent

AT_ONCE = 2.0
"""Seconds within which the server must see the connection close."""

ONE = httpx.Limits(max_connections=1)
STALLED = Reply.text(["a"] * 10, stall_after=3, keepalive=0.05)
PROMPT = ChatPromptTemplate.from_template("{question}")
QUESTION = {"question": "Hello"}

SCENARIOS: dict[str, Callable[[], None]] = {}

SyncStop = Callable[[ChatSSE, ScriptedServer], None]
AsyncStop = Callable[[ChatSSE, ScriptedServer], Awaitable[None]]


def chat_at(url: str, **fields: Any) -> ChatSSE:
    return ChatSSE(**{"model": "m", "base_url": url, "max_retries": 0, **fields})


def blocking(stop: SyncStop) -> SyncStop:
    """Run a way to stop with a client that has one connection, and then a call."""

    def scenario() -> None:
        with ScriptedServer([STALLED]) as server, httpx.Client(limits=ONE) as client:
            chat = chat_at(server.base_url, http_client=client, timeout=AT_ONCE)
            stop(chat, server)
            assert server.wait_for_disconnect(AT_ONCE)
            assert "".join(str(c.content) for c in chat.stream("Hello"))
            assert server.disconnects == 1

    SCENARIOS[stop.__name__] = scenario
    return stop


def awaiting(stop: AsyncStop) -> AsyncStop:
    """Do so in an event loop."""

    async def run() -> None:
        with ScriptedServer([STALLED]) as server:
            async with httpx.AsyncClient(limits=ONE) as client:
                chat = chat_at(
                    server.base_url, http_async_client=client, timeout=AT_ONCE
                )
                await stop(chat, server)
                assert await asyncio.to_thread(server.wait_for_disconnect, AT_ONCE)
                assert await texts(chat)
                assert server.disconnects == 1

    SCENARIOS[stop.__name__] = lambda: asyncio.run(run())
    return stop


def by_itself(scenario: Callable[[], None]) -> Callable[[], None]:
    """Run a scenario that brings all it needs."""
    SCENARIOS[scenario.__name__] = scenario
    return scenario


async def begun(chat: ChatSSE) -> AsyncIterator[AIMessageChunk]:
    stream = chat.astream("Hello")
    await anext(stream)
    return stream


async def rest(stream: AsyncIterator[AIMessageChunk]) -> None:
    async for _ in stream:
        pass


async def texts(chat: ChatSSE) -> str:
    return "".join([str(chunk.content) async for chunk in chat.astream("Hello")])


# Blocking code.


@blocking
def break_out_of_the_loop(chat: ChatSSE, server: ScriptedServer) -> None:
    for chunk in chat.stream("Hello"):
        assert chunk.content == "a"
        break


@blocking
def close_the_stream(chat: ChatSSE, server: ScriptedServer) -> None:
    stream: Any = chat.stream("Hello")
    next(stream)
    stream.close()
    stream.close()


@blocking
def forget_the_stream(chat: ChatSSE, server: ScriptedServer) -> None:
    stream = chat.stream("Hello")
    next(stream)
    del stream


@blocking
def raise_in_the_loop(chat: ChatSSE, server: ScriptedServer) -> None:
    with contextlib.suppress(KeyError):
        for _ in chat.stream("Hello"):
            raise KeyError


@blocking
def break_out_of_a_chain(chat: ChatSSE, server: ScriptedServer) -> None:
    for chunk in (PROMPT | chat).stream(QUESTION):
        assert chunk.content == "a"
        break


@blocking
def interrupt_a_read(chat: ChatSSE, server: ScriptedServer) -> None:
    with interrupted(server.wait_for_requests):
        for _ in chat.stream("Hello"):
            pass


@blocking
def interrupt_an_invoke(chat: ChatSSE, server: ScriptedServer) -> None:
    with interrupted(server.wait_for_requests):
        chat.invoke("Hello", stream=True)


@contextlib.contextmanager
def interrupted(moment: Callable[[], object]) -> Iterator[None]:
    """Press Ctrl-C a little after a moment, and expect to see that."""
    main = threading.main_thread().ident
    assert main is not None

    def press() -> None:
        moment()
        time.sleep(0.2)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        thread.join()
    raise AssertionError


@by_itself
def interrupt_the_wait_for_another_attempt() -> None:
    busy = Reply.status(503, headers={"retry-after": "30"})
    with ScriptedServer([busy]) as server, httpx.Client(limits=ONE) as client:
        chat = chat_at(server.base_url, http_client=client, max_retries=2)
        with interrupted(server.wait_for_requests):
            chat.invoke("Hello")
        assert len(server.requests) == 1
        assert chat.invoke("Hello").content


@by_itself
def interrupt_the_wait_for_a_connection() -> None:
    with ScriptedServer([STALLED]) as server, httpx.Client(limits=ONE) as client:
        chat = chat_at(server.base_url, http_client=client)
        holding: Any = chat.stream("Hello")
        next(holding)
        with interrupted(lambda: None):
            chat.invoke("Hello")
        holding.close()
        assert server.wait_for_disconnect(AT_ONCE)
        assert chat.invoke("Hello").content


@by_itself
def close_the_model_under_a_stream() -> None:
    with ScriptedServer([STALLED]) as server:
        chat = chat_at(server.base_url)
        stream: Any = chat.stream("Hello")
        next(stream)
        chat.close()
        assert server.wait_for_disconnect(AT_ONCE)
        stream.close()
        assert chat.invoke("Hello").content
        chat.close()


# Event loops.


@awaiting
async def break_out_of_the_async_loop(chat: ChatSSE, server: ScriptedServer) -> None:
    async for chunk in chat.astream("Hello"):
        assert chunk.content == "a"
        break


@awaiting
async def aclose_the_stream(chat: ChatSSE, server: ScriptedServer) -> None:
    stream: Any = chat.astream("Hello")
    await anext(stream)
    await stream.aclose()
    await stream.aclose()


@awaiting
async def forget_the_async_stream(chat: ChatSSE, server: ScriptedServer) -> None:
    stream = chat.astream("Hello")
    await anext(stream)
    del stream


@awaiting
async def break_out_of_an_async_chain(chat: ChatSSE, server: ScriptedServer) -> None:
    async for text in (PROMPT | chat | StrOutputParser()).astream(QUESTION):
        assert text == "a"
        break


@awaiting
async def stop_reading_events(chat: ChatSSE, server: ScriptedServer) -> None:
    async for event in (PROMPT | chat).astream_events(QUESTION, version="v2"):
        if event["event"] == "on_chat_model_stream":
            break


@awaiting
async def aclose_the_events(chat: ChatSSE, server: ScriptedServer) -> None:
    events: Any = chat.astream_events("Hello", version="v2")
    async for event in events:
        if event["event"] == "on_chat_model_stream":
            break
    await events.aclose()


@awaiting
async def break_out_of_a_graph(chat: ChatSSE, server: ScriptedServer) -> None:
    graph = graph_of(chat)
    async for _ in graph.astream({"messages": ["Hello"]}, stream_mode="messages"):
        break


def graph_of(chat: ChatSSE) -> Any:
    from langgraph.graph import MessagesState, StateGraph  # noqa: PLC0415  may be absent

    async def answer(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await chat.ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", answer)
    graph.set_entry_point("answer")
    return graph.compile()


async def cancelled(
    waiting: Awaitable[Any], moment: Callable[[], Any], *, after: float = 0.1
) -> None:
    """Cancel a task a little after a moment."""
    task = asyncio.ensure_future(waiting)
    await asyncio.to_thread(moment)
    await asyncio.sleep(after)
    assert not task.done()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


@awaiting
async def cancel_the_wait_for_a_token(chat: ChatSSE, server: ScriptedServer) -> None:
    await cancelled(texts(chat), server.wait_for_requests)


@awaiting
async def cancel_an_invoke(chat: ChatSSE, server: ScriptedServer) -> None:
    await cancelled(chat.ainvoke("Hello", stream=True), server.wait_for_requests)


@awaiting
async def cancel_a_chain(chat: ChatSSE, server: ScriptedServer) -> None:
    chain = PROMPT | chat.bind(stream=True) | StrOutputParser()
    await cancelled(chain.ainvoke(QUESTION), server.wait_for_requests)


@awaiting
async def time_out_by_asyncio(chat: ChatSSE, server: ScriptedServer) -> None:
    stream = await begun(chat)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await rest(stream)
        raise AssertionError


@awaiting
async def time_out_by_wait_for(chat: ChatSSE, server: ScriptedServer) -> None:
    stream = await begun(chat)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(rest(stream), 0.2)
        raise AssertionError


@awaiting
async def time_out_by_anyio(chat: ChatSSE, server: ScriptedServer) -> None:
    stream = await begun(chat)
    with anyio.move_on_after(0.2) as scope:
        await rest(stream)
    assert scope.cancelled_caught


@awaiting
async def cancel_a_task_group_of_anyio(chat: ChatSSE, server: ScriptedServer) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(texts, chat)
        await asyncio.to_thread(server.wait_for_requests)
        await anyio.sleep(0.1)
        group.cancel_scope.cancel()


@awaiting
async def fail_beside_it_in_a_task_group(chat: ChatSSE, server: ScriptedServer) -> None:
    async def fail() -> NoReturn:
        await asyncio.to_thread(server.wait_for_requests)
        raise KeyError

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(texts(chat))
            group.create_task(fail())
    except* KeyError:
        pass


@by_itself
def cancel_the_wait_for_another_attempt() -> None:
    async def run() -> None:
        busy = Reply.status(503, headers={"retry-after": "30"})
        with ScriptedServer([busy]) as server:
            chat = chat_at(server.base_url, max_retries=2)
            await cancelled(texts(chat), server.wait_for_requests)
            assert len(server.requests) == 1
            assert await texts(chat)

    asyncio.run(run())


@by_itself
def cancel_the_wait_for_the_head() -> None:
    async def run() -> None:
        with Server(silent, sent.whole) as server:
            chat = chat_at(server.url.removesuffix("/chat/completions"))
            await cancelled(texts(chat), server.reached.get)
            assert await asyncio.to_thread(server.saw_close)
            assert await texts(chat) == "Hi"

    asyncio.run(run())


@by_itself
def cancel_the_wait_for_a_connection() -> None:
    async def run() -> None:
        with ScriptedServer([STALLED]) as server:
            async with httpx.AsyncClient(limits=ONE) as client:
                chat = chat_at(server.base_url, http_async_client=client)
                holding: Any = chat.astream("Hello")
                await anext(holding)
                await cancelled(texts(chat), lambda: None)
                await holding.aclose()
                assert await asyncio.to_thread(server.wait_for_disconnect, AT_ONCE)
                assert await texts(chat)

    asyncio.run(run())


@by_itself
def cancel_connecting() -> None:
    async def run(port: int) -> None:
        async with httpx.AsyncClient(limits=ONE) as client:
            chat = chat_at(sent.base_url(port), http_async_client=client)
            await cancelled(texts(chat), lambda: None)
            with ScriptedServer() as server:
                there = chat_at(server.base_url, http_async_client=client, timeout=5)
                assert await texts(there)

    with sent.full_backlog() as port:
        asyncio.run(run(port))


@by_itself
def cancel_a_handshake() -> None:
    closed = threading.Event()
    begun = threading.Event()

    def serve(connection: Any, stopped: threading.Event) -> None:
        begun.set()
        sent.silence(connection, stopped)
        closed.set()

    async def run(port: int) -> None:
        async with httpx.AsyncClient(limits=ONE) as client:
            chat = chat_at(sent.base_url(port, "https"), http_async_client=client)
            gc.disable()  # or it could be what closes the connection
            await cancelled(texts(chat), lambda: begun.wait(AT_ONCE))
            assert await asyncio.to_thread(closed.wait, AT_ONCE)
            gc.enable()
            with ScriptedServer() as server:
                there = chat_at(server.base_url, http_async_client=client, timeout=5)
                assert await texts(there)

    with sent.listening(serve) as port:
        asyncio.run(run(port))


@by_itself
def cancel_sending() -> None:
    async def run(port: int) -> None:
        chat = chat_at(sent.base_url(port))
        await cancelled(chat.ainvoke("x" * 16_000_000), lambda: None, after=0.3)

    with sent.listening(sent.unread) as port:
        asyncio.run(run(port))


@by_itself
def leave_the_event_loop_with_an_open_stream() -> None:
    with ScriptedServer([STALLED]) as server:
        stream = asyncio.run(begun(chat_at(server.base_url)))
        assert server.wait_for_disconnect(AT_ONCE)
        del stream


@by_itself
def forget_a_stream_while_no_loop_runs() -> None:
    with ScriptedServer([STALLED]) as server:
        chat = chat_at(server.base_url)
        loop = asyncio.new_event_loop()
        stream = loop.run_until_complete(begun(chat))
        del stream
        gc.collect()
        loop.run_until_complete(asyncio.sleep(0.1))
        assert server.wait_for_disconnect(AT_ONCE)
        assert loop.run_until_complete(texts(chat))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@by_itself
def cancel_the_main_task_by_ctrl_c() -> None:
    with ScriptedServer([STALLED]) as server:
        chat = chat_at(server.base_url)
        with interrupted(server.wait_for_requests):
            asyncio.run(texts(chat))
        assert server.wait_for_disconnect(AT_ONCE)
        assert asyncio.run(texts(chat))


def outcome_of(scenario: Callable[[], None]) -> str:
    try:
        scenario()
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        return traceback.format_exc()
    finally:
        gc.collect()  # shows what was left unclosed
    return ""


def no_slow_callbacks(record: logging.LogRecord) -> bool:
    """Drop what asyncio's debug mode says of a busy machine."""
    return "took" not in str(record.msg)


def main() -> None:
    # A shell that starts a job in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.getLogger("asyncio").addFilter(no_slow_callbacks)
    for line in sys.stdin:
        faulthandler.dump_traceback_later(15.0, exit=True)  # instead of hanging
        outcome = outcome_of(SCENARIOS[line.strip()])
        faulthandler.cancel_dump_traceback_later()
        sys.stderr.flush()
        sys.stdout.write(json.dumps(outcome) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
