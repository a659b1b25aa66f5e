"""GigaChat's embeddings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ConfigurationError, InvalidRequestError
from langchain_sse_chat.gigachat import GigaChatEmbeddings
from tests.unit_tests.gigachat.gigachat_scripts import Sber, fresh_key, unauthorized

Embed = Callable[..., list[list[float]]]


def embed_sync(model: GigaChatEmbeddings, *texts: str) -> list[list[float]]:
    return model.embed_documents([*texts])


def embed_async(model: GigaChatEmbeddings, *texts: str) -> list[list[float]]:
    return asyncio.run(model.aembed_documents([*texts]))


@pytest.fixture(params=[embed_sync, embed_async], ids=["sync", "async"])
def embed(request: pytest.FixtureRequest) -> Embed:
    """Return a function that embeds texts, sync or async."""
    run: Embed = request.param
    return run


def embedded(*vectors: list[float]) -> httpx.Response:
    """Return vectors as GigaChat does: out of order, with a usage each."""
    data = [
        {
            "object": "embedding",
            "embedding": vector,
            "index": index,
            "usage": {"prompt_tokens": 6},
        }
        for index, vector in enumerate(vectors)
    ]
    body = {"object": "list", "data": data[::-1], "model": "Embeddings"}
    return httpx.Response(200, json=body)


def model_of(sber: Sber, *answers: httpx.Response, **fields: Any) -> GigaChatEmbeddings:
    """Return a model that asks the server."""
    sber.answers = list(answers)
    given = {"credentials": fresh_key(), "max_retries": 0, **fields}
    return GigaChatEmbeddings(**sber.clients(), **given)


def test_texts_are_sent_with_a_token(sber: Sber, embed: Embed) -> None:
    model = model_of(sber, embedded([1.0], [2.0]))

    assert embed(model, "a", "b") == [[1.0], [2.0]]

    assert sber.chats[0].url.path == "/api/v1/embeddings"
    assert sber.body == {"model": "Embeddings", "input": ["a", "b"]}
    assert sber.bearers == ["Bearer token-number-1"]
    assert model.last_usage is not None
    assert model.last_usage["input_tokens"] == 12


def test_a_token_that_has_expired_is_renewed(sber: Sber, embed: Embed) -> None:
    assert embed(model_of(sber, unauthorized(), embedded([1.0])), "a") == [[1.0]]
    assert sber.bearers == ["Bearer token-number-1", "Bearer token-number-2"]


def test_requests_have_no_more_texts_than_the_server_takes(
    sber: Sber, embed: Embed
) -> None:
    answers = [embedded(*[[1.0]] * 90), embedded(*[[1.0]] * 10)]
    model = model_of(sber, *answers, max_concurrency=1)

    assert len(embed(model, *["a"] * 100)) == 100
    assert [len(json.loads(r.content)["input"]) for r in sber.chats] == [90, 10]


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        pytest.param({}, "кот", id="default"),
        pytest.param({"prefix_query": "> "}, "кот", id="not_used"),
        pytest.param(
            {"use_prefix_query": True},
            "Дано предложение, необходимо найти его парафраз \nпредложение: кот",  # noqa: RUF001
            id="used",
        ),
        pytest.param(
            {"use_prefix_query": True, "prefix_query": "> "}, "> кот", id="own"
        ),
        pytest.param({"query_prefix": "? "}, "? кот", id="of_any_provider"),
    ],
)
def test_a_query_may_have_an_instruction(
    sber: Sber, fields: dict[str, Any], sent: str
) -> None:
    model = model_of(sber, embedded([1.0]), embedded([1.0]), **fields)

    model.embed_query("кот")
    asyncio.run(model.aembed_query("кот"))
    bodies = [json.loads(request.content) for request in sber.chats]
    assert [body["input"] for body in bodies] == [[sent], [sent]]


def test_documents_have_none(sber: Sber, embed: Embed) -> None:
    embed(model_of(sber, embedded([1.0]), use_prefix_query=True), "кот")

    assert sber.body["input"] == ["кот"]


def test_another_model_may_be_named(sber: Sber, embed: Embed) -> None:
    embed(model_of(sber, embedded([1.0]), model="EmbeddingsGigaR"), "a")

    assert sber.body["model"] == "EmbeddingsGigaR"


def test_the_servers_error_is_read(sber: Sber, embed: Embed) -> None:
    answer = httpx.Response(422, json={"status": 422, "message": "Invalid params: x"})

    with pytest.raises(InvalidRequestError, match="Invalid params: x"):
        embed(model_of(sber, answer), "a")


def test_there_is_no_width_to_choose() -> None:
    with pytest.raises(ConfigurationError, match="`dimensions`"):
        GigaChatEmbeddings(credentials="k", dimensions=256)
