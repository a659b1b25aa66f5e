"""Text between events, which `BareTextDecoder` gives and `SSEDecoder` ignores."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from langchain_sse_chat.errors import EventTooLargeError
from langchain_sse_chat.sse import SSEDecoder
from langchain_sse_chat.sse.bare import BARE, BareTextDecoder
from tests.unit_tests.sse.test_sse_limits import cuttings
from tests.unit_tests.sse.test_sse_reference import CUTS, STREAMS, cut

MIB = 1024 * 1024


def items(stream: bytes) -> list[tuple[str, str]]:
    """Return types and data, which are the same at every chunking."""
    every = []
    for parts in cuttings(stream):
        decoder = BareTextDecoder(MIB, "http://test")
        events = [event for part in parts for event in decoder.feed(part)]
        every.append([(e.event, e.data) for e in [*events, *decoder.close()]])
    assert all(each == every[0] for each in every)
    return every[0]


EVENT = ("message", "a")


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"{1}\n\n", [(BARE, "{1}\n")]),
        (b"{1}", [(BARE, "{1}\n")]),
        (b"data: a\n\n{\n 1\n}\n\ndata: a\n\n", [EVENT, (BARE, "{\n 1\n}\n"), EVENT]),
        (b"{1}\r\n\r\n{2}\r\r", [(BARE, "{1}\n"), (BARE, "{2}\n")]),
        (b"{1}\ndata: a\n\n", [(BARE, "{1}\n"), EVENT]),
        (b"event: message\n{1}\n\n", [(BARE, "{1}\n")]),
        (b"data: a\n{1}\n\n", [EVENT, (BARE, "{1}\n")]),
        (b"data: a\n{1}\n\n{2}\n\n", [EVENT, (BARE, "{1}\n"), (BARE, "{2}\n")]),
        (b": {1}\nid: 1\nretry: 1\nevent: x\n\n", []),
        (
            b'"data": 1\n data: 2\ndatabase: 3\n',
            [(BARE, '"data": 1\n data: 2\ndatabase: 3\n')],
        ),
        (b"\xff\n\n", [(BARE, "\ufffd\n")]),
    ],
)
def test_gives_lines_that_are_no_field(
    stream: bytes, expected: list[tuple[str, str]]
) -> None:
    assert items(stream) == expected


@settings(max_examples=300)
@given(stream=STREAMS, points=CUTS)
def test_gives_the_events_of_the_standard_beside_them(
    stream: bytes, points: list[int]
) -> None:
    decoder, plain = BareTextDecoder(MIB, "http://test"), SSEDecoder()
    for part in cut(stream, points):
        events = [event for event in decoder.feed(part) if event.event != BARE]
        assert events == plain.feed(part)
    assert [e for e in decoder.close() if e.event != BARE] == plain.close()
    assert decoder.last_event_id == plain.last_event_id


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"{\n", id="short"),
        pytest.param(b"{" * 1000 + b"\n", id="long"),
        pytest.param(b"{" * 200_000 + b"\n", id="very long"),
    ],
)
def test_gives_the_beginning_alone_of_a_long_text(line: bytes) -> None:
    decoder = BareTextDecoder(MIB, "http://test")
    sent = line * (500_000 // len(line))
    assert decoder.feed(sent) == []

    [bare] = decoder.feed(b"\n")

    assert bare.event == BARE
    assert 64 * 1024 <= len(bare.data) <= 128 * 1024
    assert sent.decode().startswith(bare.data[:-1])


def test_an_event_that_is_too_large_names_the_server() -> None:
    decoder = BareTextDecoder(9, "http://test/v1")
    with pytest.raises(EventTooLargeError, match=r"//test/v1 .* 9 bytes") as caught:
        decoder.feed(b"data: 12345\n")
    assert caught.value.limit == 9
