"""Read the body of a response with embeddings, within limits."""

from __future__ import annotations

from functools import partial

from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer, read_answer
from langchain_sse_chat.errors import MalformedEmbeddingsError
from langchain_sse_chat.exchange.plain_answer import (
    PlainAnswer,
    Reading,
    json_value,
    raise_error_in,
    unlike,
)

PATH = "/embeddings"
"""Where requests are posted to, under the root of an API."""

_LEAST_LIMIT = 16 * 1024 * 1024
_BYTES_OF_A_VECTOR = 256 * 1024
"""Limit for a vector in bytes: 10,000 numbers of 25 characters."""

_VALUES_OF_A_VECTOR = 16_384
"""Limit on the values of JSON for a vector. Empty lists take 20 times their bytes."""


def reading_of(count: int) -> Reading[EmbeddingsAnswer]:
    """Return how the response to a request is read.

    Args:
        count: The number of texts in the request.
    """
    return Reading(
        path=PATH,
        read=partial(_read, count),
        limit=max(_LEAST_LIMIT, count * _BYTES_OF_A_VECTOR),
        what=_what(count),
    )


def _what(count: int) -> str:
    return f"{count} embeddings"


def _read(count: int, answer: PlainAnswer) -> EmbeddingsAnswer:
    """Return the vectors and the usage.

    Raises:
        StreamTruncatedError: The body is empty.
        StreamError: The server reports an error in a successful response.
        MalformedEmbeddingsError: The body is not one valid vector for each text.
        EventTooLargeError: It has more values than vectors can have.
    """
    body = json_value(
        answer, most_values=count * _VALUES_OF_A_VECTOR, what=_what(count)
    )
    if not isinstance(body, dict):
        raise MalformedEmbeddingsError(unlike(answer, "a JSON object"))
    if not body.get("data"):
        raise_error_in(body, answer)
    return read_answer(body, count, answer.url)
