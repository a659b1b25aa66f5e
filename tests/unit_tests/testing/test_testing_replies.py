"""Replies, rendered for one request."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import pytest

from langchain_sse_chat.testing import Reply, Request
from langchain_sse_chat.testing.options import ReplyOptions


def request(method: str = "POST") -> Request:
    return Request(
        number=7,
        connection=1,
        method=method,
        path="/",
        query="",
        headers={},
        body=b'{"stream": true}',
        time=0.0,
    )


def head(reply: Reply, method: str = "POST") -> tuple[str, dict[str, str]]:
    raw = reply.render(request(method)).head.decode("latin-1")
    assert raw.endswith("\r\n\r\n")
    status, *lines = raw.removesuffix("\r\n\r\n").split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines)


def test_options_are_the_fields_of_a_reply() -> None:
    fields = get_type_hints(Reply)
    options = get_type_hints(ReplyOptions)
    assert fields.keys() - options.keys() == {"content", "status_code", "asked"}
    assert all(fields[name] == kind for name, kind in options.items())


def test_a_stream_is_sent_in_chunks() -> None:
    assert head(Reply.text("a")) == (
        "HTTP/1.1 200 OK",
        {
            "content-type": "text/event-stream",
            "transfer-encoding": "chunked",
            "x-request-id": "req_7",
        },
    )


def test_a_document_is_sent_with_its_length() -> None:
    reply = Reply.json({"a": "é"}, 201)
    assert head(reply) == (
        "HTTP/1.1 201 Created",
        {
            "content-type": "application/json",
            "content-length": "10",
            "x-request-id": "req_7",
        },
    )
    assert reply.render(request()).parts == ('{"a":"é"}'.encode(),)


def test_json_that_cannot_be_written_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        Reply.json(object())


@pytest.mark.parametrize(
    ("code", "error", "wanted"),
    [
        (429, "slow", {"message": "slow", "type": "invalid_request_error"}),
        (503, None, {"message": "Service Unavailable", "type": "server_error"}),
        (529, None, {"message": "Unknown", "type": "server_error"}),
        (400, {"code": 5}, {"code": 5}),
    ],
)
def test_a_status_carries_an_error_object(
    code: int, error: Any, wanted: dict[str, Any]
) -> None:
    reply = Reply.status(code, error=error)
    body = json.loads(reply.render(request()).parts[0])
    assert body.keys() == {"error"}
    assert wanted.items() <= body["error"].items()
    assert head(reply)[0].startswith(f"HTTP/1.1 {code} ")


def test_html_is_sent_as_html() -> None:
    reply = Reply.html("<h1>é</h1>", 502)
    status, headers = head(reply)
    assert status == "HTTP/1.1 502 Bad Gateway"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert reply.render(request()).parts == ("<h1>é</h1>".encode(),)


def test_headers_replace_the_servers_own_and_none_leaves_one_out() -> None:
    reply = Reply.text(
        "a", headers={"Content-Type": "text/plain", "x-request-id": None, "X-A": ""}
    )
    assert head(reply)[1] == {
        "content-type": "text/plain",
        "transfer-encoding": "chunked",
        "x-a": "",
    }


def test_closing_is_announced() -> None:
    assert head(Reply.text("a", close=True))[1]["connection"] == "close"


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (b"", ()),
        (b"data: 1\n\ndata: 2\n\n", (b"data: 1\n\n", b"data: 2\n\n")),
        (b"a\r\n\r\nb\r\rc", (b"a\r\n\r\n", b"b\r\r", b"c")),
        ([b"da", b"", b"ta: 1\n\n"], (b"da", b"ta: 1\n\n")),
    ],
)
def test_recorded_bytes_stay_as_they_are(
    data: bytes | list[bytes], events: tuple[bytes, ...]
) -> None:
    response = Reply.sse(data).render(request())
    assert response.parts == events
    assert response.chunked


def test_merge_makes_one_event_of_all() -> None:
    assert Reply.sse([b"a", b"b"], merge=True).render(request()).parts == (b"ab",)
    assert Reply.sse([], merge=True).render(request()).parts == ()


@pytest.mark.parametrize(
    ("options", "ending", "parts", "rest"),
    [
        ({}, "end", (b"a", b"b"), b""),
        ({"cut_after": 1}, "end", (b"a",), b""),
        ({"reset_after": 1}, "reset", (b"a",), b""),
        ({"stall_after": 0}, "stall", (), b""),
        ({"hang_after_done": True}, "stall", (b"a", b"b"), b""),
        ({"truncate_after": 1}, "truncate", (b"a",), b"b"),
        ({"truncate_after": 2}, "truncate", (b"a", b"b"), b""),
    ],
)
def test_a_fault_limits_the_events(
    options: Any, ending: str, parts: tuple[bytes, ...], rest: bytes
) -> None:
    response = Reply.sse([b"a", b"b"], **options).render(request())
    assert (response.ending, response.parts, response.rest) == (ending, parts, rest)


def test_a_cut_document_is_complete_for_http() -> None:
    reply = Reply.json({}, cut_after=0)
    assert head(reply)[1]["content-length"] == "0"
    assert reply.render(request()).parts == ()


def test_a_truncated_document_promises_all_of_itself() -> None:
    assert head(Reply.json({}, truncate_after=0))[1]["content-length"] == "2"


@pytest.mark.parametrize(
    ("reply", "method"),
    [
        pytest.param(Reply.status(204), "POST", id="status 204"),
        pytest.param(Reply.text("a"), "HEAD", id="HEAD"),
    ],
)
def test_sends_no_body_where_http_has_none(reply: Reply, method: str) -> None:
    response = reply.render(request(method))
    assert response.parts == ()
    assert not response.chunked


def test_a_reply_ends_in_one_way_only() -> None:
    with pytest.raises(ValueError, match="give one of cut_after, hang_after_done"):
        Reply.text("a", cut_after=1, hang_after_done=True)


def test_a_write_has_at_least_one_byte() -> None:
    with pytest.raises(ValueError, match="write_size must be positive, not 0"):
        Reply.text("a", write_size=0)


def test_an_unknown_option_is_refused() -> None:
    options: Any = {"cut_afer": 1}
    with pytest.raises(TypeError, match="cut_afer"):
        Reply.text("a", **options)
