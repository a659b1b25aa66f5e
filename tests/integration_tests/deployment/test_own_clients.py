"""Clients that the user makes: they are used as they are and never closed."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import httpx
import httpx2
import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError, InvalidRequestError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.deployment.asking import aask, ask, said
from tests.integration_tests.deployment.conftest import model


def test_a_client_stays_open_whatever_happens_to_its_models(
    server: ScriptedServer,
) -> None:
    with httpx.Client(headers={"X-Mine": "1"}) as mine:
        chat = model(server.base_url, http_client=mine)
        assert ask(chat, "a") == said("a")
        with chat:
            assert chat.invoke("b").text == said("b")
        chat.close()
        asyncio.run(chat.aclose())
        server.script(Reply.status(400, error="no"))
        with pytest.raises(InvalidRequestError):
            ask(chat, "c")
        for _ in chat.stream("d"):
            break
        del chat
        gc.collect()

        assert not mine.is_closed
        assert ask(model(server.base_url, http_client=mine), "e") == said("e")
        assert {each.headers["x-mine"] for each in server.requests} == {"1"}


async def test_an_async_client_stays_open_whatever_happens_to_its_models(
    server: ScriptedServer,
) -> None:
    async with httpx.AsyncClient(headers={"X-Mine": "1"}) as mine:
        chat = model(server.base_url, http_async_client=mine)
        assert await aask(chat, "a") == said("a")
        async with chat:
            assert (await chat.ainvoke("b")).text == said("b")
        chat.close()
        await chat.aclose()
        server.script(Reply.status(400, error="no"))
        with pytest.raises(InvalidRequestError):
            await aask(chat, "c")
        task = asyncio.create_task(aask(chat, "d"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del chat, task
        gc.collect()

        assert not mine.is_closed
        other = model(server.base_url, http_async_client=mine)
        assert await aask(other, "e") == said("e")
        assert {each.headers["x-mine"] for each in server.requests} == {"1"}


def test_a_client_of_one_kind_leaves_the_other_to_the_model(
    server: ScriptedServer,
) -> None:
    with httpx.Client(headers={"X-Mine": "1"}) as mine:
        chat = model(server.base_url, http_client=mine)
        assert asyncio.run(aask(chat, "a")) == said("a")
        assert ask(chat, "b") == said("b")
    assert ["x-mine" in each.headers for each in server.requests] == [False, True]


def test_a_client_that_its_owner_closed_is_named(server: ScriptedServer) -> None:
    mine = httpx.Client()
    mine.close()
    with pytest.raises(ConfigurationError, match="has been closed"):
        ask(model(server.base_url, http_client=mine), "a")
    assert server.requests == []


@pytest.mark.parametrize(
    ("field", "client"),
    [
        pytest.param("http_client", httpx2.Client(), id="httpx2"),
        pytest.param("http_async_client", httpx2.AsyncClient(), id="async httpx2"),
        pytest.param("http_client", httpx.AsyncClient(), id="async for sync"),
        pytest.param("http_async_client", httpx.Client(), id="sync for async"),
    ],
)
@pytest.mark.parametrize("kind", [ChatSSE, GigaChat])
def test_a_client_of_another_kind_is_refused_with_words(
    field: str, client: Any, kind: type[ChatSSE]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(model="m", api_key="key", **{field: client})
    words = str(caught.value)
    assert f"`{field}` takes an `httpx." in words
    assert f"not a `{type(client).__module__.partition('.')[0]}" in words
