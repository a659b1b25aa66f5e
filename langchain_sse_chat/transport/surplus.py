"""Bytes after the end of an answer, which belong to no request.

httpcore 1.0 keeps what was read with the end of an answer, and takes it for the
beginning of the next one on that connection: for the answer of another request, or for
no HTTP. "A client MUST NOT process, cache, or forward such extra data as a separate
response" (RFC 9112, section 6.3).
"""

from __future__ import annotations

from typing import Any

import httpx

# From an answer of httpx down to the connection of httpcore, layer by layer.
_INNER = ("_stream", "_httpcore_stream", "_connection")


def has_surplus(response: httpx.Response) -> bool:
    """Return whether more was read than the answer, so that its connection is spoilt.

    Bytes that come later are not looked for: httpcore does so before it uses a
    connection again.

    Args:
        response: An answer that was read to its end. Without one of httpcore's
            connections for HTTP/1.1 below it, nothing is found.
    """
    # There is no public way from an answer to its connection.
    layer: Any = response.stream
    while layer is not None:
        state = getattr(layer, "_h11_state", None)
        if state is not None:
            return bool(state.trailing_data[0])
        names = (name for name in _INNER if hasattr(layer, name))
        layer = getattr(layer, next(names, ""), None)
    return False
