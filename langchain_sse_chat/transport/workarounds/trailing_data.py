"""Bytes after the end of an answer, which belong to no request.

httpcore 1.0 keeps what was read with the end of an answer, and takes it for the
beginning of the next one on that connection: for the answer of another request, or for
no HTTP. So does anyio with what it has read ahead. "A client MUST NOT process, cache,
or forward such extra data as a separate response" (RFC 9112, section 6.3).
"""

from __future__ import annotations

import re
from typing import Any

import httpx

from langchain_sse_chat.transport.workarounds.http2 import connection_of

# Of the head that it belongs to (RFC 9110, section 15.2).
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d")

READ_BY_ALL = 16 * 1024
"""Bytes of a request that a server has read when it answers, whatever it answers."""


def is_interim(data: bytes) -> bool:
    """Return whether what comes before a request was sent only announces the answer."""
    return _INTERIM.match(data) is not None


def has_surplus(response: httpx.Response) -> bool:
    """Return whether more was read than the answer, so that its connection is spoilt.

    Bytes that come later are not looked for: httpcore does so before it uses a
    connection again.

    Args:
        response: An answer that was read to its end. Without one of httpcore's
            connections for HTTP/1.1 below it, nothing is found.
    """
    state = getattr(connection_of(response), "_h11_state", None)
    if state is None:
        return False
    network_stream = response.extensions.get("network_stream")
    return bool(state.trailing_data[0]) or _is_ahead(network_stream)


def _is_ahead(network_stream: Any) -> bool:
    """Return whether anyio has read more than it has given."""
    stream = getattr(network_stream, "_stream", None)
    while stream is not None:
        bio = getattr(stream, "_read_bio", None)  # of TLS, with the bytes encrypted
        queue = getattr(getattr(stream, "_protocol", None), "read_queue", None)
        if queue or (bio is not None and bio.pending):
            return True
        stream = getattr(stream, "transport_stream", None)
    return False
