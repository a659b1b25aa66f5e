"""Bytes after the end of an answer, which belong to no request.

Should happen: a connection is not used again when more was read than the answer.
"A client MUST NOT process, cache, or forward such extra data as a separate response"
(RFC 9112, section 6.3).

Happens instead: httpcore keeps what it has read past the end and takes it for the
beginning of the next answer. anyio also keeps what it has read ahead, and reports the
socket as not readable.

Upstream: no upstream issue is known.

Verified: 2026-11-28, httpcore 1.0.9, h11 0.16.0, anyio 4.16.0.

Without this file: a call can get the answer to another request, or fail because a
server ended the previous answer with an empty line too many.
"""

from __future__ import annotations

import re
from typing import Any

import httpx

from langchain_sse_chat.transport.workarounds.http2 import connection_of

# The status line of an interim answer (RFC 9110, section 15.2).
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d")

READ_BY_ALL = 16 * 1024
"""Bytes of a request that a server reads before it sends any response."""


def is_interim(data: bytes) -> bool:
    """Return whether bytes that arrive during a request are only an interim answer."""
    return _INTERIM.match(data) is not None


def has_surplus(response: httpx.Response) -> bool:
    """Return whether more was read than the answer, which spoils its connection.

    Bytes that arrive later are not handled here: httpcore looks for them before it uses
    the connection again.

    Args:
        response: An answer that was read to its end. `False` when it does not come from
            a connection of httpcore that speaks HTTP/1.1.
    """
    state = getattr(connection_of(response), "_h11_state", None)
    if state is None:
        return False
    network_stream = response.extensions.get("network_stream")
    return bool(state.trailing_data[0]) or _is_ahead(network_stream)


def _is_ahead(network_stream: Any) -> bool:
    """Return whether anyio has read more than it has returned."""
    stream = getattr(network_stream, "_stream", None)
    while stream is not None:
        bio = getattr(stream, "_read_bio", None)  # of TLS, encrypted
        queue = getattr(getattr(stream, "_protocol", None), "read_queue", None)
        if queue or (bio is not None and bio.pending):
            return True
        stream = getattr(stream, "transport_stream", None)
    return False
