"""httpx's transports over pools of httpcore that a test makes, without a socket.

httpx has no public way to give a transport a pool, so this is the one place that does.
"""

from __future__ import annotations

import httpcore
import httpx


class PooledTransport(httpx.HTTPTransport):
    """Sends blocking requests over a given pool."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        super().__init__()
        self._pool = pool
        self.pool = pool


class AsyncPooledTransport(httpx.AsyncHTTPTransport):
    """Sends async requests over a given pool."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        super().__init__()
        self._pool = pool
        self.pool = pool
