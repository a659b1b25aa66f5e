"""Collect the body of a response that is not a chat completion, and read its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from langchain_sse_chat.errors import (
    EventTooLargeError,
    ProtocolError,
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.transport.clock import wall_clock
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire import server_errors
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.stream_errors import error_in

AnswerT = TypeVar("AnswerT")

LARGEST_JSON = 16 * 1024 * 1024
"""Limit on the body of a JSON answer in bytes."""

MOST_VALUES = 1_000_000
"""Limit on the values of a JSON answer. Empty lists take 20 times their bytes."""

_SHOWN = 200
"""Characters of a body that an error shows."""


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """A successful response with its entire body."""

    url: str
    """The URL without query, for error messages."""
    path: str
    """The path after the root of the API."""
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Names in lower case."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[AnswerT]):
    """How a response is read."""

    path: str
    """The path after the root of the API, for error messages."""
    read: Callable[[PlainAnswer], AnswerT]
    """Returns the answer; raises an `SSEChatError` for one that is not valid."""
    limit: int = LARGEST_JSON
    """Limit on the body in bytes."""
    what: str = "an answer"
    """The content of the response, for the error of a body above the limit."""
    subject: str = "the model name"
    """The value to check if the server answers 404."""


class PlainReceiver(Generic[AnswerT]):
    """Reads a response as a whole: a `Receiver` with one output.

    Args:
        reading: How the response is read.
        url: The URL without query, for error messages.
        key_hint: Advice in the error when a request without a key is rejected.
    """

    wants_more = True
    is_complete = False
    """Never before the end of the body: JSON has no other end."""

    def __init__(self, reading: Reading[AnswerT], url: str, key_hint: str = "") -> None:
        self._reading = reading
        self._url = url
        self._key_hint = key_hint
        self._parts: list[bytes] = []
        self._size = 0
        self._headers: Mapping[str, str] = {}
        self.progress = 0
        """Number of answers read: 1 at the end."""

    def open(self, head: ResponseHead) -> None:
        """Record the headers."""
        self._headers = head.headers

    def feed(self, data: bytes) -> list[AnswerT]:
        """Store the next bytes; return no outputs.

        Raises:
            EventTooLargeError: The body is larger than the limit.
        """
        self._parts.append(data)
        self._size += len(data)
        limit = self._reading.limit
        if self._size > limit:
            msg = (
                f"The response of {self._url} is larger than {limit} bytes, the limit "
                f"for {self._reading.what}."
            )
            raise EventTooLargeError(msg, limit=limit)
        return []

    def close(self) -> list[AnswerT]:
        """Return the answer.

        Raises:
            SSEChatError: The body is not a valid answer.
        """
        body = b"".join(self._parts)
        self._parts.clear()
        reading = self._reading
        answer = reading.read(PlainAnswer(self._url, reading.path, body, self._headers))
        self.progress = 1
        return [answer]

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        """Return the error for a status that is not a success."""
        return server_errors.status_error(
            head.status_code,
            head.headers,
            body,
            url=self._url,
            now=wall_clock(),
            key_hint=self._key_hint,
            path=self._reading.path,
            subject=self._reading.subject,
        )


def json_value(
    answer: PlainAnswer, *, most_values: int = MOST_VALUES, what: str = "an answer"
) -> Any:
    """Return the JSON value of a body, `None` for a body that is not JSON.

    Args:
        answer: The response.
        most_values: Limit on the number of values in the JSON.
        what: The content of the response, for the error of a body above the limit.

    Raises:
        StreamTruncatedError: The body is empty.
        EventTooLargeError: It has too many values.
    """
    text = answer.body.decode("utf-8", "replace")
    if not text.strip():
        msg = f"{answer.url} answered with an empty body."
        raise StreamTruncatedError(msg)
    if text.count(",") + text.count("[") + text.count("{") > most_values:
        msg = (
            f"{answer.url} sent JSON with more than {most_values} values, the limit "
            f"for {what}."
        )
        raise EventTooLargeError(msg, limit=most_values)
    try:
        return loads(text)
    except ValueError:
        return None


def json_object(answer: PlainAnswer) -> dict[str, Any]:
    """Return the JSON object of a body.

    Raises:
        StreamTruncatedError: The body is empty.
        StreamError: The server reports an error in a successful response.
        EventTooLargeError: It has too many values.
        ProtocolError: It is not a JSON object.
    """
    value = json_value(answer)
    if not isinstance(value, dict):
        raise ProtocolError(unlike(answer, "a JSON object"))
    raise_error_in(value, answer)
    return value


def raise_error_in(value: dict[str, Any], answer: PlainAnswer) -> None:
    """Raise the error that a server reports in a successful response.

    Raises:
        StreamError: There is one.
    """
    error = error_in(value, "message")
    if error is not None:
        raise server_errors.stream_error(error, answer.url, value)


def unlike(answer: PlainAnswer, wanted: str) -> str:
    """Return the message of the error for a body of another kind than expected.

    Args:
        answer: The response.
        wanted: The expected kind, such as `a JSON object`.
    """
    # A character of UTF-8 has up to four bytes.
    text = answer.body[: 4 * _SHOWN].decode("utf-8", "replace")
    shown = " ".join(text[:_SHOWN].split())
    kind = answer.headers.get("content-type") or "missing"
    return (
        f"{answer.url} answered with something other than {wanted} (content type "
        f"{kind!r}): {shown!r}. Check that `base_url` is the part of the address "
        f"before `{answer.path}`, often ending in `/v1`."
    )
