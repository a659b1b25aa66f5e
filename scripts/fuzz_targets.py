"""Targets for arbitrary bytes, and the properties that must hold for any input."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from langchain_sse_chat import SSEChatError, SSEDecoder
from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.exchange.overlap import Overlap
from scripts.fuzz_reference import fault_of
from tests.unit_tests.quirks.quirks import ALL
from tests.unit_tests.sse.test_sse_reference import Reference
from tests.unit_tests.wire.wire_streams import DONE, OPTIONS, SSE, event, pipeline

_LONGEST_SEAM = 200
_NO_COINCIDENCE = 64
"""A repeated beginning of this many characters is a repetition."""
_MOST_SINGLE_BYTES = 500
"""Longer inputs are not fed byte by byte: more inputs find more."""
_MADE_UP_ID = re.compile(r"call_[0-9a-f]{32}")
_MOST_DIGITS = 308
"""A longer reconnection time is ignored, which the standard allows."""
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (_MOST_DIGITS + 1))


class FoundError(AssertionError):
    """A rule is violated."""


def decoder(data: bytes) -> None:
    """Compare the decoder with the standard, implemented sentence by sentence.

    Args:
        data: Two bytes that say how it is cut, and an event stream.

    Raises:
        FoundError: They differ.
    """
    source, stream = _source(data)
    if _LONG_NUMBER.search(stream):
        return
    expected, closed = Reference(stream), Reference(stream + b"\n\n")
    for reads in _cuts(stream, source):
        made = SSEDecoder()
        events = [event for read in reads for event in made.feed(read)]
        state = (events, made.last_event_id, made.reconnection_time)
        _check("events", state, _state(expected), reads)
        events += made.close()
        state = (events, made.last_event_id, made.reconnection_time)
        _check("events at the end", state, _state(closed), reads)


def _state(read: Reference) -> tuple[list[tuple[str, str, str]], str, int | None]:
    return read.events, read.last_event_id, read.reconnection_time


def answer(data: bytes) -> None:
    """Read a body at several chunkings: the answer or the error must be the same.

    Args:
        data: Two bytes that say how it is cut and read, and the body.

    Raises:
        FoundError: The cuts matter.
        Exception: Whatever the package raises that is not its own.
    """
    source, body = _source(data)
    options = OPTIONS._replace(
        on_truncation=source.choice(("raise", "accept")),
        reasoning_tags=source.choice((None, None, ("<think>", "</think>"))),
        stop=source.choice(((), (), ("\n\n", "END"))),
    )
    accepts = options.on_truncation == "accept"
    headers = source.choice((SSE, SSE, {}, {"content-type": "application/json"}))
    expected: list[str] | None = None
    for reads in _cuts(body, source):
        made = pipeline(ChunkAssembler(), options, headers)
        given: list[str] = []
        try:
            for read in reads:
                given += map(_shown, made.feed(read))
                if not made.wants_more:
                    break
            given += map(_shown, made.close())
            why = None if options.stop else fault_of(body, may_be_cut=accepts)
            if why:
                msg = f"A whole answer, but it has {why}: {reads!r}"
                raise FoundError(msg)
        except SSEChatError as error:
            made.attach_partial(error)
            given.append(_shown((type(error), str(error), error.partial)))
        if expected is None:
            expected = given
        _check("answer", given, expected, reads)


def overlap(data: bytes) -> None:
    """Compare the overlap of two parts of a text with the simplest implementation.

    Args:
        data: Two bytes that say how it is cut, and the text, in few letters so that it
            repeats itself.

    Raises:
        FoundError: They differ.
    """
    source, rest = _source(data[:_LONGEST_SEAM])
    text = "".join("ab我\U0001f600"[byte % 4] for byte in rest)
    cut = source.randrange(len(text) + 1)
    first, second = text[:cut], text[cut:]
    least = source.choice((0, 1, 1, 2, 5, len(first)))
    expected = _second_without(first, second, max(least, 1))
    for reads in _cuts(rest[cut:], source):
        made, given, start = Overlap(first, least=least), "", 0
        for read in reads:
            given += made.feed(second[start : start + len(read)])
            start += len(read)
            _check("text so far", given, expected[: len(given)], reads)
        given += made.close()
        _check("text", given, expected, [data])


def _second_without(first: str, second: str, least: int) -> str:
    if len(second) >= _NO_COINCIDENCE and first.startswith(second):
        return ""
    sizes = range(len(second), least - 1, -1)
    return second[next((n for n in sizes if first.endswith(second[:n])), 0) :]


def _shown(value: object) -> str:
    return _MADE_UP_ID.sub("call_", repr(value))


def _source(data: bytes) -> tuple[random.Random, bytes]:
    """Return the options, made of the first two bytes, and the other bytes."""
    return random.Random(data[:2]), data[2:]  # noqa: S311  no secret comes of it


def _cuts(data: bytes, source: random.Random) -> Iterable[list[bytes]]:
    yield [data]
    if len(data) <= _MOST_SINGLE_BYTES:
        yield [data[i : i + 1] for i in range(len(data))]
    places = [source.randrange(len(data) + 1) for _ in range(source.randint(1, 9))]
    ends = [*sorted(places), len(data)]
    starts = [0, *ends[:-1]]
    yield [data[start:end] for start, end in zip(starts, ends, strict=True)]


def _check(what: str, got: object, expected: object, reads: list[bytes]) -> None:
    if got != expected:
        msg = f"{what}: {got!r}, not {expected!r}, from {reads!r}"
        raise FoundError(msg)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "decoder": decoder,
    "answer": answer,
    "overlap": overlap,
}


def examples() -> list[bytes]:
    """Return the seeds of the corpus, in the form of the targets."""
    bodies = [*_alike(), *(b"".join(quirk.body) for quirk in ALL)]
    return [b"%c%c" % (n % 256, 0) + body for n, body in enumerate(bodies)]


def _alike() -> Iterable[bytes]:
    """Return answers whose events differ in their text only, which are split unread."""
    for key in ("content", "reasoning_content"):
        body = b"".join(event({"choices": [{"delta": {key: w}}]}) for w in "abcdef")
        yield from (body, body.replace(b"\n", b"\r\n"), body + DONE + body)
