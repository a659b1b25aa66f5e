"""Events of a kept answer are sent as they are; what is added has its own ID."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve import Failure
from langchain_sse_chat.serve.kept.answer import KeptWire
from langchain_sse_chat.serve.kept.replay import ReplayEncoder

FAILURE = Failure(502, "It broke.", "upstream_error")


def test_the_place_of_the_reader_comes_first() -> None:
    assert ReplayEncoder("answer", 7, "plain").open() == b"id: answer.7\n\n"


def test_events_are_sent_as_they_are() -> None:
    encoder = ReplayEncoder("answer", 0, "plain")
    assert encoder.feed(b"id: answer.1\ndata: a\n\n") == b"id: answer.1\ndata: a\n\n"
    assert encoder.keep_alive() == encoder.close() == encoder.abort() == b":\n\n"


@pytest.mark.parametrize(
    ("wire", "event"),
    [("plain", b"event: failure\n"), ("ui", b'data: {"type":"error"')],
    ids=["plain", "ui"],
)
@pytest.mark.parametrize("error", [FAILURE, RuntimeError()], ids=["failure", "error"])
def test_a_failure_of_the_reading_is_the_end(
    wire: KeptWire, event: bytes, error: BaseException | Failure
) -> None:
    encoder = ReplayEncoder("answer", 0, wire)
    assert encoder.fail(error).startswith(b"id: answer.end\n" + event)


def test_each_form_has_its_headers() -> None:
    assert ReplayEncoder("a", 0, "plain").headers == {}
    assert "x-vercel-ai-ui-message-stream" in ReplayEncoder("a", 0, "ui").headers
