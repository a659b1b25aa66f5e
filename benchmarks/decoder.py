r"""How fast `SSEDecoder` reads, beside the cheapest thing that could be done.

Run `python -m benchmarks.decoder`. The floor is one `whole.split(b"\n\n")` over the
same bytes, which decodes nothing and builds no event. Readers take turns, and the clock
is the CPU time of this process. The decoders of `httpx_sse` and `openai` stand in the
table too when they are installed, without the HTTP client around them.
"""

from __future__ import annotations

import argparse
import codecs
import importlib
import importlib.util
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.tables import NOT_INSTALLED, Table
from langchain_sse_chat.sse import SSEDecoder

SHORT = {"64 KiB", "one event"}
MB = 1_000_000
FRAME_SIZE = 245

Reader = Callable[[list[bytes]], int]


@dataclass(frozen=True)
class Shape:
    """A stream in reads of one kind, and how many events it holds."""

    stream: str
    reads: str
    parts: list[bytes]
    events: int


def cut(stream: bytes, size: int) -> list[bytes]:
    """Return the stream in reads of `size` bytes."""
    return [stream[i : i + size] for i in range(0, len(stream), size)]


def frame(end: str = "\n") -> bytes:
    """Return one chunk of a chat completion as servers send it, of 245 bytes."""
    head = (
        'data: {"id":"chatcmpl-0123456789abcdefghijklmnop",'
        '"object":"chat.completion.chunk","created":1700000000,'
        '"model":"a-model","system_fingerprint":"fp_0123456789",'
        '"choices":[{"index":0,"delta":{"content":"'
    )
    tail = '"},"finish_reason":null}]}' + end * 2
    return (head + tail.rjust(FRAME_SIZE - len(head), "x")).encode()


def shapes() -> list[Shape]:
    """Return the streams that are measured."""
    count = 20 * MB // FRAME_SIZE
    frames = frame() * count
    few = frame() * (MB // FRAME_SIZE)
    crlf = frame("\r\n") * count
    cr = frame("\r") * (count // 4)
    named = (b"event: completion\n" + frame()) * (count // 4)
    lines = b"data: 0123456789\n" * 100_000 + b"\n"
    event_4, event_16 = (b"data: " + b"x" * size * MB + b"\n\n" for size in (4, 16))
    return [
        Shape("frames", "64 KiB", cut(frames, 65_536), count),
        Shape("frames", "1,400 B", cut(frames, 1_400), count),
        Shape("frames", "one event", cut(frames, FRAME_SIZE), count),
        Shape("frames", "250 B", cut(frames, 250), count),
        Shape("frames, 1 MB", "one byte", cut(few, 1), MB // FRAME_SIZE),
        Shape("frames, CRLF", "64 KiB", cut(crlf, 65_536), count),
        Shape("frames, CRLF", "one event", cut(crlf, FRAME_SIZE), count),
        Shape("frames, lone CR", "64 KiB", cut(cr, 65_536), count // 4),
        Shape("frames, lone CR", "one event", cut(cr, FRAME_SIZE), count // 4),
        Shape("`event:` and `data:`", "64 KiB", cut(named, 65_536), count // 4),
        Shape("`event:` and `data:`", "one event", cut(named, 263), count // 4),
        Shape("100,000 `data` lines", "1,400 B", cut(lines, 1_400), 1),
        Shape("one event of 4 MB", "1 KiB", cut(event_4, 1_024), 1),
        Shape("one event of 16 MB", "1 KiB", cut(event_16, 1_024), 1),
    ]


def read_with_decoder(parts: list[bytes]) -> int:
    """Count the events that `SSEDecoder` gives."""
    decoder = SSEDecoder()
    events = 0
    for part in parts:
        events += len(decoder.feed(part))
    return events


def httpx_sse_reader() -> Reader | None:
    """Return a reader that decodes as `httpx_sse` does, when that is installed."""
    if importlib.util.find_spec("httpx_sse") is None:
        return None
    peer = importlib.import_module("httpx_sse._decoders")

    def read(parts: list[bytes]) -> int:
        text_decoder = codecs.getincrementaldecoder("utf-8")("replace")
        line_decoder, decoder = peer.SSELineDecoder(), peer.SSEDecoder()
        events = 0
        for part in parts:
            for line in line_decoder.decode(text_decoder.decode(part)):
                events += decoder.decode(line) is not None
        for line in line_decoder.flush():
            events += decoder.decode(line) is not None
        return events

    return read


def openai_reader() -> Reader | None:
    """Return a reader that decodes as `openai` does, when that is installed."""
    if importlib.util.find_spec("openai") is None:
        return None
    peer = importlib.import_module("openai._streaming")

    def read(parts: list[bytes]) -> int:
        return sum(1 for _ in peer.SSEDecoder().iter_bytes(iter(parts)))

    return read


def seconds(read: Reader, shape: Shape) -> float:
    """Return the CPU seconds of one reading, after a check that it is whole."""
    start = time.process_time()
    events = read(shape.parts)
    taken = time.process_time() - start
    if events != shape.events:
        msg = f"{shape.stream}: {events} events instead of {shape.events}"
        raise AssertionError(msg)
    return taken


def measure(
    shape: Shape, readers: dict[str, Reader], rounds: int, table: Table
) -> None:
    """Add the rows of one shape: the medians of readers that took turns."""
    whole = b"".join(shape.parts)
    times: dict[str, list[float]] = {name: [] for name in ("floor", *readers)}
    for _ in range(rounds):
        start = time.process_time()
        whole.split(b"\n\n")
        times["floor"].append(time.process_time() - start)
        for name, read in readers.items():
            times[name].append(seconds(read, shape))
    floor = statistics.median(times["floor"])
    for name, taken in times.items():
        median = statistics.median(taken)
        speed, event = len(whole) / median / MB, median / shape.events * 1e9
        row = (shape.stream, shape.reads, name, speed, event, floor / median)
        table.add(*row)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="5, or 3 of the short form")
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    rounds = args.rounds or (3 if args.short else 5)
    peers = {"httpx-sse": httpx_sse_reader(), "openai": openai_reader()}
    readers: dict[str, Reader] = {
        "`SSEDecoder`": read_with_decoder,
        **{name: peer for name, peer in peers.items() if peer is not None},
    }
    table = Table(
        "decoder",
        "The decoder alone",
        *("stream", "reads", "reader", "MB/s", "ns an event", "of the floor's speed"),
    )
    for shape in shapes():
        if not args.short or (shape.stream == "frames" and shape.reads in SHORT):
            measure(shape, readers, rounds, table)
    for name, peer in peers.items():
        if peer is None:
            table.add("all", None, name, None, None, NOT_INSTALLED)
    table.end()


if __name__ == "__main__":
    main()
