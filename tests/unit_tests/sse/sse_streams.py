"""Streams read at many cuts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from langchain_sse_chat.sse import ServerSentEvent, SSEDecoder

BOM = b"\xef\xbb\xbf"


class Reading(NamedTuple):
    """The output of a decoder for a stream."""

    events: list[ServerSentEvent]
    last_event_id: str
    reconnection_time: int | None

    @property
    def data(self) -> list[str]:
        """The data of the events."""
        return [event.data for event in self.events]


def cuttings(stream: bytes) -> Iterator[list[bytes]]:
    """Cut the stream whole, into bytes, into bytes with empty reads, and in two."""
    yield [stream]
    yield [stream[i : i + 1] for i in range(len(stream))]
    yield [part for i in range(len(stream)) for part in (b"", stream[i : i + 1])]
    for i in range(1, len(stream)):
        yield [stream[:i], stream[i:]]


def read(stream: bytes, *, close: bool = False) -> Reading:
    """Return the events of a stream, after checking several chunkings."""
    readings = []
    for parts in cuttings(stream):
        decoder = SSEDecoder()
        events = [event for part in parts for event in decoder.feed(part)]
        if close:
            events += decoder.close()
        readings.append(
            Reading(events, decoder.last_event_id, decoder.reconnection_time)
        )
    assert all(reading == readings[0] for reading in readings)
    return readings[0]
