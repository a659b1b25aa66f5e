"""Headers are plain, and those of the caller replace the defaults."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.asgi.heads import (
    body_headers,
    encoded,
    request_id_of,
    stream_headers,
)


@pytest.mark.parametrize("sent", ["a", "req_1", "A.b-c_9", "a" * 128], ids=len)
def test_a_plain_request_id_is_kept(sent: str) -> None:
    assert request_id_of(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        pytest.param("a" * 129, id="too long"),
        "a b",
        "a\r\nset-cookie: x",
        "a\n",
        "é",
        "a;b",
        "<b>",
    ],
    ids=repr,
)
def test_any_other_is_replaced(sent: str | None) -> None:
    first, second = request_id_of(sent), request_id_of(sent)
    assert first.startswith("req_")
    assert first != second


def test_headers_of_a_stream() -> None:
    assert stream_headers("text/event-stream", [(b"x-a", b"1"), (b"x-a", b"2")]) == [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"x-a", b"1"),
        (b"x-a", b"2"),
    ]


def test_own_headers_replace_the_defaults_but_not_the_form_of_the_body() -> None:
    more = [(b"Cache-Control", b"no-cache"), (b"content-type", b"text/plain")]
    assert body_headers("application/json", b"{}", more) == [
        (b"content-type", b"application/json"),
        (b"content-length", b"2"),
        (b"Cache-Control", b"no-cache"),
    ]


def test_headers_without_a_value_are_left_out() -> None:
    assert encoded({"a": "1", "b": ""}) == [(b"a", b"1")]
