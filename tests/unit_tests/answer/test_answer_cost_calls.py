"""The cost of calls: whole and streamed, resumed, and with prices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from langchain_core.callbacks import get_usage_metadata_callback

from langchain_sse_chat import ChatSSE, prices
from langchain_sse_chat.answer import cost
from langchain_sse_chat.serve.answer.ends import finish_of
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
    text_stream,
)

COUNTS = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
USAGE: Any = {**COUNTS, "cost": 0.0012}
COST = {"cost": 0.0012, "cost_currency": "USD", "cost_source": "server"}
HEADER = {"x-litellm-response-cost": "0.0025"}


@pytest.fixture
def script() -> Scripted:
    return Scripted()


def model(script: Scripted, **fields: Any) -> ChatSSE:
    given = {"model": "m", "provider": "openrouter", "api_key": "k", **fields}
    return ChatSSE(
        **given,
        http_client=httpx.Client(transport=httpx.MockTransport(script)),
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(script)),
    )


def cost_of(metadata: dict[str, Any]) -> dict[str, Any]:
    return {key: metadata[key] for key in COST if key in metadata}


async def answered(chat: ChatSSE, way: str) -> Any:
    if way == "invoke":
        return chat.invoke("Hello")
    if way == "ainvoke":
        return await chat.ainvoke("Hello")
    chunks = list(chat.stream("Hello"))
    if way == "astream":
        chunks = [each async for each in chat.astream("Hello")]
    whole = chunks[0]
    for each in chunks[1:]:
        whole += each
    return whole


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream", "astream"])
async def test_an_answer_has_its_cost_once(script: Scripted, way: str) -> None:
    is_whole = "invoke" in way
    for _ in range(2):
        script.answers.append(
            httpx.Response(200, json=completion({"content": "Hi"}, usage=USAGE))
            if is_whole
            else streamed(text_stream("Hi", " there", usage=USAGE), 7)
        )
    with get_usage_metadata_callback() as counts:
        answer = await answered(model(script), way)

    assert cost_of(answer.response_metadata) == COST
    assert "cost" not in answer.usage_metadata
    assert counts.usage_metadata["served-model"]["total_tokens"] % 1100 == 0


def test_events_have_it_too(script: Scripted) -> None:
    script.answers.append(streamed(text_stream("Hi", usage=USAGE)))
    events = list(model(script).stream_events("Hello", version="v3"))

    finish: Any = events[-1]
    assert cost_of(finish["metadata"]) == COST


def test_the_header_of_a_stream_is_not_a_cost(script: Scripted) -> None:
    whole = httpx.Response(200, json=completion({"content": "Hi"}, usage=COUNTS))
    stream = streamed(text_stream("Hi", usage=COUNTS))
    for response in (whole, stream):
        response.headers.update(HEADER)
    script.answers += [whole, stream]
    chat = model(script, provider="litellm", base_url="http://test")

    assert cost_of(chat.invoke("Hello").response_metadata)["cost"] == 0.0025
    [*_, last] = chat.stream("Hello")
    assert cost_of(last.response_metadata) == {}


@pytest.mark.parametrize("computes", [True, None])
def test_a_cost_is_computed_unless_switched_off(
    script: Scripted, computes: bool | None
) -> None:
    body = completion({"content": "Hi"}, usage=COUNTS, model="gpt-4o-2024-08-06")
    script.answers.append(httpx.Response(200, json=body))
    chat = model(script, provider="openai", model="gpt-4o", compute_cost=computes)

    assert cost_of(chat.invoke("Hello").response_metadata) == {
        "cost": pytest.approx(0.0035),
        "cost_currency": "USD",
        "cost_source": "computed",
    }
    free = chat.model_copy(update={"compute_cost": False})
    assert cost_of(free.invoke("Hello").response_metadata) == {}


@pytest.mark.parametrize("provider", ["ollama", None])
def test_a_server_of_ones_own_has_no_prices(
    script: Scripted, provider: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cost, "computed_cost", None)
    body = completion({"content": "Hi"}, usage=COUNTS, model="gpt-4o-2024-08-06")
    script.answers.append(httpx.Response(200, json=body))
    url = "http://test.example/v1"
    chat = model(script, provider=provider, model="gpt-4o", base_url=url)
    assert cost_of(chat.invoke("Hello").response_metadata) == {}


def test_nothing_is_computed_without_the_extra(
    script: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices, "_library", lambda: None)
    body = completion({"content": "Hi"}, usage=COUNTS, model="gpt-4o-2024-08-06")
    script.answers.append(httpx.Response(200, json=body))
    chat = model(script, provider="openai", model="gpt-4o")
    assert cost_of(chat.invoke("Hello").response_metadata) == {}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def test_a_resumed_answer_has_no_cost(script: Scripted) -> None:
    broken = sse(chunk({"content": "One "}, usage=USAGE), done=False)
    rest = text_stream("two", usage=USAGE)
    script.answers += [streamed(broken), streamed(rest)]
    chat = model(script, on_disconnect="resume", max_retries=1)

    [*_, last] = chat.stream("Hello")

    assert last.response_metadata["resumed"] == 1
    assert len(last.response_metadata["token_usage_parts"]) == 2
    assert cost_of(last.response_metadata) == {}


@pytest.mark.enable_socket
def test_a_served_answer_has_no_other_cost_than_the_usage(
    server: ScriptedServer,
) -> None:
    server.script(Reply.text("Hi", usage=USAGE))
    chat = ChatSSE(model="m", base_url=server.base_url)
    metadata = chat.invoke("Hello").response_metadata

    assert metadata["cost"] == 0.0012
    assert "cost" not in finish_of(metadata, {}, has_calls=False).metadata
