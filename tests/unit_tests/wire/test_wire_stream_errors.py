"""Errors in a stream that are told by their HTTP status alone."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import (
    StreamError,
)
from langchain_sse_chat.wire.server_errors import (
    stream_error,
)
from langchain_sse_chat.wire.stream_errors import error_in
from tests.unit_tests.wire.wire_streams import (
    WHERE,
    chunk,
    error_of,
    event,
    events,
    text,
)


def test_an_object_with_a_failed_status_is_an_error() -> None:
    error = {"status": 500, "message": "Internal Server Error"}
    assert error_in(error, "message") == error


@pytest.mark.parametrize(
    "chunk",
    [
        {"status": 200, "message": "fine"},
        {"status": 500},
        {"status": "500", "message": "text"},
        {"status": True, "message": "text"},
    ],
)
def test_other_objects_with_a_status_are_none(chunk: dict[str, Any]) -> None:
    assert error_in(chunk, "message") is None


BOOM = {"message": "boom", "code": 502}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(event({"error": BOOM}), 502, id="object"),
        pytest.param(event([{"error": BOOM}]), 502, id="list"),
        pytest.param(event({"error": "boom"}), None, id="text"),
        pytest.param(event({"error": "boom", "code": 429}), 429, id="text and code"),
        pytest.param(
            event({"error": {"message": "boom"}, "status": 503}),
            503,
            id="status next to it",
        ),
        pytest.param(
            event({"error": {"message": "boom", "type": "server_error"}}),
            "server_error",
            id="type",
        ),
        pytest.param(
            event({"error": {"message": "boom", "code": "c", "type": "t"}}),
            "c",
            id="code and type",
        ),
        pytest.param(
            event({"error": {"message": {"message": "boom"}}}),
            None,
            id="nested message",
        ),
        pytest.param(event({"error": ["boom"]}), None, id="text in a list"),
        pytest.param(event({"error": {"reason": "boom"}}), None, id="reason"),
        pytest.param(
            event({"error": BOOM, "choices": [{"finish_reason": "error"}]}),
            502,
            id="next to choices",
        ),
        pytest.param(
            event(chunk(choices=[{"delta": {"content": ""}, "error": BOOM}])),
            502,
            id="in a choice",
        ),
        pytest.param(
            event({"choices": None, "error_type": "t", "error_message": "boom"}),
            "t",
            id="error_type and error_message",
        ),
        pytest.param(event({"error_type": "boom"}), "boom", id="error_type"),
        pytest.param(
            event({"choices": [], "error_message": "boom"}), None, id="error_message"
        ),
        pytest.param(
            event(chunk(choices=[{"error": "boom"}]), "error"),
            None,
            id="text in a choice",
        ),
        pytest.param(
            event({"object": "error", "message": "boom", "code": 404}),
            404,
            id="object is error",
        ),
        pytest.param(event({"message": "boom"}, "error"), None, id="error event"),
        pytest.param(
            event({"detail": "boom", "status_code": 500}, "error"),
            500,
            id="error event with detail",
        ),
        pytest.param(
            event({"reason": "boom"}, "error"), None, id="error event with reason"
        ),
        pytest.param(event("boom", "error"), None, id="error event with text"),
        pytest.param(event('"boom"', "error"), None, id="error event with a string"),
        pytest.param(event('[1, "boom"]', "error"), None, id="error event with a list"),
        pytest.param(
            b'event: error\ndata: {"message": "boom"', None, id="truncated error event"
        ),
    ],
)
def test_an_error_in_the_stream_is_one_typed_error(sent: bytes, code: Any) -> None:
    error, given = error_of([event(text("a")), sent])

    assert isinstance(error, StreamError)
    assert (error.code, given) == (code, ["a"])
    assert "boom" in str(error)
    assert WHERE in str(error)
    assert error.partial is not None
    assert error.partial.content == "a"


def test_an_error_is_kept_as_sent() -> None:
    error, _ = error_of([event({"error": BOOM})])

    assert isinstance(error, StreamError)
    assert (error.body, error.partial) == (BOOM, None)


@pytest.mark.parametrize("none", [None, False, "", {}, []])
def test_an_empty_error_is_none(none: Any) -> None:
    sent = events([{**text("a"), "error": none}, {**text("b"), "error_type": ""}])

    error, given = error_of([*sent[:-1], event({"error": "end"})])

    assert isinstance(error, StreamError)
    assert given == ["a", "b"]


def test_what_the_server_refused_to_give_stands_in_the_error() -> None:
    body = {
        "message": "bad call",
        "code": "tool_use_failed",
        "failed_generation": "<f>{}</f>",
        "status_code": 400,
    }

    error = stream_error(body, WHERE)

    assert "<f>{}</f>" in str(error)
    assert (error.code, error.is_retryable) == ("tool_use_failed", False)
