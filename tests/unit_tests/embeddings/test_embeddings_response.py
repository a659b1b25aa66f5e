"""The body of a response with embeddings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat import (
    ContextLengthError,
    EventTooLargeError,
    MalformedEmbeddingsError,
    NotFoundError,
    SSEChatError,
    StreamError,
    StreamTruncatedError,
)
from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer
from langchain_sse_chat.embeddings.response import reading_of
from langchain_sse_chat.exchange.plain_answer import PlainReceiver
from langchain_sse_chat.transport.protocols import ResponseHead
from tests.unit_tests.embeddings.embeddings_scripts import item

URL = "http://test/v1/embeddings"
BODY = json.dumps({"data": [item(0, [0.5, 1.0])]}).encode()


def receiver(
    content_type: str = "application/json",
) -> PlainReceiver[EmbeddingsAnswer]:
    """Return a receiver for one text, after the head of the response."""
    made = PlainReceiver(reading_of(1), URL)
    headers = {"content-type": content_type} if content_type else {}
    made.open(ResponseHead(200, headers, URL))
    return made


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_answer_comes_at_the_end_however_it_is_cut(size: int) -> None:
    taker = receiver()

    for start in range(0, len(BODY), size):
        assert taker.feed(BODY[start : start + size]) == []
    assert taker.wants_more
    assert not taker.is_complete
    assert taker.progress == 0
    [answer] = taker.close()

    assert answer.vectors == [[0.5, 1.0]]
    assert taker.progress == 1


def test_blanks_around_the_answer_do_not_matter() -> None:
    taker = receiver()
    taker.feed(b"\n\n " + BODY + b"\n")

    assert len(taker.close()) == 1


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        pytest.param(b"", StreamTruncatedError, "empty body", id="empty"),
        pytest.param(b" \n", StreamTruncatedError, "empty body", id="blank"),
        pytest.param(BODY[:-3], MalformedEmbeddingsError, "JSON object", id="cut"),
        pytest.param(b"<html>Hi</html>", MalformedEmbeddingsError, "<html>", id="html"),
        pytest.param(b"[[0.5]]", MalformedEmbeddingsError, "JSON object", id="list"),
        pytest.param(
            b'{"error": {"message": "overloaded"}}',
            StreamError,
            "overloaded",
            id="error",
        ),
        pytest.param(
            b'{"data": [], "error": {"message": "maximum context length is 9 tokens, '
            b'you requested 10 tokens"}}',
            ContextLengthError,
            "maximum context",
            id="error_and_empty_data",
        ),
        pytest.param(
            b'{"choices": []}', MalformedEmbeddingsError, "`/embeddings`", id="chat"
        ),
    ],
)
def test_what_is_no_answer_is_a_typed_error(
    body: bytes, kind: type[SSEChatError], words: str
) -> None:
    taker = receiver()
    taker.feed(body)

    with pytest.raises(kind, match=words):
        taker.close()


@pytest.mark.parametrize(
    ("content_type", "shown"), [("text/html", "'text/html'"), ("", "'missing'")]
)
def test_an_error_names_the_content_type(content_type: str, shown: str) -> None:
    taker = receiver(content_type)
    taker.feed(b"x")

    with pytest.raises(MalformedEmbeddingsError, match=shown):
        taker.close()


def test_an_endless_body_is_an_error() -> None:
    taker = receiver()
    part = b" " * 1024 * 1024
    for _ in range(16):
        taker.feed(part)

    with pytest.raises(EventTooLargeError) as caught:
        taker.feed(b" ")

    assert caught.value.limit == 16 * 1024 * 1024


@pytest.mark.parametrize("values", [b"[],", b"{},", b"0.1,"])
def test_more_values_than_vectors_can_have_are_an_error(values: bytes) -> None:
    taker = receiver()
    taker.feed(b'{"data": [' + values * 16_384 + b"0]}")

    with pytest.raises(EventTooLargeError, match="16384 values"):
        taker.close()


def test_the_limit_grows_with_the_number_of_texts() -> None:
    taker = PlainReceiver(reading_of(100), URL)

    assert taker.feed(b" " * 20 * 1024 * 1024) == []


def test_a_status_is_an_error_with_advice_for_embeddings() -> None:
    body: Any = b'{"error": {"message": "no such model"}}'

    error = receiver().error_response(ResponseHead(404, {}, URL), body)

    assert isinstance(error, NotFoundError)
    assert "before `/embeddings`, often" in str(error)
