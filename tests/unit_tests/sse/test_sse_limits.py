"""`SSEDecoder` rejects events above its size limit."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import repeat

import pytest

from langchain_sse_chat.errors import ConfigurationError, EventTooLargeError
from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder

KIB = 1024
MIB = 1024 * 1024


def cuttings(stream: bytes) -> Iterator[list[bytes]]:
    for size in (len(stream), 1, 2, 3, 7):
        yield [stream[i : i + size] for i in range(0, len(stream), size)]


def read(decoder: SSEDecoder, parts: list[bytes]) -> tuple[list[str], bool]:
    """Return the data of the events before the error, and whether it was raised."""
    events: list[ServerSentEvent] = []
    try:
        for part in parts:
            events += decoder.feed(part)
        events += decoder.close()
    except EventTooLargeError:
        return [event.data for event in events], True
    return [event.data for event in events], False


# Ten bytes each, their line ends aside.
TEN_BYTES = [
    b"data: 4567\n\n",
    b"data: 4567\r\r",
    b"data: 4567\r\n\r\n",
    b"data:56789\n\n",
    b"data\ndata: \n\n",
    b"data\r\ndata: \r\n\r\n",
    b"data:\n: 789\n\n",
    b"id: 4\ndata:\n\n",
    b"event:6\nid:\n\n",
    b":123456789\n\n",
    b"0123456789\n\n",
    b"data: 4567",
    b"data\nevent:",
]


@pytest.mark.parametrize("event", TEN_BYTES)
def test_takes_events_of_just_the_limit(event: bytes) -> None:
    expected = read(SSEDecoder(), [event * 3])

    for parts in cuttings(event):
        assert not read(SSEDecoder(max_event_size=10), parts)[1]
    if event.endswith((b"\n", b"\r")):
        for parts in cuttings(event * 3):
            assert read(SSEDecoder(max_event_size=10), parts) == expected


@pytest.mark.parametrize("event", TEN_BYTES)
def test_refuses_an_event_of_one_byte_more_than_the_limit(event: bytes) -> None:
    for parts in cuttings(b"data: a\n\n" + event):
        assert read(SSEDecoder(max_event_size=9), parts) == (["a"], True)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\r", b"\r\n\r\n"])
@pytest.mark.parametrize("short", [0, 1, 5, 600])
def test_holds_each_frame_of_a_long_read_to_the_limit(short: int, end: bytes) -> None:
    small, large = b"data: " + b"a" * 300 + end, b"data: " + b"b" * 1_994 + end

    for parts in cuttings(small + large):
        data, raised = read(SSEDecoder(max_event_size=2_000 - short), parts)
        assert data == (["a" * 300] if short else ["a" * 300, "b" * 1_994])
        assert raised == bool(short)


def test_takes_more_frames_than_the_limit_has_bytes() -> None:
    for parts in cuttings(b"data: a\n\n" * 200):
        assert read(SSEDecoder(max_event_size=600), parts) == (["a"] * 200, False)


def test_counts_a_byte_order_mark_to_no_event() -> None:
    for parts in cuttings(b"\xef\xbb\xbfdata: a\n\n"):
        assert read(SSEDecoder(max_event_size=7), parts) == (["a"], False)


def test_names_the_limit() -> None:
    decoder = SSEDecoder(max_event_size=9)

    with pytest.raises(EventTooLargeError, match="9 bytes") as caught:
        decoder.feed(b"data: 4567")

    assert caught.value.limit == 9


def test_takes_events_of_megabytes_by_default() -> None:
    data = "x" * (16 * MIB - 6)

    assert SSEDecoder().feed(f"data: {data}\n\n".encode()) == [
        ServerSentEvent(data=data)
    ]
    with pytest.raises(EventTooLargeError):
        SSEDecoder().feed(f"data: {data}x\n\n".encode())


def test_raises_after_the_events_that_were_complete_in_the_same_bytes() -> None:
    decoder = SSEDecoder(max_event_size=9)

    assert decoder.feed(b"data: a\n\ndata: 4567") == [ServerSentEvent(data="a")]
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"")


def test_close_raises_when_the_error_is_still_to_come() -> None:
    decoder = SSEDecoder(max_event_size=9)
    decoder.feed(b"data: a\n\ndata: 4567")

    with pytest.raises(EventTooLargeError):
        decoder.close()


@pytest.mark.parametrize("data", [b"", b"\n\n", b"data: a\n\n"])
def test_raises_again_on_every_further_call(data: bytes) -> None:
    decoder = SSEDecoder(max_event_size=9)
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"data: 4567\n\n")

    with pytest.raises(EventTooLargeError):
        decoder.feed(data)
    with pytest.raises(EventTooLargeError):
        decoder.close()


@pytest.mark.parametrize("limit", [0, -1])
def test_refuses_a_limit_that_no_event_can_keep(limit: int) -> None:
    with pytest.raises(ConfigurationError, match="max_event_size"):
        SSEDecoder(max_event_size=limit)


def feed_all(decoder: SSEDecoder, parts: Iterable[bytes]) -> None:
    for part in parts:
        decoder.feed(part)


def peak_until_error(parts: Iterable[bytes], limit: int) -> tuple[int, int]:
    """Return the most bytes held until the error, and those held after it."""
    decoder = SSEDecoder(max_event_size=limit)
    tracemalloc.start()
    try:
        with pytest.raises(EventTooLargeError):
            feed_all(decoder, parts)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak, held


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        pytest.param(b"data: ", b"x" * KIB, id="data"),
        pytest.param(b": ", b"x" * KIB, id="comment"),
        pytest.param(b"", b"x" * KIB, id="unknown field"),
        pytest.param(b"id: ", b"x" * KIB, id="id"),
        pytest.param(b"event: ", b"x" * KIB, id="event"),
        pytest.param(b"retry: ", b"9" * KIB, id="retry"),
        pytest.param(b"", b"data:xy\n" * 100, id="lines ended by LF"),
        pytest.param(b"", b"data:xy\r\n" * 100, id="lines ended by CRLF"),
        pytest.param(b"", b"data:xy\r" * 100, id="lines ended by CR"),
        pytest.param(b"", b"data\n" * 100, id="empty data lines"),
        pytest.param(b"", b"data:" + b"x" * KIB + b"\n", id="long data lines"),
        pytest.param(b"", b": keep-alive\n" * 100, id="comment lines"),
        pytest.param(b"", b"id: " + b"x" * KIB + b"\n", id="id lines"),
        pytest.param(b"", b"\xff" * KIB, id="bytes not UTF-8"),
        pytest.param(b"data: ", b"xy", id="small reads"),
        pytest.param(b"data: ", b"x" * MIB, id="large reads"),
    ],
)
def test_holds_little_more_than_the_limit_of_an_endless_event(
    begin: bytes, again: bytes
) -> None:
    """A quarter more for the spare room of growing buffers, and one read of a KiB."""
    limit = 256 * KIB
    parts = (part for group in ([begin], repeat(again)) for part in group)

    peak, held = peak_until_error(parts, limit)

    assert peak < limit * 5 // 4 + 32 * KIB
    assert held < 32 * KIB


@pytest.mark.parametrize("name", [b"id: ", b"event: ", b"data: "])
def test_drops_what_it_held_of_a_refused_event(name: bytes) -> None:
    line = name + b"x" * 200 * KIB + b"\n"

    _, held = peak_until_error([line, b"x" * 100 * KIB], limit=256 * KIB)

    assert held < 32 * KIB


def test_holds_little_when_many_small_lines_make_a_large_event() -> None:
    decoder = SSEDecoder()
    tracemalloc.start()
    try:
        feed_all(decoder, repeat(b"data:xy\n" * 100, 1_000))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held < 800_000
    assert len(decoder.close()[0].data) == 299_999


@pytest.mark.parametrize(
    ("reads", "pending"),
    [
        ([b""], 0),
        ([b"data: a"], 7),
        ([b"data: a\n"], 7),
        ([b"data: a\n: b"], 10),
        ([b"data: ", b"a"], 7),
        ([b"data: a\n\n"], 0),
        ([b"data: a\n\nda"], 2),
        ([b": ping\n"], 6),
        ([b": ping\n\n"], 0),
    ],
)
def test_tells_the_size_of_the_event_that_has_begun(
    reads: list[bytes], pending: int
) -> None:
    decoder = SSEDecoder()
    for read in reads:
        decoder.feed(read)
    assert decoder.pending == pending
