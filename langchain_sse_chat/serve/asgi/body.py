"""Read the body of a request, within limits."""

from __future__ import annotations

import asyncio

from langchain_sse_chat.serve.asgi.delivery import Receive
from langchain_sse_chat.serve.failure.failure import (
    Failure,
    RequestRefused,
    body_too_large,
)


class ClientLeft(Exception):  # noqa: N818  the name says what happened
    """The client left before its request was complete."""


async def read_body(
    receive: Receive, content_length: str | None, *, limit: int, seconds: float
) -> bytes:
    """Return the body.

    Args:
        receive: ASGI's source of events.
        content_length: The header with the size.
        limit: The largest size, in bytes. No more is read than what shows that the body
            is larger.
        seconds: The longest time for the whole body.

    Raises:
        RequestRefused: 413 for a body that is too large, 408 for one that comes too
            slowly.
        ClientLeft: The client left before the end.
    """
    if content_length and content_length.isdecimal() and int(content_length) > limit:
        raise RequestRefused(body_too_large(limit))
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit)
    except TimeoutError:
        msg = f"The request was not complete within {seconds:g} seconds."
        kind, code = "invalid_request_error", "request_timeout"
        raise RequestRefused(Failure(408, msg, kind, code, retry=True)) from None


async def _read(receive: Receive, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise RequestRefused(body_too_large(limit))
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)
