"""Events written to a stream and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder

ONE_LINE = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"))


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        (ServerSentEvent(), "data: \n\n"),
        (ServerSentEvent(data="a"), "data: a\n\n"),
        (ServerSentEvent(data=" a\nb\n"), "data:  a\ndata: b\ndata: \n\n"),
        (ServerSentEvent("end", "a", "7"), "event: end\nid: 7\ndata: a\n\n"),
        (ServerSentEvent(data="a\r\nb\rc"), "data: a\ndata: b\ndata: c\n\n"),
        (ServerSentEvent(data="\ud83d!"), "data: \ufffd!\n\n"),
    ],
    ids=["empty", "text", "lines", "all fields", "other line ends", "half a pair"],
)
def test_the_bytes_of_an_event(event: ServerSentEvent, sent: str) -> None:
    assert event.encode().decode() == sent


@given(
    st.builds(
        ServerSentEvent,
        event=ONE_LINE.filter(bool),
        data=st.text(st.characters(exclude_characters="\r", codec="utf-8")),
        id=ONE_LINE,
    ),
    st.integers(1, 8),
)
def test_what_is_encoded_is_decoded_as_the_same_event(
    event: ServerSentEvent, size: int
) -> None:
    sent = event.encode()
    decoder = SSEDecoder()

    got = [
        e for i in range(0, len(sent), size) for e in decoder.feed(sent[i : i + size])
    ]

    assert got == [event]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ServerSentEvent("a\nb"), "event type"),
        (ServerSentEvent("a\rb"), "event type"),
        (ServerSentEvent(id="a\nb"), "event ID"),
        (ServerSentEvent(id="a\0b"), "event ID"),
    ],
    ids=["type with LF", "type with CR", "ID with LF", "ID with NUL"],
)
def test_what_no_stream_can_hold_is_an_error(
    event: ServerSentEvent, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        event.encode()
