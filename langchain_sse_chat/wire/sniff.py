"""Detect the format of a body from its first bytes rather than its content type.

Gateways send event streams as `text/plain` or without a type, answer a streaming
request with one JSON object, and reply with login and error pages.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any, Literal

from langchain_sse_chat.sse.decoder import FIELDS
from langchain_sse_chat.wire.jsontext import loads

BodyKind = Literal["events", "json", "html", "unknown"]

_ENOUGH = 6
"""Bytes that identify a field name (`event:` is the longest one needed)."""


def sniff(start: bytes, content_type: str) -> BodyKind | None:
    """Return the format of a body, `None` if its first bytes are not enough yet.

    Args:
        start: The body so far.
        content_type: The content type in lower case, or `""`.
    """
    if start == BOM_UTF8[: len(start)]:
        return None
    text = start.removeprefix(BOM_UTF8).lstrip()
    if not text:
        return None
    first = text[:1]
    if first in {b"{", b"["}:
        return "json"
    if first == b"<":
        return "html"
    if first == b":" or "event-stream" in content_type:
        return "events"
    if len(text) < _ENOUGH and b"\n" not in text and b"\r" not in text:
        return None
    name, colon, _ = text[:_ENOUGH].partition(b":")
    named = colon and name in FIELDS
    return "events" if named or text.startswith(b"event:") else "unknown"


def first_of_lines(body: bytes) -> dict[str, Any] | Literal[False] | None:
    """Return the first object of newline-delimited JSON.

    Args:
        body: The body so far, from its first bracket.

    Returns:
        `False` when the body has another format, `None` when that is not clear yet.
    """
    line, end, rest = body.partition(b"\n")
    if not end:
        return None
    try:
        value = loads(line.decode("utf-8", "replace"))
    except ValueError:
        return False
    second = rest.lstrip()[:1]
    if not second:
        return None
    return value if isinstance(value, dict) and second == b"{" else False
