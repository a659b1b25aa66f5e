"""Errors in a stream that are told by their HTTP status alone."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.stream_errors import error_in


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
