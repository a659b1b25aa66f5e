"""Errors about a batch that is too large."""

from __future__ import annotations

import json

import pytest

from langchain_sse_chat import (
    ConnectionFailedError,
    MalformedEmbeddingsError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.embeddings.too_large import is_too_large
from langchain_sse_chat.wire.server_errors import status_error


def error_of(status: int, message: str, code: str | None = None) -> SSEChatError:
    """Return the error for a response."""
    body = json.dumps({"error": {"message": message, "code": code}}).encode()
    return status_error(status, {}, body, url="http://test/v1/embeddings", now=0.0)


TOO_LARGE = [
    pytest.param(
        400,
        "Invalid 'input': array too long. Expected an array with maximum length 2048, "
        "but got an array with length 3000 instead.",
        id="openai_array",
    ),
    pytest.param(
        400,
        "Requested 350000 tokens, max 300000 tokens per request",
        id="openai_tokens",
    ),
    pytest.param(
        400, "Too many inputs in request, split into more batches.", id="mistral_inputs"
    ),
    pytest.param(
        400, "Too many tokens in batch. Max is 16384 got 16896", id="mistral_tokens"
    ),
    pytest.param(
        400,
        "<400> InternalError.Algo.InvalidParameter: Value error, batch size is "
        "invalid, it should not be larger than 10.: input.contents",
        id="dashscope",
    ),
    pytest.param(413, "batch size 64 > maximum allowed batch size 32", id="tei"),
    pytest.param(413, "Payload Too Large", id="bytes"),
    pytest.param(
        400,
        "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one "
        "batch\n",
        id="gemini",
    ),
    pytest.param(
        422,
        "invalid request: total number of texts must be at most 96 texts",
        id="cohere",
    ),
    pytest.param(400, "input array must not exceed 64 items", id="array"),
    pytest.param(400, "input数组最大不得超过64条", id="zhipu"),
    pytest.param(
        400,
        "This model's maximum context length is 8192 tokens, however you requested "
        "10000 tokens (10000 in your prompt; 0 for the completion).",
        id="context",
    ),
    pytest.param(
        500,
        "input (600 tokens) is too large to process. increase the physical batch size "
        "(current batch size: 512)",
        id="llamacpp",
    ),
    pytest.param(
        429,
        "Request too large for text-embedding-3-small: Limit 40000, Requested 50000",
        id="tokens_a_minute",
    ),
]
NOT = [
    pytest.param(400, "'input' cannot be an empty string.", id="empty_text"),
    pytest.param(
        400, "This model does not support specifying dimensions.", id="dimensions"
    ),
    pytest.param(400, "Unknown parameter: 'encoding_format'.", id="encoding"),
    pytest.param(401, "Too many inputs for this key", id="key"),
    pytest.param(402, "batch size of your plan", id="credit"),
    pytest.param(404, "The model `batch size` does not exist", id="model"),
    pytest.param(
        429,
        "Rate limit reached: 3 requests per min. Please try again in 20s.",
        id="rate",
    ),
    pytest.param(500, "The server had an error", id="server"),
    pytest.param(302, "batch size", id="redirect"),
]


@pytest.mark.parametrize(("status", "message"), TOO_LARGE)
def test_it_is_recognized(status: int, message: str) -> None:
    assert is_too_large(error_of(status, message))


@pytest.mark.parametrize(("status", "message"), NOT)
def test_other_errors_are_not_taken_for_it(status: int, message: str) -> None:
    assert not is_too_large(error_of(status, message))


def test_a_code_is_enough() -> None:
    assert is_too_large(error_of(400, "No.", code="max_tokens_per_request"))


def test_it_may_come_with_status_200() -> None:
    assert is_too_large(StreamError("Too many inputs in request"))
    assert not is_too_large(StreamError("overloaded"))


@pytest.mark.parametrize("kind", [ConnectionFailedError, MalformedEmbeddingsError])
def test_errors_without_a_server_are_not_it(kind: type[SSEChatError]) -> None:
    assert not is_too_large(kind("batch size"))
