"""The list of models is requested like an answer, with the key and its errors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    ConfigurationError,
    NotFoundError,
    ProtocolError,
    RateLimitError,
    ServerModel,
    SSEChatError,
    StreamError,
    StreamTruncatedError,
)
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.testing.gigachat import ScriptedGigaChat
from tests.unit_tests.chat_models.scripted import Scripted

KEY = "sk-a-secret-of-some-length"
LIST = {"object": "list", "data": [{"id": "b"}, {"id": "a", "max_model_len": 9}]}
MODELS = [ServerModel("b"), ServerModel("a", context_length=9)]

Ask = Callable[[ChatSSE], list[ServerModel]]


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    def run(chat: ChatSSE) -> list[ServerModel]:
        if not request.param:
            return chat.models()
        asked: Awaitable[list[ServerModel]] = chat.amodels()
        return asyncio.run(asked)  # type: ignore[arg-type]  # it is a coroutine

    return run


@pytest.fixture
def script() -> Scripted:
    return Scripted()


def model(script: Scripted, **fields: Any) -> ChatSSE:
    given = {"base_url": "http://test/v1", "api_key": KEY, "max_retries": 0, **fields}
    return ChatSSE(
        model="m",
        **given,
        http_client=httpx.Client(transport=httpx.MockTransport(script)),
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(script)),
    )


def test_the_models_are_requested_with_key_headers_and_query(
    script: Scripted, ask: Ask
) -> None:
    script.answers = [httpx.Response(200, json=LIST)]
    chat = model(script, default_headers={"Team": "a"}, default_query={"page": 1})

    assert ask(chat) == MODELS
    [request] = script.requests
    assert request.method == "GET"
    assert str(request.url) == "http://test/v1/models?page=1"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["team"] == "a"
    assert request.content == b""


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((401, '{"error": "no"}'), AuthenticationError, "no"),
        (
            (404, "nothing"),
            NotFoundError,
            "Check that the server has a list of models, and that `base_url`",
        ),
        ((429, '{"error": "slow"}'), RateLimitError, "slow"),
        ((200, '{"error": {"message": "no"}}'), StreamError, "no"),
        ((200, "<html>"), ProtocolError, "a list of models"),
        ((200, '{"ok": true}'), ProtocolError, "a list of models"),
        ((200, ""), StreamTruncatedError, "empty"),
    ],
    ids=["key", "path", "rate", "error in 200", "page", "object", "nothing"],
)
def test_errors_are_those_of_a_call(
    script: Scripted,
    ask: Ask,
    answer: tuple[int, str],
    error: type[SSEChatError],
    words: str,
) -> None:
    status, body = answer
    script.answers = [httpx.Response(status, text=body)]

    with pytest.raises(error, match=words) as caught:
        ask(model(script))
    assert KEY not in str(caught.value)


def test_a_failure_that_may_pass_is_retried(script: Scripted, ask: Ask) -> None:
    busy = httpx.Response(503, headers={"retry-after": "0"})
    script.answers = [busy, httpx.Response(200, json=LIST)]

    assert ask(model(script, max_retries=1)) == MODELS


def test_the_exchange_is_recorded(script: Scripted, ask: Ask, tmp_path: Path) -> None:
    script.answers = [httpx.Response(200, json=LIST)]
    ask(model(script, record=tmp_path))

    texts = [p.read_text("utf-8") for p in tmp_path.rglob("*") if p.is_file()]
    assert any(json.dumps("a")[1:-1] in text for text in texts)
    assert KEY not in "".join(texts)


def test_the_prices_have_the_currency_of_the_provider(
    script: Scripted, ask: Ask
) -> None:
    entry = {"id": "m", "pricing": {"prompt": "0.000001", "completion": "0.000002"}}
    script.answers = [httpx.Response(200, json={"data": [entry]})]
    [found] = ask(model(script, provider="openrouter"))

    assert (found.input_price, found.output_price, found.currency) == (1.0, 2.0, "USD")


def test_a_missing_setting_is_an_error_without_a_request(script: Scripted) -> None:
    chat = model(script, provider="azure-deployments", base_url="http://test")
    with pytest.raises(ConfigurationError, match="api-version"):
        chat.models()
    assert script.requests == []


@pytest.mark.enable_socket
def test_gigachat_lists_its_models() -> None:
    with ScriptedGigaChat() as server, GigaChat(**server.settings) as chat:
        assert chat.models()
