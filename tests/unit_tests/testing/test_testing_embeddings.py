"""The embedded server's embeddings."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest

from langchain_sse_chat.testing import embeddings
from langchain_sse_chat.testing.request import Request
from langchain_sse_chat.testing.routing import Router


def asked(body: Any, path: str = "/v1/embeddings", method: str = "POST") -> Request:
    """Return a request."""
    return Request(
        number=1,
        connection=1,
        method=method,
        path=path,
        query="",
        headers={},
        body=json.dumps(body).encode(),
        time=0.0,
    )


def answered(body: Any, **request: Any) -> tuple[int, dict[str, Any]]:
    """Return status and body of the answer to a request."""
    router = Router([], default=None, routes={}, api_key=None)
    reply, response = router.answer(asked(body, **request))
    return reply.status_code, json.loads(b"".join(response.parts))


def similarity(one: str, other: str) -> float:
    """Return the cosine of two texts' vectors."""
    pairs = zip(embeddings.vector(one), embeddings.vector(other), strict=True)
    return sum(a * b for a, b in pairs)


@pytest.mark.parametrize("path", ["/v1/embeddings", "/embeddings"])
def test_each_text_gets_a_vector(path: str) -> None:
    status, body = answered({"model": "m", "input": ["a b", "c"]}, path=path)

    assert status == 200
    assert [item["index"] for item in body["data"]] == [0, 1]
    assert body["data"][0]["embedding"] == embeddings.vector("a b")
    assert (body["model"], body["object"]) == ("m", "list")
    assert body["usage"] == {"prompt_tokens": 3, "total_tokens": 3}


def test_a_single_text_may_be_a_string() -> None:
    _, body = answered({"model": "m", "input": "a"})

    assert len(body["data"]) == 1


def test_width_and_form_are_those_that_were_asked_for() -> None:
    _, body = answered(
        {"model": "m", "input": "a", "dimensions": 4, "encoding_format": "base64"}
    )

    data = base64.b64decode(body["data"][0]["embedding"])
    assert struct.unpack("<4f", data) == pytest.approx(embeddings.vector("a", 4))


@pytest.mark.parametrize("text", ["a", " ", "Why is the sky blue?", "\ud83d", "кот"])
def test_a_vector_has_the_length_of_one_and_depends_on_the_text_alone(
    text: str,
) -> None:
    vector = embeddings.vector(text)

    assert sum(number * number for number in vector) == pytest.approx(1)
    assert vector == embeddings.vector(text)


def test_texts_that_share_words_are_similar() -> None:
    near = similarity("What color is the sky?", "The sky is blue.")

    assert near > similarity("What color is the sky?", "Bread needs flour.")
    assert similarity("cats", "cat") > similarity("cats", "dog")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param([], "'model' must be", id="list"),
        pytest.param({"input": "a"}, "'model' must be", id="no_model"),
        pytest.param({"model": 1, "input": "a"}, "'model' must be", id="model"),
        pytest.param({"model": "m"}, "'input' must be", id="no_input"),
        pytest.param({"model": "m", "input": []}, "'input' must be", id="no_texts"),
        pytest.param({"model": "m", "input": [[1, 2]]}, "'input' must", id="tokens"),
        pytest.param({"model": "m", "input": ["a", ""]}, "empty string", id="empty"),
        pytest.param({"model": "m", "input": ["a"] * 2049}, "too long", id="many"),
        pytest.param(
            {"model": "m", "input": "a", "dimensions": 0}, "'dimensions'", id="width"
        ),
        pytest.param(
            {"model": "m", "input": "a", "dimensions": True}, "'dimensions'", id="bool"
        ),
        pytest.param(
            {"model": "m", "input": "a", "encoding_format": "int8"},
            "'encoding_format'",
            id="form",
        ),
    ],
)
def test_an_invalid_request_is_refused(body: Any, words: str) -> None:
    status, answer = answered(body)

    assert status == 400
    assert words in answer["error"]["message"]


def test_another_method_is_refused() -> None:
    status, _ = answered({}, method="GET")

    assert status == 405
