"""LangChain's methods of `CompatibleEmbeddings`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig, RunnableLambda

from langchain_sse_chat import (
    CompatibleEmbeddings,
    ConfigurationError,
    ContextLengthError,
    InvalidRequestError,
    MalformedEmbeddingsError,
    ServerError,
)
from tests.unit_tests.embeddings.embeddings_scripts import (
    KEY,
    Ask,
    AskQuery,
    Server,
    at_most,
    embedded,
    item,
    refused,
    vector_of,
)

TEXTS = ["x" * size for size in range(1, 51)]
VECTORS = [vector_of(text) for text in TEXTS]


def test_each_text_gets_its_own_vector(server: Server, ask: Ask) -> None:
    """The server answers in reverse order."""
    model = server.model(max_texts=7)

    assert ask(model, TEXTS) == VECTORS
    assert len(server.requests) == 8


def test_a_query_gets_its_vector(server: Server, ask_query: AskQuery) -> None:
    assert ask_query(server.model(), "Hi") == vector_of("Hi")


def test_an_empty_list_makes_no_request(server: Server, ask: Ask) -> None:
    def no_key() -> str:
        raise AssertionError

    assert ask(server.model(api_key=no_key), []) == []
    assert server.requests == []


@pytest.mark.parametrize("texts", [[""], ["a", ""], "abc", [b"a"]], ids=str)
def test_what_is_no_text_is_an_error_before_anything_is_sent(
    server: Server, ask: Ask, texts: Any
) -> None:
    with pytest.raises(ConfigurationError, match="text"):
        ask(server.model(query_prefix="q: ", document_prefix="d: "), texts)
    assert server.requests == []


def test_an_empty_query_is_an_error(server: Server, ask_query: AskQuery) -> None:
    with pytest.raises(ConfigurationError, match="is empty"):
        ask_query(server.model(query_prefix="query: "), "")
    assert server.requests == []


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_batches_are_halved_until_the_server_takes_them(
    server: Server, ask: Ask, limit: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert ask(server.model(at_most(limit)), TEXTS) == VECTORS
    assert len(caplog.records) == 1


def test_a_text_that_is_too_long_is_named(server: Server, ask: Ask) -> None:
    def answer(texts: list[str]) -> httpx.Response:
        if any(len(text) > 9 for text in texts):
            return refused("maximum context length is 9 tokens, you requested 10")
        return embedded(texts)

    with pytest.raises(ContextLengthError) as caught:
        ask(server.model(answer, max_concurrency=1), ["a", "b", "c" * 10, "d"])

    assert "position 2 was alone" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param([item(0, [1.0])], id="missing"),
        pytest.param([item(0, [1.0]), item(0, [1.0])], id="doubled"),
        pytest.param([item(0, [1.0]), item(1, [1.0, 2.0])], id="other_width"),
    ],
)
def test_a_wrong_answer_is_an_error_and_never_a_vector(
    server: Server, ask: Ask, data: list[Any]
) -> None:
    model = server.model(httpx.Response(200, json={"data": data}), max_retries=3)

    with pytest.raises(MalformedEmbeddingsError):
        ask(model, ["a", "b"])
    assert len(server.requests) == 1


def test_a_width_that_is_ignored_is_an_error(server: Server, ask: Ask) -> None:
    with pytest.raises(MalformedEmbeddingsError, match="`dimensions` is 2"):
        ask(server.model(dimensions=2), ["a"])


def test_usage_is_summed_and_reported(server: Server, ask: Ask) -> None:
    told: list[Any] = []
    model = server.model(max_texts=7, on_usage=told.append)
    assert (model.last_usage, told) == (None, [])

    ask(model, TEXTS)

    usage = {"input_tokens": 50, "output_tokens": 0, "total_tokens": 50}
    assert model.last_usage == usage
    assert told == [usage]


def test_usage_of_a_failed_call_is_what_it_cost(server: Server, ask: Ask) -> None:
    told: list[Any] = []
    model = server.model(
        embedded,
        refused("broken", 500),
        max_texts=7,
        max_concurrency=1,
        on_usage=told.append,
    )

    with pytest.raises(ServerError):
        ask(model, TEXTS)

    assert model.last_usage == told[0]
    assert told[0]["input_tokens"] == 7


def test_without_usage_nothing_is_invented(server: Server, ask: Ask) -> None:
    told: list[Any] = []
    model = server.model(lambda t: embedded(t, usage=None), on_usage=told.append)

    ask(model, ["a"])

    assert (model.last_usage, told) == (None, [])


class Events(BaseCallbackHandler):
    """Keeps custom events."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Any]] = []

    def on_custom_event(self, name: str, data: Any, **_: Any) -> None:
        self.found.append((name, data))


def test_callbacks_around_a_call_are_told_of_usage_and_retries(
    server: Server, ask: Ask
) -> None:
    events = Events()
    model = server.model(
        refused("wait", 503, **{"retry-after": "0"}), embedded, max_retries=1
    )
    config = RunnableConfig(callbacks=[events])

    if ask.__name__ == "ask_sync":
        RunnableLambda(model.embed_documents).invoke(["a"], config)
    else:
        chain = RunnableLambda(model.aembed_documents)
        asyncio.run(chain.ainvoke(["a"], config))

    (retry, told), (usage, data) = events.found
    assert (retry, told["error"]) == ("on_retry", "ServerError")
    assert (usage, data["model"], data["provider"]) == (
        "on_embeddings_usage",
        "m",
        "custom",
    )
    assert (data["requests"], data["usage"]["input_tokens"]) == (1, 1)


def test_a_key_may_be_a_function(server: Server, ask: Ask) -> None:
    ask(server.model(api_key=lambda: "fresh-key", max_texts=1), ["a", "b"])

    sent = {request.headers["authorization"] for request in server.requests}
    assert sent == {"Bearer fresh-key"}


async def test_an_async_key_is_awaited(server: Server) -> None:
    async def key() -> str:
        return "fresh-key"

    await server.model(api_key=key).aembed_query("a")

    assert server.requests[0].headers["authorization"] == "Bearer fresh-key"
    with pytest.raises(ConfigurationError, match="async function"):
        server.model(api_key=key).embed_query("a")


def test_a_wrong_setting_of_a_client_is_an_error_without_a_request(ask: Ask) -> None:
    model = CompatibleEmbeddings(model="m", api_key="k", verify="missing.pem")

    with pytest.raises(ConfigurationError, match=r"missing\.pem"):
        ask(model, ["a"])


def test_a_recording_has_the_exchange_without_the_key(
    server: Server, ask: Ask, tmp_path: Any
) -> None:
    ask(server.model(record=tmp_path), ["Hi"])

    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Hi" in written
    assert KEY.encode() not in written


def test_a_call_is_logged_without_its_texts(
    server: Server, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "langchain_sse_chat")

    ask(server.model(), ["my text"])

    assert "POST http://test/v1/embeddings, model m, not streamed" in caplog.text
    assert "my text" not in caplog.text
    assert KEY not in caplog.text


def test_models_are_closed_like_chat_models(server: Server) -> None:
    with server.model() as model:
        assert model.embed_query("a")

    async def run() -> None:
        async with server.model() as model:
            assert await model.aembed_query("a")

    asyncio.run(run())


class Gate:
    """An async server that answers when it is told to, and counts what is open."""

    def __init__(self) -> None:
        self.open = self.most = self.asked = self.left = 0
        self.fails_at = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        number = self.asked
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            for _ in range(5):  # others get their turn
                await asyncio.sleep(0)
            if number == self.fails_at:
                return refused("broken", 400)
            if self.fails_at:
                await asyncio.Event().wait()
            return embedded(json.loads(request.content)["input"])
        finally:
            self.open -= 1
            self.left += 1

    def model(self, **fields: Any) -> CompatibleEmbeddings:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return CompatibleEmbeddings(
            model="m",
            base_url="http://test/v1",
            http_async_client=client,
            max_retries=0,
            max_texts=1,
            **fields,
        )


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (3, 3), (100, 50)])
async def test_an_async_call_has_a_limited_number_of_requests_open(
    limit: int, most: int
) -> None:
    gate = Gate()

    assert await gate.model(max_concurrency=limit).aembed_documents(TEXTS) == VECTORS

    assert (gate.most, gate.asked, gate.open) == (most, 50, 0)


async def test_when_one_request_fails_the_others_are_cancelled() -> None:
    gate = Gate()
    gate.fails_at = 2

    with pytest.raises(InvalidRequestError, match="broken"):
        await gate.model(max_concurrency=3).aembed_documents(TEXTS)

    assert (gate.asked, gate.left, gate.open) == (3, 3, 0)
    assert len(asyncio.all_tasks()) == 1


async def test_a_cancelled_call_leaves_no_request_open() -> None:
    gate = Gate()
    gate.fails_at = -1  # none answers
    task = asyncio.create_task(gate.model().aembed_documents(TEXTS))
    while gate.asked < 4:  # noqa: ASYNC110  # each turn lets the requests begin
        await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (gate.asked, gate.open) == (4, 0)
    assert len(asyncio.all_tasks()) == 1
