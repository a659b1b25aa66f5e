"""Decide what an unknown event is: a keep-alive, a notice, or an error.

Every server and gateway words its errors differently, so a list of error words would
miss some, and a missed error would end as a short answer that looks right. The rule is
the other way round: keep-alive events are known, and any other object that is not a
chunk is an error if the answer does not continue after it. If it continues, it was a
notice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_sse_chat.errors import (
    MalformedChunkError,
    NotAnEventStreamError,
    SSEChatError,
)
from langchain_sse_chat.lazy_pattern import lazy_pattern
from langchain_sse_chat.wire import server_errors as failures
from langchain_sse_chat.wire.error_details import code_in, read_details
from langchain_sse_chat.wire.other_protocols import Protocol, protocol_of
from langchain_sse_chat.wire.stream_errors import (
    ENVELOPE,
    error_in,
    error_in_body,
    has_failed_code,
    says_failure,
    says_success,
)

_SHOWN = 200

_PINGS = frozenset(
    {
        "",
        "alive",
        "heartbeat",
        "keep alive",
        "keep-alive",
        "keepalive",
        "noop",
        "ping",
        "pong",
    }
)
"""Keep-alive events in lower case: as data, as an event's type, or an object's."""

_ENDS = frozenset(
    {
        "close",
        "closed",
        "complete",
        "completed",
        "done",
        "end",
        "finish",
        "finished",
        "stop",
        "success",
    }
)
"""Words that say that a stream comes to its end, in lower case."""

_KINDS = ("type", "event", "object", "status")
"""Keys of words that say what an object is."""

_TIME = lazy_pattern(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.Z+-]*")
"""A time as data: ChatGPT's own servers have sent one every 15 seconds
(https://github.com/missuo/FreeGPT35/pull/29)."""


def is_ping(word: str) -> bool:
    """Whether a word is a keep-alive."""
    said = (word.strip("[] \t") or word).lower().replace("_", "-")
    return said in _PINGS or word[:1] == ":" or bool(_TIME.fullmatch(word))


class Strays:
    """Keeps events that are not chunks until it is clear what they were.

    Args:
        url: The URL without query, for error messages.
    """

    __slots__ = ("_first", "_last", "_progress", "_url")

    def __init__(self, url: str) -> None:
        self._url = url
        self._first: object = None
        self._last: Mapping[str, Any] | None = None
        self._progress = 0

    def take_word(self, word: str) -> None:
        """Record the data of a named event that is not JSON."""
        self._keep_first(word)

    def take(self, value: Mapping[str, Any], event: str, progress: int) -> None:
        """Record an object without choices.

        Args:
            value: The object.
            event: The type of its event.
            progress: The number of events so far with content of the answer.
        """
        if says_failure(value):
            self.take_error(value, progress)
        elif _is_a_sign_of_life(value, event):
            return
        elif not _is_harmless(value):
            self.take_error(value, progress)
        elif not (_is_chunk(value) or value.keys() <= ENVELOPE):
            self._keep_first(value)

    def take_error(self, value: Mapping[str, Any], progress: int) -> None:
        """Record an object that is an error unless the answer continues.

        Args:
            value: The object.
            progress: The number of events so far with content of the answer.
        """
        self._keep_first(value)
        self._last, self._progress = value, progress

    def _keep_first(self, value: object) -> None:
        if self._first is None:
            self._first = value

    def error(self, *, progress: int, has_chunks: bool) -> SSEChatError | None:
        """Return the error of an answer without a finish reason, if any.

        Args:
            progress: The number of events so far with content of the answer.
            has_chunks: Whether any event was a chunk.
        """
        if self._first is None:
            return None
        last = self._last
        if not has_chunks and (last is None or not _says_what_failed(last)):
            return self.foreign(self._first)
        if last is None or progress > self._progress:
            return None
        return failures.stream_error(error_in(last, "error"), self._url, last)

    def foreign(
        self, first: object, protocol: Protocol | None = None
    ) -> MalformedChunkError:
        """Return the error for a stream without any chat completion.

        Args:
            first: The first event's value.
            protocol: Its protocol, if known.
        """
        start = _json(first)[:_SHOWN]
        msg = (
            f"{self._url} sent a stream without any chat completion. Its first event "
            f"was {start!r}. {_hint(protocol)}"
        )
        return MalformedChunkError(msg, data=start)

    def malformed(self, data: str) -> MalformedChunkError:
        """Return the error for data that cannot be read."""
        start = data[:_SHOWN]
        msg = (
            f"{self._url} sent data that is not a chat completion: {start!r}. Check "
            "the server, or a proxy in front of it."
        )
        return MalformedChunkError(msg, data=start)

    def whole(self, body: dict[str, Any]) -> SSEChatError:
        """Return the error for a JSON object without choices instead of a stream."""
        error = error_in_body(body)
        protocol = protocol_of(body)
        if error is None and protocol is None and read_details(body):
            error = body
        if error is not None:
            return failures.stream_error(error, self._url, body)
        start = _json(body)[:_SHOWN]
        msg = (
            f"{self._url} sent JSON that is not a chat completion: {start!r}. "
            f"{_hint(protocol)}"
        )
        return MalformedChunkError(msg, data=start)


def not_a_stream(
    answered: str,
    kind: str,
    *,
    content_type: str | None,
    body: bytes,
    value: Mapping[str, Any] | None = None,
) -> NotAnEventStreamError:
    """Return the error for a body that is neither a stream nor a completion.

    Args:
        answered: The server and the status, as the start of a sentence.
        kind: The format of the body.
        content_type: Its content type.
        body: The beginning of the body.
        value: The first JSON object in it, if any.
    """
    text = body.decode("utf-8", "replace") if value is None else _json(value)
    start = " ".join(text.split())[:_SHOWN]
    protocol = None if value is None else protocol_of(value)
    hint = f"{_hint(protocol)} " if protocol else ""
    msg = (
        f"{answered} with {kind} (content type {content_type}): {start!r}. {hint}"
        "Check `base_url`: it is the part of the address before `/chat/completions`, "
        "often ending in `/v1`."
    )
    return NotAnEventStreamError(msg, content_type=content_type)


def _hint(protocol: Protocol | None) -> str:
    if protocol is None:
        return "Check that `base_url` is the address of chat completions."
    return f"This is {protocol.name}. {protocol.hint}"


def _is_harmless(value: Mapping[str, Any]) -> bool:
    """Whether an object is a chunk without choices, or a sign of the end."""
    # Its `error` field was already found not to be an error.
    if read_details({k: v for k, v in value.items() if k != "error"}):
        return says_success(value)
    if has_failed_code(value):
        return False
    if _is_chunk(value) or "usage" in value or value.keys() <= ENVELOPE:
        return True
    return all(map(_says_the_end, value, value.values()))


def _is_a_sign_of_life(value: Mapping[str, Any], event: str) -> bool:
    kinds = [event, *(value.get(key) for key in _KINDS)]
    if any(isinstance(kind, str) and kind and is_ping(kind) for kind in kinds):
        return True
    # Also as a key: `{"heartbeat": true}`.
    return any(key and is_ping(key) for key in value) and not read_details(value)


def _is_chunk(value: Mapping[str, Any]) -> bool:
    """Whether an object is a chunk without choices.

    Next to empty choices, servers send objects and lists of their own, such as Azure's
    `prompt_filter_results`. A text of another name may be that of an error.
    """
    if value.get("object") == "chat.completion.chunk":
        return True
    has_words = any(isinstance(value[key], str) for key in value.keys() - ENVELOPE)
    return "choices" in value and not value["choices"] and not has_words


def _says_the_end(key: str, value: object) -> bool:
    """Whether a field says that the stream ends: `"type": "done"`, `"done": true`."""
    word = key.removeprefix("is_") if value is True else value
    named = value is True or key in _KINDS
    return key in ENVELOPE or (named and str(word).lower() in _ENDS)


def _says_what_failed(value: Mapping[str, Any]) -> bool:
    return (
        says_failure(value)
        or read_details(value) is not None
        or code_in(value) is not None
    )


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
