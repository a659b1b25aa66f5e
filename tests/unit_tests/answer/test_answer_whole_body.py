"""Bodies that are not an event stream, and those that turn out to be one."""

from __future__ import annotations

import pytest

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.whole_body import MAX_BODY_SIZE
from langchain_sse_chat.errors import (
    EventTooLargeError,
    MalformedChunkError,
    NotAnEventStreamError,
    StreamError,
    StreamTruncatedError,
)
from tests.unit_tests.wire.wire_streams import (
    SSE,
    WHERE,
    Seen,
    chunk,
    error_of,
    events,
    pipeline,
    read,
    text,
)

STOP = chunk({}, "stop")
BODY = (
    b'{"id": "x", "model": "m-1", "choices": [{"index": 0, "message": {"role": '
    b'"assistant", "content": "ab"}, "finish_reason": "stop"}]}'
)
TEXT_HEADERS: list[dict[str, str]] = [
    SSE,
    {},
    {"content-type": "text/plain"},
    {"content-type": "application/json"},
    {"content-type": "text/html"},
]


@pytest.mark.parametrize("headers", TEXT_HEADERS)
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\n\n", b" \r\n\t", b": hi\n\n"]
)
def test_an_event_stream_is_read_whatever_its_type_and_beginning(
    headers: dict[str, str], before: bytes
) -> None:
    sent = [before, *events([text("a"), text("b"), STOP])]

    assert read(sent, headers=headers) == Seen("ab")


@pytest.mark.parametrize("headers", TEXT_HEADERS)
@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\n\n \n", b"\xef\xbb\xbf\n"]
)
@pytest.mark.parametrize("form", [b"%s", b"[%s]", b"%s\n"])
def test_a_whole_completion_is_accepted(
    headers: dict[str, str], before: bytes, form: bytes
) -> None:
    sent = [before, form.replace(b"%s", BODY)]

    assert read(sent, headers=headers) == Seen("ab")


@pytest.mark.parametrize(
    "body",
    [b'{"error": {"message": "boom"}}', b'[{"error": "boom"}]', b'{"detail":"boom"}'],
)
def test_an_error_with_a_good_status_is_an_error(body: bytes) -> None:
    error, given = error_of([body], headers={"content-type": "application/json"})

    assert isinstance(error, StreamError)
    assert "boom" in str(error)
    assert (given, error.partial) == ([], None)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"<!DOCTYPE html>\n<title>Log in</title>", "an HTML page"),
        (b"Service  unavailable", "not an event stream"),
        (b"da", "not an event stream"),
        (b'{"cut": ', "not an event stream"),
        (b"[5]", "not an event stream"),
        (b"[]", "not an event stream"),
        (b"\xef\xbb", "not an event stream"),
    ],
)
def test_a_body_that_is_not_an_answer_is_shown_in_the_error(
    body: bytes, shown: str
) -> None:
    error, _ = error_of([body], headers={"content-type": "Text/HTML"})

    assert isinstance(error, NotAnEventStreamError)
    assert error.content_type == "text/html"
    assert not error.is_retryable
    for part in (WHERE, "200", shown, "text/html", "/v1"):
        assert part in str(error)
    assert " ".join(body.decode("utf-8", "replace").split()) in str(error)


def test_an_answer_without_a_type_is_shown_as_such() -> None:
    error, _ = error_of([b"odd text"], headers={})

    assert isinstance(error, NotAnEventStreamError)
    assert error.content_type is None


def test_an_object_that_is_no_completion_is_an_error() -> None:
    error, _ = error_of([b'{"models": []}'])

    assert isinstance(error, MalformedChunkError)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="line feed"),
        pytest.param(b" \r\n " * 50, id="long white space"),
    ],
)
def test_an_empty_answer_is_an_error_that_may_pass(body: bytes) -> None:
    error, _ = error_of([body])

    assert isinstance(error, StreamTruncatedError)
    assert error.is_retryable
    assert "200 with an empty body" in str(error)


def test_only_the_beginning_of_a_page_is_read() -> None:
    reader = pipeline(ChunkAssembler())

    reader.feed(b"<html>" + b"x" * 60 * 1024)
    with pytest.raises(NotAnEventStreamError):
        reader.feed(b"x" * 4 * 1024)


@pytest.mark.parametrize("start", [b"{", b" "])
def test_an_answer_that_is_no_stream_has_a_limit(start: bytes) -> None:
    reader = pipeline(ChunkAssembler())
    reader.feed(start)

    with pytest.raises(EventTooLargeError) as caught:
        reader.feed(b" " * MAX_BODY_SIZE)

    assert caught.value.limit == MAX_BODY_SIZE
    assert WHERE in str(caught.value)
