"""Connections that httpcore loses, and would count as busy for good.

httpcore 1.0 cleans up after an interrupted request behind `await`s. A task that is
cancelled a second time meanwhile, or in the turn of the event loop before or after a
connection is made, never finishes that: the connection stays in the pool, neither idle
nor closed, and nobody has it (https://github.com/encode/httpcore/issues/1093). When
that has happened as often as the pool has places, no request gets one any more.
"""

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


async def give_back(
    client: httpx.AsyncClient, response: httpx.Response | None, connected: Any
) -> None:
    """Close what a request leaves behind, and free its place in the client's pool.

    A connection that other requests use, as one of HTTP/2 may be, stays as it is.

    Args:
        client: The client that sent it.
        response: Its answer, closed before its end, however far that got.
        connected: The stream of httpcore that was opened for it, if there is one.
    """
    for pool in _pools(client):
        _forget(pool, response)
        lost = _lost_connections(pool)
        for connection in lost:
            # Taken out here: one that was never connected has nothing to close, so the
            # pool would go on counting it.
            pool._connections.remove(connection)  # noqa: SLF001
        for connection in lost:
            await connection.aclose()
        if lost:  # another request may wait for the place
            closing = pool._assign_requests_to_connections()  # noqa: SLF001
            await pool._close_connections(closing)  # noqa: SLF001
    if response is not None:
        stream = response.extensions.get("network_stream")
        if stream is not None and response.http_version != "HTTP/2":
            await stream.aclose()
    elif connected is not None and not _is_pooled(client, connected):
        await connected.aclose()


def _forget(pool: Any, response: httpx.Response | None) -> None:
    """Take the request of an answer, which is closed, off the pool's list."""
    layer: Any = None if response is None else response.stream
    for name in ("_stream", "_httpcore_stream", "_pool_request"):
        layer = getattr(layer, name, None)
    if layer in pool._requests:  # noqa: SLF001
        pool._requests.remove(layer)  # noqa: SLF001


def _lost_connections(pool: Any) -> list[Any]:
    """Return the connections of a pool that are in use, and by nobody."""
    used = {id(request.connection) for request in pool._requests}  # noqa: SLF001
    return [
        connection
        for connection in pool.connections
        if id(connection) not in used
        and not connection.is_idle()
        and not connection.is_closed()
    ]


def _is_pooled(client: httpx.AsyncClient, network_stream: Any) -> bool:
    """Return whether a stream is the one of a connection in one of the pools."""
    return any(
        _network_stream(connection) is network_stream
        for pool in _pools(client)
        for connection in pool.connections
    )


def _pools(client: httpx.AsyncClient) -> Iterator[Any]:
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
