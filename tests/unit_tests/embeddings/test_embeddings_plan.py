"""The requests of a call."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat import ConfigurationError
from tests.unit_tests.embeddings.embeddings_scripts import (
    KEY,
    Ask,
    AskQuery,
    Server,
)


def test_a_call_posts_to_embeddings(server: Server, ask: Ask) -> None:
    model = server.model(default_headers={"X-A": "b"}, default_query={"q": "1"})

    ask(model, ["Hi"])

    [request] = server.requests
    assert (request.method, str(request.url)) == (
        "POST",
        "http://test/v1/embeddings?q=1",
    )
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["x-a"] == "b"
    # No width, no encoding, and a list for a single text.
    assert server.bodies == [{"model": "m", "input": ["Hi"]}]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        pytest.param({"dimensions": 3}, {"dimensions": 3}, id="dimensions"),
        pytest.param(
            {"encoding_format": "float"}, {"encoding_format": "float"}, id="encoding"
        ),
        pytest.param({"model_kwargs": {"user": "u"}}, {"user": "u"}, id="kwargs"),
        pytest.param(
            {"extra_body": {"model": "n", "x": None}},
            {"model": "n", "x": None},
            id="extra_body",
        ),
        pytest.param(
            {"provider": "mistral", "dimensions": 3},
            {"output_dimension": 3},
            id="mistral",
        ),
        pytest.param({"provider": "openai"}, {}, id="openai_elsewhere"),
        pytest.param(
            {"provider": "openai", "base_url": None},
            {"encoding_format": "base64"},
            id="openai",
        ),
        pytest.param(
            {"provider": "nvidia"}, {"input_type": "passage"}, id="kind_of_provider"
        ),
        pytest.param(
            {"document_fields": {"task": "doc"}}, {"task": "doc"}, id="kind_of_user"
        ),
        pytest.param(
            {"provider": "nvidia", "document_fields": {}}, {}, id="kind_switched_off"
        ),
    ],
)
def test_fields_go_into_the_body(
    server: Server, ask: Ask, given: dict[str, Any], fields: dict[str, Any]
) -> None:
    ask(server.model(**given), ["Hi!"])

    assert server.bodies == [{"model": "m", "input": ["Hi!"], **fields}]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        pytest.param({"provider": "nvidia"}, {"input_type": "query"}, id="provider"),
        pytest.param({"query_fields": {"task": "q"}}, {"task": "q"}, id="user"),
        pytest.param({"document_fields": {"task": "doc"}}, {}, id="documents_only"),
        pytest.param(
            {"query_prefix": "query: ", "document_prefix": "passage: "},
            {"input": ["query: Hi!"]},
            id="prefix",
        ),
    ],
)
def test_a_query_has_its_own_fields(
    server: Server, ask_query: AskQuery, given: dict[str, Any], fields: dict[str, Any]
) -> None:
    ask_query(server.model(**given), "Hi!")

    assert server.bodies == [{"model": "m", "input": ["Hi!"], **fields}]


def test_documents_have_their_prefix(server: Server, ask: Ask) -> None:
    ask(server.model(document_prefix="passage: ", query_prefix="query: "), ["a", "b"])

    assert server.bodies[0]["input"] == ["passage: a", "passage: b"]


def test_the_limit_of_a_provider_holds(server: Server, ask: Ask) -> None:
    ask(server.model(provider="dashscope"), ["x"] * 25)
    ask(server.model(), ["x"] * 40)

    assert sorted(server.sizes[:3]) == [5, 10, 10]
    assert sorted(server.sizes[3:]) == [8, 32]


def test_the_limits_of_the_model_come_before_those_of_the_provider(
    server: Server, ask: Ask
) -> None:
    ask(server.model(provider="dashscope", max_texts=20), ["x"] * 25)
    ask(server.model(max_tokens_per_request=4), ["x" * 5] * 5)

    assert sorted(server.sizes[:2]) == [5, 20]
    assert sorted(server.sizes[2:]) == [1, 2, 2]


def test_the_deployment_is_a_part_of_azures_address(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "2024-10-21")

    ask(
        server.model(
            provider="azure-deployments",
            base_url="https://me.openai.azure.com",
            model="my-embeddings",
        ),
        ["Hi"],
    )

    assert str(server.requests[0].url) == (
        "https://me.openai.azure.com/openai/deployments/my-embeddings/embeddings"
        "?api-version=2024-10-21"
    )
    assert server.requests[0].headers["api-key"] == KEY


def test_what_cannot_be_sent_is_an_error_before_anything_is_sent(
    server: Server, ask: Ask
) -> None:
    with pytest.raises(ConfigurationError, match="'X-A'"):
        server.model(default_headers={"X-A": "ж"})
    with pytest.raises(ConfigurationError, match="cannot be sent"):
        ask(server.model(api_key=lambda: "ж"), ["Hi"])
    with pytest.raises(ConfigurationError, match="my_password"):
        ask(server.model().model_copy(update={"model_kwargs": {"my_password": 1}}), [])
    assert server.requests == []
