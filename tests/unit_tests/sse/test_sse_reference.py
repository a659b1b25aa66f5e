"""`SSEDecoder` against a slow reading of the whole stream, on random streams."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from langchain_sse_chat.errors import EventTooLargeError
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder


@dataclass
class Reference:
    """Return the events of a stream by the standard, sentence by sentence.

    Section 9.2.5 for the lines, section 9.2.6 for what they mean.
    """

    stream: bytes
    events: list[tuple[str, str, str]] = field(default_factory=list)
    last_event_id: str = ""
    reconnection_time: int | None = None

    def __post_init__(self) -> None:
        text = self.stream.decode("utf-8", "replace").removeprefix("\ufeff")
        *lines, _unfinished = re.split("\r\n|\n|\r", text)
        self.data_buffer = self.event_type_buffer = self.last_event_id_buffer = ""
        for line in lines:
            if line == "":
                self.dispatch()
            elif line.startswith(":"):
                pass
            elif ":" in line:
                name, value = line.split(":", maxsplit=1)
                self.process(name, value.removeprefix(" "))
            else:
                self.process(line, "")

    def process(self, name: str, value: str) -> None:
        if name == "event":
            self.event_type_buffer = value
        elif name == "data":
            self.data_buffer += value
            self.data_buffer += "\n"
        elif name == "id":
            if "\0" not in value:
                self.last_event_id_buffer = value
        elif name == "retry" and re.fullmatch("[0-9]+", value):
            self.reconnection_time = int(value)

    def dispatch(self) -> None:
        self.last_event_id = self.last_event_id_buffer
        if self.data_buffer == "":
            self.event_type_buffer = ""
            return
        data = self.data_buffer.removesuffix("\n")
        event_type = "message"
        if self.event_type_buffer != "":
            event_type = self.event_type_buffer
        self.events.append((event_type, data, self.last_event_id))
        self.data_buffer = ""
        self.event_type_buffer = ""


def cut(stream: bytes, points: list[int]) -> list[bytes]:
    """Cut the stream at some points; each is taken modulo the length."""
    at = sorted(point % (len(stream) + 1) for point in points)
    return [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]


LINE_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])
VALUES = st.sampled_from(
    [b"", b" ", b"a", b" b", b"  c ", b":", b"\0", b"7", b" 50", b"+5", b"data: x"]
    + [x.encode() for x in ("é", "€", "🚀", "\u2028", "\x85", "\x0b", "²", "\ufeff")]
    + [b"\xff", b"\xe2\x82", b"\xf0\x9f\x9a", b"\xef", b"\xef\xbb", b"\xef\xbb\xbf"]
)
NAMES = st.sampled_from(
    b"data|data:|data: |event|event:|event: |id|id:|id: |retry|retry:|retry: |"
    b":|: || |Data:".split(b"|")
)
LINES = st.builds(lambda *parts: b"".join(parts), NAMES, VALUES, VALUES, LINE_ENDS)
FRAMES = st.builds(
    lambda text, end: b"data: " + text + end * 2,
    VALUES,
    st.sampled_from([b"\n", b"\n", b"\r\n", b"\r"]),
)
RUNS = st.builds(lambda frame, n: frame * n, FRAMES, st.sampled_from([1, 2, 3, 99]))
PIECES = st.one_of(RUNS, LINES, LINE_ENDS, NAMES, VALUES, st.binary(max_size=4), FRAMES)
STREAMS = st.lists(PIECES, max_size=25).map(b"".join)
CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@settings(max_examples=500)
@given(stream=STREAMS, points=CUTS)
@example(stream=b"id: 1\ndata: a\n\ndata: b\n\n", points=[6])
@example(stream=b"\xef\xbb\xbfdata: a\r\n\r\ndata: b\r\n\r\n", points=[1, 2, 12])
def test_reads_what_the_standard_says(stream: bytes, points: list[int]) -> None:
    expected = Reference(stream)
    one_by_one = [stream[i : i + 1] for i in range(len(stream))]

    for parts in ([stream], cut(stream, points), one_by_one):
        decoder = SSEDecoder()
        assert [e for part in parts for e in decoder.feed(part)] == expected.events
        assert decoder.last_event_id == expected.last_event_id
        assert decoder.reconnection_time == expected.reconnection_time


@settings(max_examples=200)
@given(stream=STREAMS, points=CUTS)
def test_hands_an_event_out_with_its_last_byte(
    stream: bytes, points: list[int]
) -> None:
    decoder = SSEDecoder()
    read = b""
    events: list[ServerSentEvent] = []
    for part in cut(stream, points):
        read += part
        events += decoder.feed(part)
        assert events == Reference(read).events


@settings(max_examples=200)
@given(stream=STREAMS, points=CUTS)
def test_close_reads_as_if_the_blank_line_had_come(
    stream: bytes, points: list[int]
) -> None:
    expected = Reference(stream + b"\n\n")
    decoder = SSEDecoder()
    events = [e for part in cut(stream, points) for e in decoder.feed(part)]

    assert events + decoder.close() == expected.events
    assert decoder.last_event_id == expected.last_event_id
    assert decoder.reconnection_time == expected.reconnection_time


def events_within(stream: bytes, limit: int) -> tuple[list[tuple[str, str, str]], bool]:
    """Return the events before the first too large one, and whether there is one."""
    start = 3 if stream.startswith(b"\xef\xbb\xbf") else 0
    size = 0
    for line in re.finditer(rb"([^\r\n]*)(\r\n|\n|\r|\Z)", stream[start:]):
        size = size + len(line[1]) if line[1] else 0
        if size > limit:
            return Reference(stream[: start + line.start()]).events, True
    return Reference(stream).events, False


@settings(max_examples=500)
@given(
    stream=STREAMS,
    points=CUTS,
    limit=st.one_of(st.integers(3, 40), st.integers(500, 2_000)),
)
def test_the_limit_holds_whatever_the_cuts(
    stream: bytes, points: list[int], limit: int
) -> None:
    expected, too_large = events_within(stream, limit)

    for parts in ([stream], cut(stream, points)):
        decoder = SSEDecoder(max_event_size=limit)
        events: list[ServerSentEvent] = []
        try:
            for part in parts:
                events += decoder.feed(part)
        except EventTooLargeError:
            assert too_large
        if too_large:
            with pytest.raises(EventTooLargeError):
                decoder.feed(b"")
        assert events == expected
