"""The kind of a body, from its first bytes."""

from __future__ import annotations

import pytest

from langchain_sse_chat.wire.sniff import sniff

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("start", "content_type", "kind"),
    [
        (b"", "", None),
        (b" \r\n", "text/event-stream", None),
        (BOM[:2], "text/event-stream", None),
        (BOM, "", None),
        (BOM + b"data: x", "", "events"),
        (BOM + b'{"a"', "", "json"),
        (b"da", "", None),
        (b"data:", "", None),
        (b"data: x", "text/plain", "events"),
        (b"event:", "", "events"),
        (b"event: x", "application/json", "events"),
        (b"id: 1\n", "", "events"),
        (b"retry: 1", "", "events"),
        (b":", "text/html", "events"),
        (b"\n\ndata: x", "", "events"),
        (b"odd", "text/event-stream", "events"),
        (b"{", "text/event-stream", "json"),
        (b" [", "", "json"),
        (b"\n<", "text/event-stream", "html"),
        (b"odd: text", "", "unknown"),
        (b"eventful", "", "unknown"),
        (b"no\n", "", "unknown"),
        (b"no\r", "", "unknown"),
        (b"nothing", "", "unknown"),
    ],
)
def test_the_first_bytes_tell_what_a_body_is(
    start: bytes, content_type: str, kind: str | None
) -> None:
    assert sniff(start, content_type) == kind
