"""Collect the body of a response with embeddings, and read it at its end."""

from __future__ import annotations

from langchain_sse_chat.embeddings.answer import EmbeddingsAnswer, read_answer
from langchain_sse_chat.errors import (
    EventTooLargeError,
    MalformedEmbeddingsError,
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.transport.clock import wall_clock
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire import server_errors as failures
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.stream_errors import error_in

PATH = "/embeddings"
"""Where requests are posted to, under the root of an API."""

_LEAST_LIMIT = 16 * 1024 * 1024
_BYTES_OF_A_VECTOR = 256 * 1024
"""Limit for a vector in bytes: 10,000 numbers of 25 characters."""

_VALUES_OF_A_VECTOR = 16_384
"""Limit on the values of JSON for a vector. Empty lists take 20 times their bytes."""

_SHOWN = 200
"""Characters of a body that an error shows."""


class EmbeddingsReceiver:
    """Reads the response to a request for embeddings: a `Receiver` with one output.

    Args:
        count: The number of texts in the request.
        url: The URL without query, for error messages.
        key_hint: Advice in the error when a request without a key is rejected.
    """

    wants_more = True
    is_complete = False
    """Never before the end of the body: JSON has no other end."""

    def __init__(self, count: int, url: str, key_hint: str = "") -> None:
        self._count = count
        self._url = url
        self._key_hint = key_hint
        self._limit = max(_LEAST_LIMIT, count * _BYTES_OF_A_VECTOR)
        self._parts: list[bytes] = []
        self._size = 0
        self._type = ""
        self.events_read = 0
        """Number of answers read: 1 at the end."""

    def open(self, head: ResponseHead) -> None:
        """Record the content type, for errors."""
        self._type = head.headers.get("content-type", "")

    def feed(self, data: bytes) -> list[EmbeddingsAnswer]:
        """Store the next bytes; return no outputs.

        Raises:
            EventTooLargeError: The body is larger than vectors can be.
        """
        self._parts.append(data)
        self._size += len(data)
        if self._size > self._limit:
            msg = (
                f"The response of {self._url} is larger than {self._limit} bytes, the "
                f"limit for {self._count} embeddings."
            )
            raise EventTooLargeError(msg, limit=self._limit)
        return []

    def close(self) -> list[EmbeddingsAnswer]:
        """Return the answer.

        Raises:
            StreamTruncatedError: The body is empty.
            StreamError: The server reports an error in a successful response.
            MalformedEmbeddingsError: The body is not one valid vector for each text.
            EventTooLargeError: It has more values than vectors can have.
        """
        text = b"".join(self._parts).decode("utf-8", "replace")
        self._parts.clear()
        if not text.strip():
            msg = f"{self._url} answered with an empty body."
            raise StreamTruncatedError(msg)
        self._check_values(text)
        try:
            body = loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise self._not_an_answer(text)
        error = None if body.get("data") else error_in(body, "message")
        if error is not None:
            raise failures.stream_error(error, self._url, body)
        answer = read_answer(body, self._count, self._url)
        self.events_read = 1
        return [answer]

    def _check_values(self, text: str) -> None:
        limit = self._count * _VALUES_OF_A_VECTOR
        if text.count(",") + text.count("[") + text.count("{") > limit:
            msg = (
                f"{self._url} sent JSON with more than {limit} values, the limit for "
                f"{self._count} embeddings."
            )
            raise EventTooLargeError(msg, limit=limit)

    def _not_an_answer(self, text: str) -> MalformedEmbeddingsError:
        shown = " ".join(text[:_SHOWN].split())
        msg = (
            f"{self._url} answered with something other than a JSON object (content "
            f"type {self._type or 'missing'!r}): {shown!r}. Check that `base_url` is "
            f"the part of the address before `{PATH}`, often ending in `/v1`."
        )
        return MalformedEmbeddingsError(msg)

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Return the error for a status that is not a success."""
        return failures.status_error(
            head.status_code,
            head.headers,
            body,
            url=self._url,
            now=wall_clock(),
            key_hint=self._key_hint,
            path=PATH,
        )
