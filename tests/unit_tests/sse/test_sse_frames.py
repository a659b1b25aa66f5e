"""Frames are read in one go; everything else is read line by line."""

from __future__ import annotations

import pytest

from langchain_sse_chat.sse.events import ServerSentEvent
from langchain_sse_chat.sse.frames import find_frames, read_frame, read_frames

OTHER_STRETCHES = [
    b"data: a\n\n: b\n\ndata: c\n\n",
    b"data: a\ndata: b\n\n",
    b"data: a\rdata: b\r\n\r\n",
    b"data: a\ndata: b\r\n\r\n",
    b"data: a\n\ndata: b\r\n\r\n",
    b"data: a\n\n\ndata: b\n\n",
    b"data: a\n\n\n",
    b"data: a\r\n\r\n\r\n",
    b"event: a\ndata: b\n\nevent: c\ndata: d\n\n",
    b"event: a\ndata: b\n\ndata: d\n\n",
]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize(
    ("line", "data"),
    [
        (b"data: a", "a"),
        (b"data:  a ", " a "),
        (b"data: ", ""),
        (b"data: \xff", "\ufffd"),
        (b"data: \xe2\x82", "\ufffd"),
    ],
)
def test_reads_a_frame_of_one_data_line(line: bytes, data: str, end: bytes) -> None:
    expected = ServerSentEvent("message", data, "7")

    event = read_frame(line + end, "7")

    assert event == expected
    assert isinstance(event, ServerSentEvent)
    assert read_frames(line + end, "7") == [expected]
    assert read_frames((line + end) * 3, "7") == [expected] * 3


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize(
    ("line", "event_type"),
    [
        (b"event: a", "a"),
        (b"event:  a:b ", " a:b "),
        (b"event: ", "message"),
        (b"event: \xff", "\ufffd"),
    ],
)
@pytest.mark.parametrize("data", ["b", "", "\u00e9"])
def test_reads_a_frame_with_a_type(
    line: bytes, event_type: str, data: str, end: bytes
) -> None:
    frame = line + b"\ndata: " + data.encode() + end
    expected = ServerSentEvent(event_type, data, "7")

    assert read_frame(frame, "7") == expected
    assert find_frames(frame * 3, begins_event=True) == (0, 3 * len(frame))
    assert read_frames(frame * 3, "7") == [expected] * 3


@pytest.mark.parametrize(
    "data",
    [
        *OTHER_STRETCHES,
        b"",
        b"data: ",
        b"data: a\n",
        b"data: a\r\n",
        b"data: a\r\r",
        b"data: a\r\n\r",
        b"data:a\n\n",
        b"data:\n\n",
        b": a\n\n",
        b"\n\n",
        b"data: a\n\ndata: b\n\n",
        b"event: a\n\n",
        b"event: a\n\ndata: b\n\n",
        b"event:a\ndata: b\n\n",
        b"event: a\ndata:b\n\n",
        b"event: a\rdata: b\n\n",
        b"event: a\r\ndata: b\r\n\r\n",
        b"event: a\rid: 1\ndata: b\n\n",
        b"event: a\nid: 1\ndata: b\n\n",
        b"event: a\ndata: b\nid: 1\n\n",
        b"event: a\ndata: \n",
        b"event: data: b\n\n",
    ],
)
def test_leaves_what_is_not_one_frame(data: bytes) -> None:
    assert read_frame(data, "") is None


@pytest.mark.parametrize("stretch", OTHER_STRETCHES)
def test_leaves_a_stretch_of_more_than_frames(stretch: bytes) -> None:
    assert find_frames(stretch, begins_event=True) == (0, len(stretch))
    assert read_frames(stretch, "") is None


def test_leaves_a_stretch_that_begins_with_more_than_a_type() -> None:
    data = b"a\n\nevent: b\nid: 1\ndata: c\n\n"
    assert find_frames(data, begins_event=False) == (3, len(data))
    assert read_frames(data[3:], "") is None


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize(
    ("parts", "begins_event"),
    [
        ((b"", b"data: a|", b""), True),
        ((b"", b"data: a|data: b|", b"data: c"), True),
        ((b"a|", b"data: b|", b"data: c"), False),
        ((b"data: a|", b"data: b|data: c|", b"d"), False),
        ((b"event: a|", b"data: b|", b""), True),
        ((b"a|", b"event: b\ndata: c|", b""), True),
        ((b"event: a|", b"event: b\ndata: c|", b"d"), True),
    ],
)
def test_finds_frames_between_the_ends_of_two_events(
    parts: tuple[bytes, bytes, bytes], begins_event: bool, end: bytes
) -> None:
    head, frames, tail = (part.replace(b"|", end) for part in parts)

    found = find_frames(head + frames + tail, begins_event=begins_event)

    assert found == (len(head), len(head + frames))


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize(
    ("data", "begins_event"),
    [
        (b"", True),
        (b"data: a", True),
        (b"data: a|", False),
        (b"a|data: b", False),
        (b"a|data:b|", False),
        (b"event: a|: data: b|", True),
        (b"event: a|event:b|", True),
    ],
)
def test_finds_no_frames_that_are_not_whole(
    data: bytes, begins_event: bool, end: bytes
) -> None:
    assert find_frames(data.replace(b"|", end), begins_event=begins_event) is None
