from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.tools import tool
from pydantic import BaseModel

from langchain_sse_chat import ChatSSE, Provider
from langchain_sse_chat.errors import NotFoundError
from langchain_sse_chat.request.tools import has_strict_tool
from tests.unit_tests.chat_models.scripted import Scripted, completion

PLAIN = "https://api.deepseek.com/chat/completions"
BETA = "https://api.deepseek.com/beta/chat/completions"
ARGUMENTS = '{"city": "Oslo"}'
CALL = {"id": "c", "type": "function", "function": {"name": "Weather"}}


class Weather(BaseModel):
    """The weather of a city."""

    city: str


@tool
def weather(city: str) -> str:
    """Return the weather of a city."""
    return city


class Asked:
    """A model whose server keeps the addresses that it was asked at."""

    def __init__(self, **fields: Any) -> None:
        self.urls: list[str] = []
        transport = httpx.MockTransport(self.answer)
        self.chat = ChatSSE(
            **{"model": "m", "provider": "deepseek", "api_key": "k", **fields},
            http_client=httpx.Client(transport=transport),
            http_async_client=httpx.AsyncClient(transport=transport),
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.urls.append(str(request.url))
        function = {"name": "Weather", "arguments": ARGUMENTS}
        call = {"id": "c", "type": "function", "function": function}
        return httpx.Response(200, json=completion({"tool_calls": [call]}))


def test_strict_tools_go_to_the_other_address() -> None:
    asked = Asked()
    strict = asked.chat.bind_tools([weather], strict=True)

    strict.invoke("Hi")
    asyncio.run(strict.ainvoke("Hi"))
    list(strict.stream("Hi"))
    asked.chat.bind_tools([weather]).invoke("Hi")
    asked.chat.bind_tools([weather], strict=False).invoke("Hi")
    asked.chat.invoke("Hi")

    assert asked.urls == [BETA, BETA, BETA, PLAIN, PLAIN, PLAIN]


def test_so_does_structured_output() -> None:
    asked = Asked()

    for strict in (True, None):
        chain = asked.chat.with_structured_output(Weather, strict=strict)
        assert chain.invoke("Hi") == Weather(city="Oslo")

    assert asked.urls == [BETA, PLAIN]


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.deepseek.com",
        "https://api.deepseek.com/v1",
        "https://proxy.example/deepseek",
    ],
)
def test_an_address_of_the_users_is_never_changed(base_url: str) -> None:
    asked = Asked(base_url=base_url)

    asked.chat.bind_tools([weather], strict=True).invoke("Hi")

    assert asked.urls == [f"{base_url}/chat/completions"]


def test_nor_is_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_BASE", "https://proxy.example/v1")
    asked = Asked()

    asked.chat.bind_tools([weather], strict=True).invoke("Hi")

    assert asked.urls == ["https://proxy.example/v1/chat/completions"]


def test_queries_and_errors_keep_to_the_address(
    make_chat: Callable[..., ChatSSE], server: Scripted
) -> None:
    acme = Provider(
        name="acme",
        base_url="https://acme.example/v1",
        strict_base_url="https://strict.example",
    )
    answer = httpx.Response(404, json={"error": {"message": "No such model."}})
    chat = make_chat(
        answer, provider=acme, base_url=None, default_query={"version": "2"}
    )

    with pytest.raises(NotFoundError, match=r"https://strict\.example") as caught:
        chat.bind_tools([weather], strict=True).invoke("Hi")

    assert "acme.example" not in str(caught.value)
    [request] = server.requests
    assert str(request.url) == "https://strict.example/chat/completions?version=2"


@pytest.mark.parametrize(
    ("tools", "strict"),
    [
        pytest.param(None, False, id="none"),
        pytest.param("of another form", False, id="text"),
        pytest.param([1, {"function": "f"}], False, id="odd"),
        pytest.param([{"function": {"strict": False}}], False, id="not strict"),
        pytest.param([{"function": {"strict": True}}], True, id="strict"),
        pytest.param([{"type": "x"}, {"function": {"strict": True}}], True, id="one"),
    ],
)
def test_a_request_with_a_strict_tool(tools: Any, strict: bool) -> None:
    assert has_strict_tool({"tools": tools}) is strict
