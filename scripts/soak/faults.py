"""Faults of an answer on its way: drawn by a seed, played as steps."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "none",
    "refused",
    "closed before the head",
    "reset before the head",
    "silent before the head",
    "cut in the head",
    "closed in the body",
    "reset in the body",
    "silent in the body",
    "ended too early",
]
Place = Literal["anywhere", "in a character", "in the framing", "between events"]
Framing = Literal["chunked", "length", "connection"]
"""Headers that tell a client where a body ends: RFC 9112, section 6.3."""
Ending = Literal["keep", "close", "drop", "reset", "hang", "hold"]
"""The fate of the connection: it is kept; closed as announced; closed as if kept,
so that the next request meets it closed; reset; left open with nothing more on it; or
left open for a client that is going to leave."""

_KINDS: dict[Kind, int] = {
    "none": 12,
    "refused": 3,
    "closed before the head": 2,
    "reset before the head": 2,
    "silent before the head": 1,
    "cut in the head": 1,
    "closed in the body": 5,
    "reset in the body": 5,
    "silent in the body": 1,
    "ended too early": 5,
}
"""Each with how often it comes compared with the others."""

MOST_FAULTS = 12
"""After so many attempts for one stream nothing goes wrong any more."""

_IN_THE_BODY: dict[Kind, Ending] = {
    "closed in the body": "drop",
    "reset in the body": "reset",
    "silent in the body": "hang",
}

_STATUSES = (429, 429, 500, 502, 503, 529)
_PAGE = b"<html><body><h1>Bad gateway</h1></body></html>"
_COMMENTS = (
    b": ping\n\n",
    b":\n\n",
    b": OPENROUTER PROCESSING\n\n",
    b"\n",
    b":\r\n\r\n",
)
_LONGEST_PAUSE = 0.01  # seconds
_LONGEST_STRETCH = 25
_PLACES: dict[Place, re.Pattern[bytes]] = {
    "anywhere": re.compile(b""),
    "in a character": re.compile(rb"[\xc2-\xf4](?=[\x80-\xbf])"),
    "in the framing": re.compile(rb"\r(?=\n)"),
    "between events": re.compile(rb"\n\n"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault of one attempt."""

    kind: Kind
    where: float = 0.0
    """How far the body gets, as a share of it."""
    place: Place = "anywhere"
    framing: Framing = "chunked"


@dataclass(frozen=True, slots=True)
class Playback:
    """The response to a request, in steps."""

    steps: Sequence[bytes | float]
    """Bytes to write, and pauses in seconds."""
    ending: Ending


def fault_of(seed: int, stream: int, attempt: int) -> Fault:
    """Return the fault of an attempt: equal numbers, equal faults.

    Args:
        seed: That of the run.
        stream: The number of the stream.
        attempt: The number of the attempt for this stream, from 0.
    """
    source = random.Random(f"fault {seed} {stream} {attempt}")  # noqa: S311  no secret
    [kind] = source.choices(list(_KINDS), list(_KINDS.values()))
    return Fault(
        kind="none" if attempt >= MOST_FAULTS else kind,
        where=source.random(),
        place=source.choice(list(_PLACES)),
        framing=source.choice(
            ("chunked", "chunked", "chunked", "length", "connection")
        ),
    )


def stop_of(seed: int, stream: int, length: int) -> int | None:
    """Return after how many characters the reader of a stream leaves, `None` for never.

    Args:
        seed: That of the run.
        stream: The number of the stream.
        length: The characters of the whole answer.
    """
    source = random.Random(f"stop {seed} {stream}")  # noqa: S311  no secret
    return source.randint(1, length) if source.random() < 0.1 else None  # noqa: PLR2004


def playback(
    fault: Fault, events: bytes, *, key: str, ends_with_client: bool = False
) -> Playback:
    """Return the bytes of an answer with a fault.

    Args:
        fault: The fault.
        events: The body of the whole answer: events that end with `[DONE]`.
        key: Equal keys make equal pieces, comments and pauses.
        ends_with_client: Whether the client is going to leave: an answer without fault
            then gets no end.
    """
    source = random.Random(f"playback {key}")  # noqa: S311  no secret
    match fault.kind:
        case "refused":
            return Playback(_pieces(_refusal(source), source), "keep")
        case "closed before the head":
            return Playback([], "drop")
        case "reset before the head":
            return Playback([], "reset")
        case "silent before the head":
            return Playback([], "hang")
    parts = _parts(events)
    if ends_with_client and fault.kind == "none":
        parts = [part for part in parts if b'"stop"' not in part and part[6:7] == b"{"]
    parts = list(_with_comments(parts, source))
    return _answer(fault, b"".join(parts), source, holds=ends_with_client)


def _answer(
    fault: Fault, body: bytes, source: random.Random, *, holds: bool
) -> Playback:
    if fault.kind == "ended too early":
        # The body is cut, not its framing: only the answer itself tells.
        body = body[: _place(body, fault)]
    holds = holds and fault.kind == "none"
    ending: Ending = source.choice(("keep", "keep", "keep", "close", "drop"))
    if fault.framing == "connection":
        ending = "close"
    size = len(body) + 1 if holds else len(body)
    head, last = _head(fault.framing, size, closes=ending == "close"), b""
    if fault.framing == "chunked":
        body, last = _chunked(body, source), b"0\r\n\r\n"
    if fault.kind == "cut in the head":
        head, body, last = head[: source.randrange(1, len(head) - 4)], b"", b""
        ending = source.choice(("drop", "reset"))
    elif fault.kind in _IN_THE_BODY:
        body, last, ending = body[: _place(body, fault)], b"", _IN_THE_BODY[fault.kind]
    elif holds:
        last, ending = b"", "hold"
    return Playback(_pieces(head + body + last, source), ending)


def _place(body: bytes, fault: Fault) -> int:
    """Return where to cut a body: the first such place after its share of it."""
    start = int(fault.where * len(body))
    found = _PLACES[fault.place].search(body, start)
    return found.end() if found else start


def _parts(events: bytes) -> list[bytes]:
    return [part + b"\n\n" for part in events.split(b"\n\n") if part]


def _with_comments(parts: Sequence[bytes], source: random.Random) -> list[bytes]:
    often = source.choice((0.0, 0.0, 0.1, 0.5))
    return list(
        itertools.chain.from_iterable(
            (source.choice(_COMMENTS), part) if source.random() < often else (part,)
            for part in parts
        )
    )


def _chunked(body: bytes, source: random.Random) -> bytes:
    """Return a body in chunks (RFC 9112, section 7.1), small ones for a stretch."""
    parts = _cut(body, source.choice((7, 60, 400, 3000)), source)
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def _pieces(data: bytes, source: random.Random) -> list[bytes | float]:
    """Return bytes in writes, small ones for a stretch, with pauses here and there."""
    often = source.choice((0.0, 0.0, 0.05))
    steps: list[bytes | float] = []
    for part in _cut(data, source.choice((1, 30, 500, len(data), len(data))), source):
        steps.append(part)
        if source.random() < often:
            steps.append(source.random() * _LONGEST_PAUSE)
    return steps


def _cut(data: bytes, largest: int, source: random.Random) -> list[bytes]:
    """Return data in parts of random sizes up to the largest, for a stretch of it.

    Each part costs time at both ends, so the rest of the data stays whole.
    """
    start = source.choice((0, source.randrange(len(data) + 1)))
    parts = [data[:start]]
    for _ in range(_LONGEST_STRETCH):
        end = start + source.randint(1, largest)
        parts.append(data[start:end])
        start = end
    parts.append(data[start:])
    return [part for part in parts if part]


def _head(framing: Framing, size: int, *, closes: bool) -> bytes:
    lines = ["HTTP/1.1 200 OK", "content-type: text/event-stream"]
    if framing == "chunked":
        lines.append("transfer-encoding: chunked")
    elif framing == "length":
        lines.append(f"content-length: {size}")
    if closes:
        lines.append("connection: close")
    return "\r\n".join((*lines, "", "")).encode()


def _refusal(source: random.Random) -> bytes:
    status = source.choice(_STATUSES)
    error = {"error": {"message": "soak: come again", "code": status}}
    body = source.choice((json.dumps(error).encode(), _PAGE, b""))
    lines = [f"HTTP/1.1 {status} Refused", f"content-length: {len(body)}"]
    lines += source.choice(([], ["retry-after: 0"], ["retry-after-ms: 5"]))
    return "\r\n".join((*lines, "", "")).encode() + body
