"""Create, share and close HTTP clients.

An httpx client is a pool of connections. All models of a process with equal settings
share one client. Async clients are shared per event loop, because a connection belongs
to the loop that opened it, and are closed with that loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import ssl
import threading
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import httpx

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.aiohttp_transport import AsyncTransport
from langchain_sse_chat.transport.event_loop import running_loop
from langchain_sse_chat.transport.open_answers import stop_all
from langchain_sse_chat.transport.pools import routed_transport, socket_mount
from langchain_sse_chat.transport.proxies import (
    Proxies,
    proxies_of,
    proxy_variables,
)
from langchain_sse_chat.transport.shared_client import USER_AGENT, shared_kind
from langchain_sse_chat.transport.tls import Certificate, tls_context, tls_variables

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)

# A client outlives its models, because applications often create a model for each
# request: closing with the last model would open a new connection for each call. This
# many unused clients are kept, one for each set of settings.
_KEPT_WITHOUT_MODEL = 16


def _environment() -> tuple[str | None, ...]:
    return (*proxy_variables(), *tls_variables())


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """The settings of a client; models with equal settings share a client."""

    verify: bool | str | Path | ssl.SSLContext = True
    """Whether to verify certificates, the path of a file or folder with the authorities
    to trust, or a TLS context. `True` trusts certifi's authorities, or those in
    SSL_CERT_FILE or SSL_CERT_DIR."""
    proxy: str | None = field(default=None, repr=False)
    """URL of the proxy for all requests. `None` uses the proxies of the environment,
    which never apply to this machine."""
    cert: Certificate | None = field(default=None, repr=False)
    """The client certificate. It is loaded into the `ssl.SSLContext` in `verify`, if
    there is one."""
    uds: str | None = None
    """Path of the Unix socket in the URLs; `None` without one. With a socket, the
    proxies of the environment are not used."""
    max_connections: int | None = 1000
    """Limit on open connections, one for each stream; `None` for no limit."""
    max_keepalive_connections: int | None = 200
    """Number of connections up to which idle ones are kept. httpcore 1.0 counts busy
    connections too, and checks the state of each idle one before each request."""
    keepalive_expiry: float | None = 30.0
    """Seconds for which an idle connection is kept. Servers and load balancers close
    idle connections after 5 to 75 seconds."""
    async_transport: AsyncTransport = "auto"
    """The library that sends async requests: `auto` for aiohttp when it is installed,
    or one of both by name. Proxies and Unix sockets always use httpx."""
    environment: tuple[str | None, ...] = field(
        default_factory=_environment, repr=False
    )
    """The variables for proxies and certificates. Part of the key, so that a model made
    after they change gets another client."""


class HTTPClients:
    """The clients of one model: the user's own, or shared ones."""

    def __init__(
        self,
        settings: ClientSettings | None = None,
        *,
        http_client: object = None,
        http_async_client: object = None,
    ) -> None:
        """Store the settings; clients are created on first use.

        Args:
            settings: The settings of shared clients.
            http_client: The user's `httpx.Client`, never closed here.
            http_async_client: The user's `httpx.AsyncClient`, never closed here.

        Raises:
            ConfigurationError: A client has the wrong type.
        """
        self._settings = ClientSettings() if settings is None else settings
        self._sync = _own(http_client, httpx.Client, "http_client")
        self._async = _own(http_async_client, httpx.AsyncClient, "http_async_client")

    def check_picklable(self) -> None:
        """Check that the model can be recreated in another process.

        Raises:
            ConfigurationError: It has a client or TLS context of the user's. Without
                it, requests would bypass a proxy or lack a client certificate.
        """
        own = {"http_client": self._sync, "http_async_client": self._async}
        names = [name for name, client in own.items() if client is not None]
        if isinstance(self._settings.verify, ssl.SSLContext):
            names.append("ssl.SSLContext")
        if names:
            msg = (
                f"A model with its own {' and '.join(f'`{name}`' for name in names)} "
                "cannot be pickled, because connections and TLS contexts belong to one "
                "process. Make the model in the process that uses it, or use "
                "`proxy`, `default_headers` and file paths for `verify` and `cert`."
            )
            raise ConfigurationError(msg)

    def sync_client(self) -> httpx.Client:
        """Return the client for blocking requests, for use in any thread.

        Raises:
            ConfigurationError: The settings are not valid for a client.
        """
        if self._sync is not None:
            return self._sync
        with shared.lock:
            return shared.sync.claim(self, self._settings, _make_sync).client

    def async_client(self) -> httpx.AsyncClient:
        """Return the client for requests in the running event loop.

        Raises:
            ConfigurationError: The settings are not valid for a client, or no asyncio
                event loop is running.
        """
        if self._async is not None:
            return self._async
        loop = running_loop()
        with shared.lock:
            pools = shared.of(loop)
            return pools.claim(self, self._settings, _make_async).client

    def close(self) -> None:
        """Close the shared blocking client, unless another model uses it.

        Open answers in other threads end with a `ModelClosedError`. The model can be
        used again and then gets a new client.
        """
        with shared.lock:
            pool = shared.sync.release(self, self._settings)
        if pool is not None:
            stop_all(pool.client)
            pool.client.close()

    async def aclose(self) -> None:
        """Close the shared async client of this event loop and the blocking one.

        A client that another model uses stays open. Open answers in other tasks and
        threads end with a `ModelClosedError`. The model can be used again and then gets
        new clients.
        """
        self.close()
        loop = running_loop()
        with shared.lock:
            pool = shared.of(loop).release(self, self._settings)
        if pool is not None and pool.keeper is not None:
            stop_all(pool.client)
            await pool.keeper.aclose()


def _own(client: object, wanted: type[ClientT], name: str) -> ClientT | None:
    if client is None or isinstance(client, wanted):
        return client
    given = type(client)
    msg = (
        f"`{name}` takes an `httpx.{wanted.__name__}`, not a "
        f"`{given.__module__}.{given.__qualname__}`. Clients of other libraries "
        "raise other exceptions and cannot be used; `http_client` is for "
        "blocking calls and `http_async_client` for async ones."
    )
    raise ConfigurationError(msg)


@dataclass(slots=True, eq=False)
class _Pool(Generic[ClientT]):
    """A shared client and the models that use it."""

    client: ClientT
    users: WeakSet[HTTPClients] = field(default_factory=WeakSet)
    keeper: AsyncGenerator[None] | None = None


class _Pools(Generic[ClientT]):
    """The blocking clients, or the async ones of one event loop, by their settings."""

    def __init__(self) -> None:
        self.by_settings: dict[ClientSettings, _Pool[ClientT]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def claim(
        self,
        user: HTTPClients,
        settings: ClientSettings,
        make: Callable[[ClientSettings], _Pool[ClientT]],
    ) -> _Pool[ClientT]:
        pool = self.by_settings.get(settings)
        if pool is None or pool.client.is_closed:
            self._forget_unused()
            pool = self.by_settings[settings] = make(settings)
        pool.users.add(user)
        return pool

    def release(
        self, user: HTTPClients, settings: ClientSettings
    ) -> _Pool[ClientT] | None:
        """Return the pool to close, or `None` if another model uses it."""
        pool = self.by_settings.get(settings)
        if pool is None or user not in pool.users:
            return None
        pool.users.discard(user)
        return None if pool.users else self.by_settings.pop(settings)

    def some_are_open(self) -> bool:
        """Return whether any client is open."""
        return any(not pool.client.is_closed for pool in self.by_settings.values())

    def _forget_unused(self) -> None:
        unused = [key for key, pool in self.by_settings.items() if not pool.users]
        for settings in unused[: max(0, len(unused) - _KEPT_WITHOUT_MODEL + 1)]:
            self._discard(self.by_settings.pop(settings))

    def _discard(self, pool: _Pool[ClientT]) -> None:
        if isinstance(pool.client, httpx.Client):
            pool.client.close()
        elif pool.keeper is not None:
            # Not left to the garbage collector, where asyncio would warn about each
            # connection. A loop that ends before this task starts shuts the keeper down
            # itself.
            task = asyncio.get_running_loop().create_task(_end(pool.keeper))
            self._closing.add(task)  # a loop holds only weak references to tasks
            task.add_done_callback(self._closing.discard)


class _Shared:
    """All shared clients of the process."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.lock = threading.Lock()
        self.sync = _Pools[httpx.Client]()
        self.by_loop: WeakKeyDictionary[
            asyncio.AbstractEventLoop, _Pools[httpx.AsyncClient]
        ] = WeakKeyDictionary()

    def of(self, loop: asyncio.AbstractEventLoop) -> _Pools[httpx.AsyncClient]:
        pools = self.by_loop.get(loop)
        if pools is None:
            self._forget_closed_loops()
            pools = self.by_loop[loop] = _Pools()
        return pools

    def _forget_closed_loops(self) -> None:
        closed = [loop for loop in self.by_loop if loop.is_closed()]
        if not closed:
            return
        # Only a loop that was closed without `shutdown_asyncgens` leaves a client open.
        # Nothing can be awaited on it any more: the garbage collector closes the
        # connections, and asyncio warns about each. Collecting here silences the
        # warnings but takes up to 0.1 s, so it is done only where they would be shown.
        with _no_resource_warnings() as were_shown:
            some_are_open = False
            while closed:
                pools = self.by_loop.pop(closed.pop())
                some_are_open |= pools.some_are_open()
            del pools
            if were_shown and some_are_open:
                gc.collect()


shared = _Shared()
"""The clients of this process that no caller passed."""


@contextlib.contextmanager
def _no_resource_warnings() -> Iterator[bool]:
    """Ignore resource warnings in the block; yield whether they were shown before."""
    actions = (f[0] for f in warnings.filters if issubclass(ResourceWarning, f[2]))
    were_shown = next(actions, "default") != "ignore"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield were_shown


# A forked child opens its own clients and keeps its parent's alive but untouched: a
# connection used by both processes would mix up their answers. They are not closed
# either. Closing an async client would reach into the parent's event loop, and a thread
# that does not exist in the child may hold the lock of a blocking one. They are not
# dropped, because an open socket that is collected causes a ResourceWarning.
of_the_parent: list[object] = []


def forget_parent() -> None:
    """Start without clients, as in a child after a fork."""
    of_the_parent.append((shared.sync, shared.by_loop))
    shared.reset()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=forget_parent)


def _make_sync(settings: ClientSettings) -> _Pool[httpx.Client]:
    return _Pool(_made(httpx.Client, settings))


def _make_async(settings: ClientSettings) -> _Pool[httpx.AsyncClient]:
    pool = _Pool(_made(httpx.AsyncClient, settings))
    pool.keeper = _close_with_loop(pool)
    # Runs up to the `yield` without the event loop.
    with contextlib.suppress(StopIteration):
        pool.keeper.asend(None).send(None)
    return pool


async def _close_with_loop(pool: _Pool[httpx.AsyncClient]) -> AsyncGenerator[None]:
    """Close a client when the event loop shuts down its async generators.

    `asyncio.run` shuts them down after all tasks, while the loop still runs: the only
    moment to close connections that no user closes.
    """
    try:
        yield
    finally:
        pool.keeper = None  # it refers to the loop
        await pool.client.aclose()


async def _end(keeper: AsyncGenerator[None]) -> None:
    await keeper.aclose()


def _made(kind: type[ClientT], settings: ClientSettings) -> ClientT:
    trust = tls_context(settings.verify, settings.cert)
    limits = httpx.Limits(
        max_connections=settings.max_connections,
        max_keepalive_connections=settings.max_keepalive_connections,
        keepalive_expiry=settings.keepalive_expiry,
    )
    # Proxies of the environment do not apply to a Unix socket.
    proxies = Proxies({}) if settings.uds else proxies_of(settings.proxy)
    transport = routed_transport(
        kind,
        proxies=proxies,
        async_transport=settings.async_transport,
        limits=limits,
        trust=trust,
    )
    return shared_kind(kind)(
        verify=trust.context,
        transport=transport,
        mounts=socket_mount(kind, settings.uds, limits, trust.context),
        trust_env=False,  # the transport does
        limits=limits,
        timeout=None,  # each request brings its own
        headers={"User-Agent": USER_AGENT},
    )
