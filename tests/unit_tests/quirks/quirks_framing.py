"""Events and bytes."""

from __future__ import annotations

from tests.unit_tests.quirks.quirk import STOP, Failure, Quirk
from tests.unit_tests.wire.wire_streams import DONE, Seen, event, events, text

HI = Seen(text="Hi")
FIRST, SECOND = event(text("H")), event(text("i"))
END = event(STOP)


def between(*sent: bytes) -> list[bytes]:
    """Return an answer with something in its middle."""
    return [FIRST, *sent, SECOND, END, DONE]


def unlike(old: bytes, new: bytes) -> list[bytes]:
    """Return an answer with other bytes around its data."""
    return [part.replace(old, new) for part in between()]


FRAMINGS = (
    Quirk(
        "events without data are not part of an answer",
        "`data:` with nothing after it, `event: ping`, `retry: 3000`, a lone `id:` "
        "(gateways, to keep the connection alive)",
        "ignores them",
        between(
            b"data:\n\n",
            b"data: \n\n",
            b"event: ping\n\n",
            b"event: ping\ndata: {}\n\n",
            b"retry: 3000\n\n",
            b"id: 7\n\n: ping\n\n",
        ),
        HI,
    ),
    Quirk(
        "pings are not part of an answer",
        "`data: ping`, `data: [PING]`, `data: : OPENROUTER PROCESSING`, `data: null`",
        "ignores them",
        between(
            b"data: ping\n\n",
            b"data: [PING]\n\n",
            b"data: : OPENROUTER PROCESSING\n\n",
            b'data: "keepalive"\n\n',
            b"data: null\n\n",
        ),
        HI,
    ),
    Quirk(
        "comments are not part of an answer",
        "comments, such as `: OPENROUTER PROCESSING`, also between the lines of an "
        "event",
        "ignores them; they do not restart a timeout",
        [
            b": OPENROUTER PROCESSING\n\n",
            *between(b": ping\n\n", b":\n\n", b": x-cost=0.1\ndata: {}\n\n"),
        ],
        HI,
    ),
    Quirk(
        "data that is not json is an error",
        "text that is neither JSON nor a known ping",
        "`MalformedChunkError` with its beginning",
        between(b"data: upstream connect error\n\n"),
        Failure("MalformedChunkError", "upstream connect error", "H"),
    ),
    Quirk(
        "data without a blank before it is read",
        "`data:{…}` without the blank (Spring, Volcengine, Kimi Code)",
        "reads it",
        unlike(b"data: ", b"data:"),
        HI,
    ),
    Quirk(
        "line ends of windows are line ends",
        "lines that end in CRLF",
        "reads them",
        unlike(b"\n", b"\r\n"),
        HI,
    ),
    Quirk(
        "line ends of old macs are line ends",
        "lines that end in CR",
        "reads them",
        unlike(b"\n", b"\r"),
        HI,
    ),
    Quirk(
        "a byte order mark is not part of the answer",
        "a byte order mark before the first event",
        "ignores it; the first event is not lost",
        [b"\xef\xbb\xbf" + FIRST, SECOND, END, DONE],
        HI,
    ),
    Quirk(
        "blank lines before the stream are not part of it",
        "blank lines before the first event",
        "ignores them",
        [b"\n\r\n  \n", *between()],
        HI,
    ),
    Quirk(
        "data over several lines is one chunk",
        "one chunk over several `data:` lines (the documentation of GigaChat)",
        "joins the lines",
        [
            b'data: {"model": "m-1",\ndata:  "choices":\n',
            b'data: [{"index": 0, "delta": {"content": "Hi"}}]}\n\n',
            END,
            DONE,
        ],
        HI,
    ),
    Quirk(
        "events without a blank line between them are read",
        "one newline between events, or none of the blank lines that end them",
        "reads each line; all comes at the end, as the standard has it",
        unlike(b"\n\n", b"\n"),
        HI,
    ),
    Quirk(
        "events without a blank line are cut where the stream is",
        "one newline between events, and the stream is truncated",
        "`StreamTruncatedError`",
        [*unlike(b"\n\n", b"\n")[:2], b'data: {"choices": ['],
        Failure("StreamTruncatedError", "ended before the answer did", "Hi"),
    ),
    Quirk(
        "events without a blank line are read without guessing",
        "one newline between events, and something else there",
        "`MalformedChunkError`",
        [*unlike(b"\n\n", b"\n")[:2], b"data: oops\n", DONE],
        Failure("MalformedChunkError", "'oops'", "Hi"),
    ),
    Quirk(
        "names of events do not matter",
        "an `event:` and an `id:` line with every chunk",
        "reads the chunk",
        [b"id: 1\nevent: completion.chunk\n" + part for part in between()],
        HI,
    ),
    Quirk(
        "line separators of unicode do not end a line",
        "U+2028, U+2029 or U+0085 in the text, not escaped",
        "keeps them: only CR and LF end a line",
        events([text("a\u2028b\u2029c\x85d"), STOP]),
        Seen(text="a\u2028b\u2029c\x85d"),
    ),
    Quirk(
        "characters that are cut by the network are whole",
        "a character's bytes in two packets",
        "decodes whole lines",
        events([text("Ёлка 🎄 樹"), STOP]),
        Seen(text="Ёлка 🎄 樹"),
    ),
    Quirk(
        "characters that are cut by the server are whole",
        r"an emoji in two deltas, as `\ud83c` and `\udf84`",
        "joins the pieces",
        [
            event(rf'{{"choices": [{{"delta": {{"content": "{half}"}}}}]}}')
            for half in ("a\\ud83c", "\\udf84b")
        ]
        + [END, DONE],
        Seen(text="a🎄b"),
    ),
    Quirk(
        "bytes that are not utf8 are replaced",
        "bytes that are not UTF-8",
        "U+FFFD takes their place; the answer continues",
        [
            b'data: {"choices": [{"delta": {"content": "H\xffi"}}]}\n\n',
            END,
            DONE,
        ],
        Seen(text="H\ufffdi"),
    ),
    Quirk(
        "a token that is repeated is kept",
        "one chunk many times over",
        "returns each: a model may repeat itself",
        events([*[text("ha")] * 150, STOP]),
        Seen(text="ha" * 150),
    ),
    Quirk(
        "an event stream is one regardless of its type",
        "an event stream as `text/plain`, as `application/json`, or without a type",
        "reads it: its first bytes show what it is",
        between(),
        HI,
        content_type="text/plain",
    ),
    Quirk(
        "an event stream without a type is one",
        "the same without a type, and a comment first",
        "the same",
        [b": hello\n\n", *between()],
        HI,
        content_type=None,
    ),
    Quirk(
        "an object per line is not an event stream",
        "a JSON object a line (NDJSON) instead of events",
        "`NotAnEventStreamError` with its beginning",
        [part.removeprefix(b"data: ") for part in between()],
        Failure("NotAnEventStreamError", "newline-delimited JSON"),
    ),
    Quirk(
        "events that were framed twice are read",
        "`data: data: {…}`: the server and its framework both wrote the name",
        "reads it",
        [
            *(b"data: " + event(sent) for sent in (text("Hi"), STOP)),
            b"data: data: [DONE]\ndata: \ndata: \n\n",
        ],
        Seen("Hi"),
    ),
)
