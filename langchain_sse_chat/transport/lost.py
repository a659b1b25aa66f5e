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
    for connection in _connections(client):
        if _network_stream(connection) is network_stream:
            await connection.aclose()
            return
    await network_stream.aclose()


def _connections(client: httpx.AsyncClient) -> Iterator[Any]:
    # There is no public way from a client to its pools; without it nothing is found.
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        for one in _shards(transport):
            yield from getattr(getattr(one, "_pool", None), "connections", ())


def _shards(transport: Any) -> Sequence[Any]:
    if isinstance(transport, AsyncShardedTransport):
        return transport.transports()
    return (transport,)


def _network_stream(connection: Any) -> Any:
    """Return the stream of a connection, which wraps the one that speaks HTTP."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return getattr(connection, "_network_stream", None)
