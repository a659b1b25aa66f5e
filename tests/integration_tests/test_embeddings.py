"""Embeddings over real sockets, with each library that sends async requests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import EmbeddingsIntegrationTests

from langchain_sse_chat import (
    AuthenticationError,
    CompatibleEmbeddings,
    ConnectionFailedError,
    TimedOutError,
)
from langchain_sse_chat.gigachat import GigaChatEmbeddings
from langchain_sse_chat.testing import Reply, Request, ScriptedGigaChat, ScriptedServer
from langchain_sse_chat.testing.embeddings import answer, vector

PATH = "/v1/embeddings"
TEXTS = [f"text number {number}" for number in range(70)]

Ask = Callable[..., list[list[float]]]


def sync(model: CompatibleEmbeddings, texts: list[str]) -> list[list[float]]:
    return model.embed_documents(texts)


def by_httpx(model: CompatibleEmbeddings, texts: list[str]) -> list[list[float]]:
    model.async_transport = "httpx"
    return asyncio.run(model.aembed_documents(texts))


def by_aiohttp(model: CompatibleEmbeddings, texts: list[str]) -> list[list[float]]:
    model.async_transport = "aiohttp"
    return asyncio.run(model.aembed_documents(texts))


NO_AIOHTTP = pytest.mark.skipif(
    find_spec("httpx_aiohttp") is None, reason="aiohttp is not installed"
)


@pytest.fixture(params=[sync, by_httpx, pytest.param(by_aiohttp, marks=NO_AIOHTTP)])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return a function that embeds documents."""
    run: Ask = request.param
    return run


def model_at(server: ScriptedServer, **fields: Any) -> CompatibleEmbeddings:
    """Return a model that asks the server."""
    return CompatibleEmbeddings(
        model="m", base_url=server.base_url, api_key="key", **fields
    )


def in_turn(*replies: Reply | Callable[[Request], Reply]) -> Callable[[Request], Reply]:
    """Return one reply after the other, then vectors."""
    left = itertools.chain(replies, itertools.repeat(answer))

    def reply(request: Request) -> Reply:
        chosen = next(left)
        return chosen if isinstance(chosen, Reply) else chosen(request)

    return reply


@pytest.mark.parametrize("form", [None, "float", "base64"])
def test_each_text_gets_its_vector(ask: Ask, form: Any) -> None:
    with ScriptedServer(api_key="key") as server:
        model = model_at(server, encoding_format=form, max_texts=9)
        found = ask(model, TEXTS)

    assert len(server.requests) == 8
    for text, numbers in zip(TEXTS, found, strict=True):
        assert numbers == pytest.approx(vector(text), abs=1e-6)


def test_a_large_answer_is_read_whole(ask: Ask) -> None:
    with ScriptedServer() as server:
        model = model_at(server, dimensions=4096, max_texts=70)
        found = ask(model, TEXTS)

    assert {len(numbers) for numbers in found} == {4096}


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Reply.status(503, headers={"retry-after": "0"}), id="status"),
        pytest.param(Reply.json({"data": []}, truncate_after=0), id="cut"),
        pytest.param(Reply.json({"data": []}, reset_after=0), id="reset"),
        pytest.param(
            Reply.json({}, truncate_after=0, headless=True), id="closed_at_once"
        ),
    ],
)
def test_a_broken_request_is_sent_again(ask: Ask, broken: Reply) -> None:
    with ScriptedServer(routes={PATH: in_turn(broken)}) as server:
        found = ask(model_at(server, max_retries=3), ["a"])

    assert found == [vector("a")]
    assert len(server.requests) >= 2


def test_without_retries_a_broken_request_is_a_typed_error(ask: Ask) -> None:
    reply = Reply.json({"data": [1]}, truncate_after=0)
    with (
        ScriptedServer(routes={PATH: reply}) as server,
        pytest.raises(ConnectionFailedError),
    ):
        ask(model_at(server, max_retries=0), ["a"])


def test_a_server_that_says_nothing_is_a_timeout(ask: Ask) -> None:
    reply = Reply.json({}, stall_after=0, headless=True)
    with (
        ScriptedServer(routes={PATH: reply}) as server,
        pytest.raises(TimedOutError),
    ):
        ask(model_at(server, max_retries=0, timeout=0.2), ["a"])


def test_a_wrong_key_is_a_typed_error(ask: Ask) -> None:
    with (
        ScriptedServer(api_key="other") as server,
        pytest.raises(AuthenticationError),
    ):
        ask(model_at(server), ["a"])


def test_gigachat_gives_a_token_for_the_key(ask: Ask) -> None:
    with ScriptedGigaChat() as server:
        model = GigaChatEmbeddings(**server.settings)
        found = ask(model, TEXTS)
        server.expire_tokens()
        again = ask(model, TEXTS)

    assert found == again
    assert len(found) == len(TEXTS)
    assert model.last_usage is not None
    assert model.last_usage["input_tokens"] == 3 * len(TEXTS)


def test_a_vector_store_finds_the_nearest_text() -> None:
    with ScriptedServer() as server:
        store = InMemoryVectorStore(model_at(server))
        store.add_texts(["The sky is blue.", "Bread needs flour.", "Cats sleep."])

        [found] = store.similarity_search("What color is the sky?", k=1)

    assert found.page_content == "The sky is blue."


class _AtAServer(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True, scope="class")
    @staticmethod
    def _use_server(request: pytest.FixtureRequest) -> Iterator[None]:
        with request.cls.server_class() as server:
            request.cls.server = server
            yield

    server: Any


class TestCompatibleEmbeddingsIntegration(_AtAServer):
    """LangChain's standard tests, against the embedded server."""

    server_class = ScriptedServer

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return CompatibleEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"model": "m", "base_url": self.server.base_url, "api_key": "key"}


class TestGigaChatEmbeddingsIntegration(_AtAServer):
    """LangChain's standard tests, against the embedded GigaChat."""

    server_class = ScriptedGigaChat

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return GigaChatEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        settings: dict[str, Any] = self.server.settings
        return settings
