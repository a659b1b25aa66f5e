"""Idle connections of aiohttp, on which nothing may come.

aiohttp 3.14 reads on while a connection is idle, and takes what comes for the answer to
the next request on it: the answer to another request, or a 408. "If a client receives
data on a connection that doesn't have outstanding requests, the client MUST NOT
consider that data to be a valid response" (RFC 9112, section 9.2).
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any


class SpoiltConnectionError(Exception):
    """An idle connection has received something; nothing was sent on it."""


class _Idle(asyncio.Protocol):
    """Stands in for a connection's own protocol between an answer and a request."""

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
        SpoiltConnectionError: It was idle, and not silent.
    """
    transport, own = connection.transport, connection.protocol
    if isinstance(transport.get_protocol(), _Idle):
        # What came in one packet with the end of the last answer is in there.
        if transport.is_closing() or own.should_close:
            raise SpoiltConnectionError
        transport.set_protocol(own)
    connection.add_callback(partial(_rest, transport, own))


def _rest(transport: asyncio.Transport, own: Any) -> None:
    transport.set_protocol(_Idle(transport, own))
