"""Connections that httpcore loses, and would count as busy for good."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import httpx


class ManyPools(httpx.AsyncBaseTransport):
    """A transport whose connections are in the pools of others."""

    @abstractmethod
    def transports(self) -> Sequence[httpx.AsyncBaseTransport]:
        """Return those others."""


async def close_connection(client: httpx.AsyncClient, network_stream: Any) -> None:
    """Close a connection, so that its place in the client's pool is free again.

    A task that is cancelled in the turn of the event loop after a connection was made,
    or twice while a connection is closed, leaves it in the pool of httpcore 1.0, in a
    state that it never leaves (https://github.com/encode/httpcore/issues/1093). To
    close only its socket would not give the place back.

    Args:
        client: The client that made it.
        network_stream: The stream of httpcore. One that is in no pool is closed alone.
    """
    for transport in _transports(client):
        pool = getattr(transport, "_pool", None)
        for connection in getattr(pool, "connections", ()):
            if _network_stream(connection) is network_stream:
                await connection.aclose()
                return
    await network_stream.aclose()


async def close_lost(client: httpx.AsyncClient) -> None:
    """Close the connections that are in use, and by nobody.

    A task that is cancelled twice while it waits for the head of an answer leaves one
    too, and which one it was is known to nobody when it had been used before.

    Args:
        client: The client that made them.
    """
    for transport in _transports(client):
        for connection in lost_connections(transport):
            await connection.aclose()


def lost_connections(transport: Any) -> list[Any]:
    """Return the connections of a transport that are in use, and by nobody."""
    pool = getattr(transport, "_pool", None)
    requests = getattr(pool, "_requests", None)
    if pool is None or requests is None:  # it cannot be told who uses what
        return []
    used = {id(request.connection) for request in requests}
    return [
        connection
        for connection in pool.connections
        if id(connection) not in used
        and not connection.is_idle()
        and not connection.is_closed()
    ]


def _transports(client: httpx.AsyncClient) -> Iterator[Any]:
    """Give those with a pool each, of which one may have many."""
    # There is no public way from a client to its pools; without it nothing is found.
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        if isinstance(transport, ManyPools):
            yield from transport.transports()
        else:
            yield transport


def _network_stream(connection: Any) -> Any:
    """Return the stream of a connection, which wraps the one that speaks HTTP."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return getattr(connection, "_network_stream", None)
