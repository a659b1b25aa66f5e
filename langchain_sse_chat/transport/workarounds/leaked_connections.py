"""Connections that httpcore loses and counts as busy forever.

Should happen: a request that fails or is cancelled gives its place in the pool back.

Happens instead: httpcore cleans up behind `await`s. A task that is cancelled a second
time during that, or in the turn of the event loop before or after a connection is made,
never finishes it. The connection stays in the pool, neither idle nor closed, and no
request has it. A tunnel through a proxy whose TLS handshake fails stays in the same
way, in sync code too.

Upstream: https://github.com/encode/httpcore/issues/1093,
https://github.com/encode/httpx/issues/3782. For tunnels, no upstream issue is known.

Verified: 2026-11-28, httpcore 1.0.9.

Without this file: when that has happened as often as the pool has places, every call
waits for a connection and times out, until the process restarts. Web servers, which
cancel the calls of users who leave, get there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

Client = httpx.Client | httpx.AsyncClient

_PRIVATE = (
    "_requests",
    "_connections",
    "_optional_thread_lock",
    "_assign_requests_to_connections",
)
"""Attributes of a pool that are used; a pool without them is left alone."""


class ManyPools(ABC):
    """A transport whose connections are in the pools of other transports."""

    @abstractmethod
    def transports(self) -> Sequence[object]:
        """Return those other transports."""
        ...


def taken_out(client: Client) -> list[Any]:
    """Remove the connections that no request has from a client's pools.

    Connections that other requests use stay, as those of HTTP/2 can be.

    Args:
        client: The client that made them.

    Returns:
        The connections that were removed, for the caller to close.
    """
    connections: list[Any] = []
    for pool in _pools(client):
        with pool._optional_thread_lock:  # noqa: SLF001
            lost = _lost_connections(pool)
            for connection in lost:
                # Closing it would not do: one that was never connected has nothing to
                # close, and the pool would keep counting it.
                pool._connections.remove(connection)  # noqa: SLF001
            if lost:  # another request may wait for the place
                lost += pool._assign_requests_to_connections()  # noqa: SLF001
        connections += lost
    return connections


def is_pooled(client: Client, network_stream: Any) -> bool:
    """Return whether a stream is that of a connection in one of the client's pools.

    `True` also where that is not known.
    """
    return not any(_pools(client)) or any(
        _may_have(connection, network_stream) for connection in connections_of(client)
    )


def connections_of(client: Client) -> Iterator[Any]:
    """Yield the connections in a client's pools, as the layers that speak HTTP."""
    for pool in _pools(client):
        for connection in pool.connections:
            yield _innermost(connection)


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
    """Yield the pools of httpcore in which a client has its connections."""
    # There is no public way from a client to its pools.
    mounts = getattr(client, "_mounts", {})
    for transport in (getattr(client, "_transport", None), *mounts.values()):
        many = isinstance(transport, ManyPools)
        for each in transport.transports() if many else (transport,):
            pool = getattr(each, "_pool", None)
            if all(hasattr(pool, name) for name in _PRIVATE):
                yield pool


def _innermost(connection: Any) -> Any:
    # A connection wraps the one that speaks HTTP, which has the stream.
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    return connection


def _may_have(connection: Any, network_stream: Any) -> bool:
    if not (
        hasattr(connection, "_connection") or hasattr(connection, "_network_stream")
    ):
        return True
    return getattr(connection, "_network_stream", None) is network_stream
