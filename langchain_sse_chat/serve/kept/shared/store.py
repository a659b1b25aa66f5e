"""Talk with Redis: one command, or many in one request."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.kept.shared.answer_copy import Command

SCHEMES = ("redis://", "rediss://", "unix://")
"""The beginnings of addresses of a Redis."""

_TIMEOUT = 5.0
"""Seconds for a connection, and for a reply."""
_BESIDE_READERS = 100
"""Connections besides those of clients that read on, for answers that are looked up at
the same time."""
_MISSING = (
    "Keeping answers in Redis needs an extra: pip install 'langchain-sse-chat[redis]'"
)
INVALID_KEEP = (
    "Invalid `keep`: pass 'memory://', None, the address of a Redis such as "
    "'redis://localhost:6379/0', or a client of `redis.asyncio` without "
    "`decode_responses` and `protocol`."
)
"""The error for another place. It does not repeat the place, which may have a
password."""


class _Pipeline(Protocol):
    def execute_command(self, *args: Any) -> Any: ...

    async def execute(self, *, raise_on_error: bool) -> list[Any]: ...


class _Client(Protocol):
    connection_pool: Any

    def execute_command(self, *args: Any) -> Awaitable[Any]: ...

    def pipeline(self, *, transaction: bool) -> _Pipeline: ...

    async def aclose(self) -> None: ...


class StoreError(Exception):
    """Redis could not be reached, or refused a command."""


class Store:
    """A Redis.

    Args:
        new_client: Returns a client of `redis.asyncio`.
        is_own: Whether nobody else uses the client, so that it can be closed. Each call
            returns another client then.
    """

    def __init__(self, new_client: Callable[[], _Client], *, is_own: bool) -> None:
        self._new_client = new_client
        self._client = new_client()
        self._is_own = is_own
        redis_error = importlib.import_module("redis.exceptions").RedisError
        self._users = 0
        self._errors: tuple[type[Exception], ...] = (redis_error, OSError)

    @classmethod
    def of(cls, keep: object, readers: int) -> Store:
        """Return the Redis for a setting. No connection is opened yet.

        Args:
            keep: An address or a client.
            readers: The most clients that read on at the same time.

        Raises:
            ConfigurationError: It is neither of them, or `redis` is not installed.
        """
        if isinstance(keep, str) and not keep.startswith(SCHEMES):
            raise ConfigurationError(INVALID_KEEP)
        try:
            redis = importlib.import_module("redis.asyncio")
        except ImportError:
            raise ConfigurationError(_MISSING) from None
        is_own = isinstance(keep, str)

        def new_client() -> Any:
            return _client_for(redis, keep, readers + _BESIDE_READERS)

        try:
            client = new_client()
            if is_own:
                # Options in the address are checked when a connection is made.
                client.connection_pool.make_connection()
        except (ValueError, TypeError):
            # The text of the error may have the password.
            raise ConfigurationError(INVALID_KEEP) from None
        if not (isinstance(client, redis.Redis) and _replies_are_plain(client)):
            raise ConfigurationError(INVALID_KEEP)
        return cls(new_client, is_own=is_own)

    @asynccontextmanager
    async def using(self) -> AsyncIterator[None]:
        """Keep connections open; the last user closes them.

        As many as there were readers at the same time would otherwise stay open.
        """
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                await self.close()

    async def one(self, *command: Any) -> Any:
        """Return the reply to a command.

        Raises:
            StoreError: Redis cannot be reached, or refuses the command.
        """
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await self._client.execute_command(*command)
        except self._errors as error:
            raise StoreError(_words(error)) from error

    async def all(self, commands: Sequence[Command]) -> list[Any]:
        """Return the replies to commands, some of which may be errors.

        Raises:
            StoreError: Redis cannot be reached.
        """
        pipeline = self._client.pipeline(transaction=False)
        try:
            for command in commands:
                pipeline.execute_command(*command)
            async with asyncio.timeout(_TIMEOUT):
                return await pipeline.execute(raise_on_error=False)
        except self._errors as error:
            raise StoreError(_words(error)) from error

    async def each(self, *commands: Command) -> list[Any]:
        """Return the replies to commands, none of which failed.

        Raises:
            StoreError: Redis cannot be reached, or refuses one of them.
        """
        replies = await self.all(commands)
        for reply in replies:
            if isinstance(reply, Exception):
                raise StoreError(_words(reply)) from reply
        return replies

    async def close(self) -> None:
        """Close all connections, unless they are those of somebody else."""
        if self._is_own:
            # Whoever comes now gets no connection that is being closed.
            client, self._client = self._client, self._new_client()
            await client.aclose()


def _client_for(redis: Any, keep: object, connections: int) -> Any:
    """Return the client itself, or a new one for an address."""
    if not isinstance(keep, str):
        return keep
    retry = importlib.import_module("redis.asyncio.retry").Retry
    no_wait = importlib.import_module("redis.backoff").NoBackoff()
    return redis.Redis.from_url(
        keep,
        max_connections=connections,
        # A second attempt is made with what is known then.
        retry=retry(no_wait, 0),
        # `Store` has its own: before Python 3.12, `asyncio.wait_for`, by which the
        # client has this one, may lose that a task is canceled
        # (https://github.com/python/cpython/issues/86296).
        socket_timeout=None,
        socket_connect_timeout=_TIMEOUT,
        protocol=2,
    )


def _replies_are_plain(client: _Client) -> bool:
    """Return whether replies are bytes in lists, as they are by default."""
    options = client.connection_pool.connection_kwargs
    return not options.get("decode_responses") and options.get("protocol") in (None, 2)


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
