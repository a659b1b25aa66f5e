"""A log has the events of an answer, numbered, up to a size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.serve.kept.event_log import (
    EventLog,
    EventsDropped,
    split_events,
)
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder


def test_events_get_their_numbers() -> None:
    log = EventLog("answer", 1000)
    log.append([b"data: a"])
    log.append([b"event: end\ndata: a", b"data: b"])
    assert log.last == 3
    assert log.after(1) == (
        b"id: answer.2\nevent: end\ndata: a\n\nid: answer.3\ndata: b\n\n"
    )
    assert log.after(3) == b""
    assert log.after(9) == b""


def test_the_oldest_events_are_dropped_beyond_the_limit() -> None:
    log = EventLog("a", 100)
    for number in range(10):
        log.append([b"data: %d" % number])
    assert log.last == 10
    assert log.size <= 100
    with pytest.raises(EventsDropped):
        log.after(0)
    assert log.after(9) == b"id: a.10\ndata: 9\n\n"


def test_events_that_come_together_are_kept_whatever_their_size() -> None:
    log = EventLog("a", 10)
    log.append([b"data: 0"])
    log.append([b"data: " + b"x" * 100, b"data: 1"])
    assert b"x" * 100 in log.after(1)
    with pytest.raises(EventsDropped):
        log.after(0)
    log.append([b"data: 2"])
    assert log.after(3) == b"id: a.4\ndata: 2\n\n"
    with pytest.raises(EventsDropped):
        log.after(2)


@pytest.mark.parametrize("limit", [1, 50, 100, 10_000])
def test_parts_are_all_events_in_their_order(limit: int) -> None:
    log = EventLog("a", 300)
    for number in range(30):
        log.append([b"data: " + b"x" * (number % 7)])
    assert log.first > 1
    read, place = b"", log.first - 1
    while place < log.last:
        data, reached = log.part(place, limit)
        assert data.count(b"\n\n") == reached - place > 0
        assert len(data) <= limit or reached == place + 1
        read, place = read + data, reached
    assert read == log.after(log.first - 1)


TEXTS = st.lists(st.text(st.sampled_from("a\n\rя:"), max_size=5), max_size=10)


@given(TEXTS, st.integers(0, 10))
def test_a_reader_gets_each_event_once_wherever_it_comes_back(
    texts: list[str], place: int
) -> None:
    sent = [ServerSentEvent("message", text) for text in texts]
    events = split_events(b"".join(event.encode() for event in sent))
    log = EventLog("a", 10_000)
    log.append(events)
    place = min(place, len(texts))
    decoder = SSEDecoder()
    read = [*decoder.feed(log.after(place)), *decoder.close()]
    lines = [text.replace("\r\n", "\n").replace("\r", "\n") for text in texts]
    assert [event.data for event in read] == lines[place:]
