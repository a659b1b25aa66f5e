"""Libraries that stand in for the network under httpx see all async calls."""

from __future__ import annotations

import sys
from functools import partial

import httpx
import pytest
import respx
from pytest_httpx import HTTPXMock

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.transport.patched_httpx import is_httpx_patched
from tests.unit_tests.transport import aiohttp_stand_in as stand_in

URL = "https://chat.example/v1/chat/completions"
BODY = (
    b'data: {"choices": [{"delta": {"content": "mocked"}}]}\n\n'
    b'data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\n'
    b"data: [DONE]\n\n"
)
HEADERS = {"content-type": "text/event-stream"}


@pytest.fixture(autouse=True)
def _aiohttp_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(_wire: stand_in.Wire) -> stand_in.Answer:
        msg = "This would have reached the network."
        raise httpx.ConnectError(msg)

    for name, module in stand_in.libraries(script).items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def chat() -> ChatSSE:
    return ChatSSE(
        model="m",
        base_url="https://chat.example/v1",
        api_key="key",
        max_retries=0,
    )


@pytest.fixture(params=["httpcore", "httpx"])
def router(request: pytest.FixtureRequest) -> respx.MockRouter:
    router = respx.mock(using=request.param)
    router.post(URL).respond(200, headers=HEADERS, content=BODY)
    return router


async def test_respx_sees_async_calls(chat: ChatSSE, router: respx.MockRouter) -> None:
    async with chat:
        with router:
            assert (await chat.ainvoke("hi")).text == "mocked"


async def test_respx_may_begin_after_the_first_call(
    chat: ChatSSE, router: respx.MockRouter
) -> None:
    async with chat:
        with pytest.raises(SSEChatError, match="would have reached the network"):
            await chat.ainvoke("hi")
        with router:
            assert (await chat.ainvoke("hi")).text == "mocked"
        with pytest.raises(SSEChatError, match="would have reached the network"):
            await chat.ainvoke("hi")


async def test_pytest_httpx_sees_async_calls(
    chat: ChatSSE, httpx_mock: HTTPXMock
) -> None:
    async with chat:
        for _ in range(2):
            httpx_mock.add_response(url=URL, headers=HEADERS, content=BODY)
            assert (await chat.ainvoke("hi")).text == "mocked"


async def test_aiohttp_by_name_is_aiohttp() -> None:
    chat = ChatSSE(
        model="m",
        base_url="https://chat.example/v1",
        api_key="key",
        max_retries=0,
        async_transport="aiohttp",
    )
    async with chat:
        with (
            respx.mock(using="httpcore"),
            pytest.raises(SSEChatError, match="would have reached"),
        ):
            await chat.ainvoke("hi")


def test_a_patched_httpx_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_httpx_patched()
    wrapper = partial(httpx.AsyncHTTPTransport.handle_async_request)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", wrapper)
    assert is_httpx_patched()
