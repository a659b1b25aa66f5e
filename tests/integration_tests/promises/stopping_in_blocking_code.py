"""Ways to stop a stream in blocking code."""

from __future__ import annotations

import contextlib
from typing import Any

import httpx

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.promises.stopping import (
    AT_ONCE,
    ONE,
    PROMPT,
    QUESTION,
    STALLED,
    blocking,
    by_itself,
    chat_at,
    interrupted,
)


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
