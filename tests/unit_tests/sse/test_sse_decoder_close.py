"""The end of a stream dispatches its last event."""

from __future__ import annotations

import pytest

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder
from tests.unit_tests.sse.sse_streams import Reading, read


@pytest.mark.parametrize("end", [b"", b"\n", b"\r", b"\r\n"])
def test_close_dispatches_a_last_event_without_its_blank_line(end: bytes) -> None:
    stream = b"data: a\n\nevent: e\nid: 1\ndata: [DONE]" + end

    reading = read(stream, close=True)

    assert reading.events == [
        ServerSentEvent("message", "a"),
        ServerSentEvent("e", "[DONE]", "1"),
    ]
    assert reading.last_event_id == "1"


def test_feed_alone_drops_a_last_event_without_its_blank_line() -> None:
    assert read(b"data: a\n\ndata: b\n").data == ["a"]


@pytest.mark.parametrize("stream", [b"data: a\n\n", b"data: a\r\r", b"data: a\r\n\r"])
def test_close_returns_nothing_after_a_whole_event(stream: bytes) -> None:
    assert read(stream, close=True).data == ["a"]


@pytest.mark.parametrize("stream", [b": ping", b"event: e\n", b"event: e", b"dat"])
def test_close_dispatches_nothing_without_a_data_line(stream: bytes) -> None:
    assert read(stream, close=True).events == []


def test_close_takes_the_last_line_as_whole() -> None:
    assert read(b"id: 1\nretry: 50", close=True) == Reading([], "1", 50)


def test_close_replaces_a_character_that_was_cut() -> None:
    assert read("data: €".encode()[:-1], close=True).data == ["\ufffd"]


def test_close_a_second_time_returns_nothing() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: a")

    assert decoder.close() == [ServerSentEvent(data="a")]
    assert decoder.close() == []


@pytest.mark.parametrize("data", [b"", b"data: b\n\n", b"data"])
def test_refuses_bytes_after_close(data: bytes) -> None:
    decoder = SSEDecoder()
    decoder.close()

    with pytest.raises(ValueError, match="closed"):
        decoder.feed(data)
