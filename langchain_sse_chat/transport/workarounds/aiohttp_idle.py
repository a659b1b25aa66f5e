"""Bytes that arrive on an idle connection of aiohttp.

Should happen: a connection that receives something while no request is under way is
closed. "If a client receives data on a connection that doesn't have outstanding
requests, the client MUST NOT consider that data to be a valid response" (RFC 9112,
section 9.2).

Happens instead: aiohttp parses the bytes and keeps them. They answer the next request
on that connection: somebody else's answer, or the 408 of a server that hangs up.

Upstream: https://github.com/aio-libs/aiohttp/issues/13656 (closed).

Verified: 2026-11-28, aiohttp 3.14.5.

Without this file: over aiohttp, a call can get the answer to another request.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any


class SpoiltConnectionError(Exception):
    """An idle connection has received something; the request was not sent on it."""


class _Idle(asyncio.Protocol):
    """Replaces a connection's own protocol between an answer and the next request."""

    def __init__(self, transport: asyncio.Transport, own: Any) -> None:
        self._transport = transport
        self._own = own

    def data_received(self, _data: bytes) -> None:
        self._transport.abort()

    def eof_received(self) -> bool | None:
        return self._own.eof_received()  # type: ignore[no-any-return]

    def connection_lost(self, exc: Exception | None) -> None:
        self._own.connection_lost(exc)


def take(connection: Any) -> None:
    """Take a connection for a request, and watch it again when that is answered.

    Args:
        connection: The connection of aiohttp.

    Raises:
        SpoiltConnectionError: It has received something while it was idle.
    """
    transport: Any = getattr(connection, "transport", None)
    own: Any = getattr(connection, "protocol", None)
    # None of this is documented. A connection that is different is not watched.
    if not (
        hasattr(own, "should_close")
        and hasattr(transport, "set_protocol")
        and hasattr(connection, "add_callback")
    ):
        return
    if isinstance(transport.get_protocol(), _Idle):
        # What came in one packet with the end of the last answer is in there.
        if transport.is_closing() or own.should_close:
            raise SpoiltConnectionError
        transport.set_protocol(own)
    connection.add_callback(partial(_rest, transport, own))


def _rest(transport: asyncio.Transport, own: Any) -> None:
    transport.set_protocol(_Idle(transport, own))
