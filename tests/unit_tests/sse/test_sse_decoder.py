"""`SSEDecoder` dispatches the right events at many chunkings."""

from __future__ import annotations

import pytest

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder
from tests.unit_tests.sse.sse_streams import BOM, Reading, read

# Lines and their ends


@pytest.mark.parametrize(
    "ends",
    [
        b"\n\n",
        b"\r\r",
        b"\r\n\r\n",
        b"\r\n\r",
        b"\r\n\n",
        b"\n\r",
        b"\n\r\n",
        b"\r\r\n",
    ],
)
def test_dispatches_an_event_ended_by_two_line_ends_of_any_kind(ends: bytes) -> None:
    stream = b"data: a" + ends + b"data: b" + ends + b"event: e\ndata: c" + ends

    assert read(stream).events == [
        ServerSentEvent("message", "a"),
        ServerSentEvent("message", "b"),
        ServerSentEvent("e", "c"),
    ]


@pytest.mark.parametrize("first", [b"\n", b"\r", b"\r\n"])
def test_dispatches_at_a_carriage_return_without_waiting_for_a_line_feed(
    first: bytes,
) -> None:
    decoder = SSEDecoder()

    assert decoder.feed(b"data: a" + first + b"\r") == [ServerSentEvent(data="a")]
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"data: b\n\n") == [ServerSentEvent(data="b")]


def test_dispatches_frames_cut_between_carriage_return_and_line_feed() -> None:
    decoder = SSEDecoder()

    assert decoder.feed(b"data: a\r\n\r") == [ServerSentEvent(data="a")]
    assert decoder.feed(b"\ndata: b\r\n\r") == [ServerSentEvent(data="b")]
    assert decoder.feed(b"\n\ndata: c\n\n") == [ServerSentEvent(data="c")]


@pytest.mark.parametrize("first", [b"data: a", b"data: a\n", b"data: a\r"])
def test_ends_a_half_read_event_before_a_run_of_frames(first: bytes) -> None:
    decoder = SSEDecoder()
    decoder.feed(first)
    frames = [ServerSentEvent(data="b")] * 100

    events = decoder.feed(b"\n\n" + b"data: b\n\n" * 100 + b"data: c")

    assert events == [ServerSentEvent(data="a"), *frames]
    assert decoder.feed(b"\n\n") == [ServerSentEvent(data="c")]


def test_takes_a_carriage_return_and_a_line_feed_for_one_line_end() -> None:
    assert read(b"data: a\r\ndata: b\r\n\r\n").data == ["a\nb"]


def test_reads_on_when_line_ends_change_in_the_stream() -> None:
    stream = b"data: 1\n\ndata: 2\r\n\r\ndata: 3\r\rdata: 4\n\nevent: e\rdata: 5\r\n\n"

    assert read(stream).data == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "character",
    [
        pytest.param("\v", id="vertical tab"),
        pytest.param("\f", id="form feed"),
        pytest.param("\x1c", id="file separator"),
        pytest.param("\x1d", id="group separator"),
        pytest.param("\x1e", id="record separator"),
        pytest.param("\x85", id="next line"),
        pytest.param("\u2028", id="line separator"),
        pytest.param("\u2029", id="paragraph separator"),
    ],
)
def test_ends_no_line_at_other_separators(character: str) -> None:
    text = f"a{character}b{character}"
    stream = f"{character}data: no\nid: {text}\nevent: {text}\ndata: {text}\n\n"

    assert read(stream.encode()).events == [ServerSentEvent(text, text, text)]


def test_a_line_of_white_space_is_not_blank() -> None:
    assert read(b"data: a\n \ndata: b\n\t\n\n").data == ["a\nb"]


# The byte order mark


def test_drops_a_byte_order_mark_at_the_start() -> None:
    assert read(BOM + b"data: a\n\ndata: b\n\n").data == ["a", "b"]


def test_drops_one_byte_order_mark_only() -> None:
    assert read(BOM + BOM + b"data: a\n\ndata: b\n\n").data == ["b"]


def test_keeps_a_byte_order_mark_that_is_not_at_the_start() -> None:
    stream = b"data: " + BOM + b"a\n\n" + BOM + b"data: b\n\n"

    assert read(stream).data == ["\ufeffa"]


@pytest.mark.parametrize("start", [b"\xef", b"\xef\xbb", b"\xef\xbb\xbe"])
def test_takes_a_piece_of_a_byte_order_mark_for_text(start: bytes) -> None:
    assert read(start + b"data: a\n\ndata: b\n\n").data == ["b"]
    assert read(start + b"\ndata: a\n\ndata: b\n\n").data == ["a", "b"]


@pytest.mark.parametrize("stream", [b"", b"\xef", b"\xef\xbb", BOM])
def test_dispatches_nothing_from_a_stream_without_lines(stream: bytes) -> None:
    assert read(stream, close=True) == Reading([], "", None)


# Fields


def test_joins_data_lines_with_line_feeds() -> None:
    assert read(b"data: YHOO\ndata: +2\ndata: 10\n\n").data == ["YHOO\n+2\n10"]


def test_keeps_empty_data_lines() -> None:
    assert read(b"data:\ndata: a\ndata\ndata: \n\n").data == ["\na\n\n"]


@pytest.mark.parametrize("line", [b"data", b"data:", b"data: "])
def test_dispatches_an_event_with_empty_data(line: bytes) -> None:
    assert read(line + b"\n\n" + line + b"\n\n").data == ["", ""]


@pytest.mark.parametrize("block", [b"event: ping\n\n", b"retry: 1\n\n", b": ping\n\n"])
def test_dispatches_nothing_for_a_block_without_a_data_line(block: bytes) -> None:
    """After an ID as well, where a parser may take the block for an event."""
    assert read(b"id: 1\ndata: a\n\n\n" + block + block).data == ["a"]


def test_removes_one_space_after_the_colon_and_nothing_else() -> None:
    stream = "data:a\n\ndata:  a \n\ndata:\ta\n\ndata:\u00a0a\n\n"

    assert read(stream.encode()).data == ["a", " a ", "\ta", "\u00a0a"]


def test_cuts_a_line_at_its_first_colon() -> None:
    assert read(b"data: a: b:c\n\ndata::d\n\n").data == ["a: b:c", ":d"]


def test_ignores_comments() -> None:
    stream = b": a\n:\n:data: b\ndata: c\n:: d\n\n:data: e\n\ndata: f\n\n"

    assert read(stream).data == ["c", "f"]


@pytest.mark.parametrize(
    "line", [b"Data: a", b" data: a", b"data : a", b"dat: a", b"datax", b"da\xffta: a"]
)
def test_ignores_fields_of_other_names(line: bytes) -> None:
    assert read(line + b"\n\n" + line + b"\ndata: b\n\n").data == ["b"]


def test_gives_the_event_type() -> None:
    stream = b"event: add\ndata: a\n\ndata: b\nevent:  e: \n\n"

    assert read(stream).events == [
        ServerSentEvent("add", "a"),
        ServerSentEvent(" e: ", "b"),
    ]


@pytest.mark.parametrize("line", [b"event", b"event:", b"event: "])
def test_takes_an_empty_event_type_for_a_message(line: bytes) -> None:
    stream = b"event: a\n" + line + b"\ndata: b\n\n"

    assert read(stream).events == [ServerSentEvent("message", "b")]


def test_an_event_type_ends_with_its_block() -> None:
    stream = b"event: a\n\ndata: b\n\nevent: c\ndata: d\n\ndata: e\n\n"

    assert [event.event for event in read(stream).events] == ["message", "c", "message"]


# The last event ID


def test_keeps_the_last_event_id_over_events() -> None:
    stream = b"data: a\n\nid: 1\ndata: b\n\ndata: c\n\ndata: d\nid:  2 \n\ndata: e\n\n"

    reading = read(stream)

    assert [event.id for event in reading.events] == ["", "1", "1", " 2 ", " 2 "]
    assert reading.last_event_id == " 2 "


@pytest.mark.parametrize("line", [b"id", b"id:", b"id: "])
def test_an_empty_id_resets_the_last_event_id(line: bytes) -> None:
    reading = read(b"id: 1\ndata: a\n\n" + line + b"\ndata: b\n\n")

    assert [event.id for event in reading.events] == ["1", ""]
    assert reading.last_event_id == ""


def test_a_block_without_data_sets_the_last_event_id() -> None:
    reading = read(b"id: 1\n\ndata: a\n\n")

    assert reading.events == [ServerSentEvent("message", "a", "1")]


def test_sets_the_last_event_id_at_the_blank_line() -> None:
    assert read(b"id: 1\n\nid: 2\ndata: a\n").last_event_id == "1"


@pytest.mark.parametrize("value", [b"\0", b"a\0", b"\0a", b"a\0b"])
def test_ignores_an_id_with_a_null_character(value: bytes) -> None:
    stream = b"id: 1\nid: " + value + b"\ndata: a\n\n"

    assert read(stream).events == [ServerSentEvent("message", "a", "1")]


def test_keeps_null_characters_elsewhere() -> None:
    stream = b"event: e\0\ndata: a\0\n\n"

    assert read(stream).events == [ServerSentEvent("e\0", "a\0")]


# The reconnection time


@pytest.mark.parametrize("value", ["0", "1000", "0007", "0" * 9, "9" * 20])
def test_gives_the_reconnection_time_in_milliseconds(value: str) -> None:
    assert read(f"retry: {value}\n".encode()).reconnection_time == int(value)


def test_the_last_reconnection_time_holds() -> None:
    assert read(b"retry: 1\nretry:2\n\nretry: x\n").reconnection_time == 2


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "+5",
        "1_000",
        " 5",
        "5 ",
        "5.0",
        "1e3",
        "0x10",
        "x",
        "\N{SUPERSCRIPT TWO}",
        "\N{FULLWIDTH DIGIT ONE}",
        "\N{ARABIC-INDIC DIGIT THREE}",
    ],
)
def test_ignores_a_reconnection_time_of_anything_but_ascii_digits(value: str) -> None:
    stream = f"retry: {value}\ndata: a\n\n"

    assert read(stream.encode()) == Reading([ServerSentEvent(data="a")], "", None)


def test_a_reconnection_time_always_fits_a_float() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: " + b"9" * 308 + b"\n")

    assert decoder.reconnection_time == 10**308 - 1
    assert float(decoder.reconnection_time) > 0


@pytest.mark.parametrize("digits", [309, 5_000])
def test_ignores_a_reconnection_time_of_absurd_length(digits: int) -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: 5\nretry: " + b"9" * digits + b"\n")

    assert decoder.reconnection_time == 5


def test_reads_a_reconnection_time_behind_many_zeros() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"retry: " + b"0" * 5_000 + b"7\n")

    assert decoder.reconnection_time == 7


# UTF-8


@pytest.mark.parametrize("text", ["é", "€", "🚀", "Привет", "\ufffd"])
def test_decodes_utf_8_however_it_is_cut(text: str) -> None:
    stream = f"event: {text}\nid: {text}\ndata: {text}\n\ndata: {text}\n\n".encode()

    assert read(stream).events == [
        ServerSentEvent(text, text, text),
        ServerSentEvent("message", text, text),
    ]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\xff", "\ufffd"),
        (b"\xe0\x80\xaf", "\ufffd\ufffd\ufffd"),
        (b"\xe2\x82A", "\ufffdA"),
        (b"\xe2\x82", "\ufffd"),
        (b"\xf0\x9f", "\ufffd"),
        (b"caf\xe9 cr\xe8me", "caf\ufffd cr\ufffdme"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_replaces_invalid_utf_8_and_reads_on(raw: bytes, text: str, end: bytes) -> None:
    block = b"data: " + raw + end
    stream = block + end + block + block + end

    assert read(stream).data == [text, f"{text}\n{text}"]


# Where frames, which are read in one go, meet other lines


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([b"event: e\n", b"data: a\n\n"], ServerSentEvent("e", "a")),
        ([b"data: a\n", b"data: b\n\n"], ServerSentEvent(data="a\nb")),
        ([b"data: a", b"data: b\n\n"], ServerSentEvent(data="adata: b")),
        ([b"id: 1\n", b"data: a\n\n"], ServerSentEvent(data="a", id="1")),
        ([b"id: 1\n\n", b"data: a\n\n"], ServerSentEvent(data="a", id="1")),
        ([b"data: a\rdata: b\n\n"], ServerSentEvent(data="a\nb")),
        ([b"data: a\revent: e\n\n"], ServerSentEvent("e", "a")),
        ([b"data: a\ndata: b\r\n\r\n"], ServerSentEvent(data="a\nb")),
        ([b"data: a\rdata: b\r\n\r\n"], ServerSentEvent(data="a\nb")),
    ],
)
def test_a_frame_belongs_to_the_block_it_stands_in(
    parts: list[bytes], expected: ServerSentEvent
) -> None:
    decoder = SSEDecoder()

    assert [event for part in parts for event in decoder.feed(part)] == [expected]


def test_a_frame_gets_the_id_of_an_earlier_event() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: a\nid: 1\n\n")

    assert decoder.feed(b"data: b\n\n") == [ServerSentEvent(data="b", id="1")]
    assert (
        decoder.feed(b"data: c\n\n" * 100) == [ServerSentEvent(data="c", id="1")] * 100
    )


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", []),
        ("|", []),
        (": ping||", []),
        ("event: e|data: x||", ["x"]),
        ("data: x|id: 7||", ["x"]),
        ("data: x|data: y||", ["x\ny"]),
        ("data:x||", ["x"]),
        ("data: x\r\r", ["x"]),
        ("data: x\n\n", ["x"]),
    ],
)
def test_reads_runs_of_frames_and_what_stands_between(
    end: str, between: str, expected: list[str]
) -> None:
    """In reads long enough to be searched for runs of frames, and in short ones."""
    data = ["a" * 300, "é" * 200, "", "b"]
    frames = "".join(f"data: {text}{end}{end}" for text in data)
    stream = frames + between.replace("|", end) + frames

    assert read(stream.encode()).data == [*data, *expected, *data]
