"""Connections that httpcore loses, and would count as busy for good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from langchain_sse_chat.transport.shards import AsyncShardedTransport


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
    for pool in _pools(client):
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
    for pool in _pools(client):
        for connection in _lost(pool):
            await connection.aclose()


def _lost(pool: Any) -> list[Any]:
    requests = getattr(pool, "_requests", None)
    if requests is None:  # it cannot be told who uses what
        return []
    used = {id(request.connection) for request in requests}
    return [
        connection
        for connection in pool.connections
        if id(connection) not in used
        and not connection.is_idle()
        and not connection.is_closed()
    ]


def _pools(client: httpx.AsyncClient) -> Iterator[Any]:
    # There is no public way from a client to its pools; without it nothing is found.
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        for one in _shards(transport):
            yield getattr(one, "_pool", None)


def _shards(transport: Any) -> Sequence[Any]:
    if isinstance(transport, AsyncShardedTransport):
        return transport.transports()
    return (transport,)


def _network_stream(connection: Any) -> Any:
    """Return the stream of a connection, which wraps the one that speaks HTTP."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return getattr(connection, "_network_stream", None)
