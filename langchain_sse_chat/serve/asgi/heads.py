"""Write the headers of responses, and choose the ID of a request.

Nothing of a client gets into a header unless it is short and plain: some servers write
header values as they are, and a line break in one would begin another header.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import uuid4

Headers = list[tuple[bytes, bytes]]
"""Headers as ASGI has them, names in lower case."""

REQUEST_ID = "x-request-id"

EXPOSED = (REQUEST_ID, "retry-after", "x-should-retry", "x-ignored-parameters")
"""Headers that pages of other origins may read."""

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

_STREAM: Headers = [
    # `no-transform` is for proxies that compress, and hold back what they compress.
    (b"cache-control", b"no-store, no-transform"),
    # https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    (b"x-accel-buffering", b"no"),
]
_COMPLETE: Headers = [(b"cache-control", b"no-store")]
_OWN = (b"content-type", b"content-length")


def request_id_of(sent: str | None) -> str:
    """Return the client's own request ID if it is plain, else a new one."""
    if sent is not None and _PLAIN_ID.fullmatch(sent):
        return sent
    return f"req_{uuid4().hex}"


def stream_headers(media_type: str, more: Headers) -> Headers:
    """Return the headers of a stream; those in `more` replace others of their name."""
    return _with(_STREAM, more, [(b"content-type", media_type.encode())])


def body_headers(media_type: str, body: bytes, more: Headers) -> Headers:
    """Return the headers of a complete response."""
    own = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return _with(_COMPLETE, more, own)


def encoded(headers: Mapping[str, str]) -> Headers:
    """Return headers as ASGI has them; those without a value are left out."""
    return [(n.encode(), value.encode()) for n, value in headers.items() if value]


def _with(defaults: Headers, more: Headers, own: Headers) -> Headers:
    names = {name.lower() for name, _ in more}
    kept = [header for header in defaults if header[0] not in names]
    return [*own, *kept, *(one for one in more if one[0].lower() not in _OWN)]
