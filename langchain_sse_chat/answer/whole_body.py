"""Read a body that is not an event stream: a JSON object, an error, or neither."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from typing import Any

from langchain_sse_chat.errors import (
    EventTooLargeError,
    NotAnEventStreamError,
    SSEChatError,
    StreamTruncatedError,
)
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire.jsontext import loads
from langchain_sse_chat.wire.memory_budget import MemoryBudget
from langchain_sse_chat.wire.other_protocols import protocol_of
from langchain_sse_chat.wire.server_errors import stream_error
from langchain_sse_chat.wire.sniff import BodyKind, first_of_lines, sniff
from langchain_sse_chat.wire.stream_errors import bare_error, error_in_body
from langchain_sse_chat.wire.unknown_events import not_a_stream

MAX_BODY_SIZE = 16 * 1024 * 1024
"""Limit for one event, and for a whole answer that is not an event stream, in bytes.

Generated images come as base64 in one event and are a few MB."""

_PAGE_SIZE = 64 * 1024
"""Bytes that are read of a body that is not an answer, such as an HTML page."""

_NO_STREAM = "a body that is not an event stream"

_BEFORE_AN_ANSWER = re.compile(rb"\A(?:\s|%s)+" % BOM_UTF8)


class WholeBody:
    """Collects a body unless its first bytes show that it is an event stream.

    Args:
        url: The URL without query, for error messages.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._head: ResponseHead | None = None
        self._kind: BodyKind | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._has_a_line = False
        self._may_be_lines = True
        """Whether a JSON body may still turn out to have one object per line."""

    def open(self, head: ResponseHead) -> None:
        """Record the head of the response."""
        self._head = head

    def feed(self, data: bytes) -> bytes | None:
        """Add the next bytes.

        Returns:
            All bytes so far if they are an event stream, otherwise `None`.

        Raises:
            StreamError: The server reports an error, with one object per line.
            ProtocolError: The body is too large, or not an answer.
        """
        self._parts.append(data)
        self._size += len(data)
        if self._kind is None:
            # Some servers send blanks until the answer begins, as a keep-alive.
            start = _BEFORE_AN_ANSWER.sub(b"", b"".join(self._parts))
            self._parts = [start]
            self._kind = sniff(start, self._content_type)
            if self._kind == "events":
                return start
        if self._kind == "json":
            self._look_for_lines(data)
        if self._kind in {"html", "unknown"} and self._size > _PAGE_SIZE:
            raise self._not_an_answer()
        if self._size > MAX_BODY_SIZE:
            msg = (
                f"The response of {self._url} is larger than {MAX_BODY_SIZE} bytes "
                "and not an event stream. Ask for less in one answer."
            )
            raise EventTooLargeError(msg, limit=MAX_BODY_SIZE)
        return None

    def _look_for_lines(self, data: bytes) -> None:
        """Reject newline-delimited JSON early, because it may be long."""
        self._has_a_line = self._has_a_line or b"\n" in data
        if not (self._has_a_line and self._may_be_lines):
            return
        first = first_of_lines(b"".join(self._parts))
        self._may_be_lines = first is None
        if first:
            raise self._foreign(first, "newline-delimited JSON")

    def close(self) -> dict[str, Any]:
        """Return the JSON object in the body.

        Raises:
            StreamTruncatedError: The body is empty.
            StreamError: The server reports an error.
            NotAnEventStreamError: The body is not a JSON object or chat completion.
            EventTooLargeError: It has too many values.
        """
        body = b"".join(self._parts)
        if self._kind is None and not body.strip():
            msg = (
                f"{self._url} answered {self._status} with an empty body. Check the "
                "server, or a proxy in front of it."
            )
            raise StreamTruncatedError(msg)
        if self._kind != "json":
            raise self._not_an_answer()
        text = body.decode("utf-8", "replace")
        MemoryBudget(self._url).count(text)
        try:
            value = loads(text)
        except ValueError:
            # Perhaps an error followed by `[DONE]` or comments.
            value = bare_error(text)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            raise self._not_an_answer()
        if "choices" not in value and protocol_of(value) is not None:
            raise self._foreign(value, "a JSON object")
        return value

    def _foreign(self, value: dict[str, Any], kind: str) -> SSEChatError:
        """Return the error for JSON that is not a chat completion."""
        error = error_in_body(value)
        if error is not None:
            return stream_error(error, self._url, value)
        return self._not_an_answer(kind, value)

    def _not_an_answer(
        self, kind: str = _NO_STREAM, value: dict[str, Any] | None = None
    ) -> NotAnEventStreamError:
        return not_a_stream(
            f"{self._url} answered {self._status}",
            "an HTML page" if self._kind == "html" else kind,
            content_type=self._content_type or None,
            body=b"".join(self._parts)[:2000],
            value=value,
        )

    @property
    def _content_type(self) -> str:
        headers = self._head.headers if self._head else {}
        return headers.get("content-type", "").lower()

    @property
    def _status(self) -> int:
        return self._head.status_code if self._head else 200
