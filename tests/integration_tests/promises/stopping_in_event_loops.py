"""Ways to stop a stream in an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
from typing import Any, NoReturn

import anyio
import httpx
from langchain_core.output_parsers import StrOutputParser

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises import chat_wire as sent
from tests.integration_tests.promises.stopping import (
    AT_ONCE,
    ONE,
    PROMPT,
    QUESTION,
    STALLED,
    awaiting,
    begun,
    by_itself,
    cancelled,
    chat_at,
    interrupted,
    rest,
    texts,
)
from tests.integration_tests.transport_wire import Server, silent


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
