"""Connections that httpcore loses, and would count as busy for good.

httpcore 1.0 cleans up after an interrupted request behind `await`s. A task that is
cancelled a second time meanwhile, or in the turn of the event loop before or after a
connection is made, never finishes that: the connection stays in the pool, neither idle
nor closed, and nobody has it (https://github.com/encode/httpcore/issues/1093). A tunnel
through a proxy whose TLS handshake fails is left so in sync code too. When that has
happened as often as the pool has places, no request gets one any more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

Client = httpx.Client | httpx.AsyncClient


class ManyPools(ABC):
    """Part of a transport whose connections are in the pools of others."""

    @abstractmethod
    def transports(self) -> Sequence[object]:
        """Return those others."""
        ...


def taken_out(client: Client) -> list[Any]:
    """Free the places in a client's pools that are taken, and by nobody.

    Connections that other requests use, as those of HTTP/2 may be, stay as they are.

    Args:
        client: The client that made them.

    Returns:
        The connections that had those places, to be closed.
    """
    connections: list[Any] = []
    for pool in _pools(client):
        with pool._optional_thread_lock:  # noqa: SLF001
            lost = _lost_connections(pool)
            for connection in lost:
                # Not by closing them: one that was never connected has nothing to
                # close, so the pool would go on counting it.
                pool._connections.remove(connection)  # noqa: SLF001
            if lost:  # another request may wait for the place
                lost += pool._assign_requests_to_connections()  # noqa: SLF001
        connections += lost
    return connections


def is_pooled(client: Client, network_stream: Any) -> bool:
    """Return whether a stream is that of a connection in one of the client's pools."""
    return any(
        _network_stream(connection) is network_stream
        for pool in _pools(client)
        for connection in pool.connections
    )


def _lost_connections(pool: Any) -> list[Any]:
    used = {id(request.connection) for request in pool._requests}  # noqa: SLF001
    return [
        connection
        for connection in pool.connections
        if id(connection) not in used
        and not connection.is_idle()
        and not connection.is_closed()
    ]


def _pools(client: Client) -> Iterator[Any]:
    """Give the pools of httpcore in which a client has its connections."""
    # There is no public way from a client to its pools; without it nothing is found.
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        many = isinstance(transport, ManyPools)
        for each in transport.transports() if many else (transport,):
            pool = getattr(each, "_pool", None)
            if hasattr(pool, "_requests"):
                yield pool


def _network_stream(connection: Any) -> Any:
    """Return the stream of a connection, which wraps the one that speaks HTTP."""
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return getattr(connection, "_network_stream", None)
