"""Who owns the HTTP clients: made when needed, shared, closed when nobody uses them.

A client of httpx is a pool of connections. Models with equal settings share one in a
process; async ones also live with the event loop that their connections belong to.
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
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

import httpx

from langchain_sse_chat._version import __version__
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
from langchain_sse_chat.transport.tls import Certificate, tls_context, tls_variables

ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)

# A pool without a living model is kept, because models are often made for one request
# each. So many different settings are kept at most.
_KEPT_WITHOUT_MODEL = 16


def _environment() -> tuple[str | None, ...]:
    return (*proxy_variables(), *tls_variables())


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What a client is made with; equal settings share a client."""

    verify: bool | str | Path | ssl.SSLContext = True
    """Whether certificates are verified, or the path of a file or folder with the
    authorities to trust, or a context that knows them. `True` trusts certifi's, or
    those in SSL_CERT_FILE or SSL_CERT_DIR."""
    proxy: str | None = field(default=None, repr=False)
    """URL of the proxy for all requests; `None` for those that the environment names,
    which are for other machines only."""
    cert: Certificate | None = field(default=None, repr=False)
    """The client's own certificate. With an `ssl.SSLContext` as `verify` it is loaded
    into that."""
    uds: str | None = None
    """Path of the Unix socket that the URLs name; `None` when they name none. The
    environment's proxies are then not used."""
    max_connections: int | None = 1000
    """Connections at a time, each for one stream; `None` for no limit."""
    max_keepalive_connections: int | None = 200
    """Connections up to which an idle one is kept. httpcore 1.0 counts the busy ones as
    well, and asks each idle one for its state before each request."""
    keepalive_expiry: float | None = 30.0
    """Seconds for which an idle connection is kept; servers and load balancers close
    theirs after 5 to 75."""
    async_transport: AsyncTransport = "auto"
    """What the async client sends by: aiohttp when it is installed, or one by name.
    Through proxies and to Unix sockets it is always httpx."""
    environment: tuple[str | None, ...] = field(
        default_factory=_environment, repr=False
    )
    """What the environment says of proxies and certificates, so that a model made after
    a change of it gets another client."""


class HTTPClients:
    """The clients of one model: the caller's own, or shared ones by its settings."""

    def __init__(
        self,
        settings: ClientSettings | None = None,
        *,
        http_client: object = None,
        http_async_client: object = None,
    ) -> None:
        """Keep what the clients are made of; nothing is made or opened yet.

        Args:
            settings: For the clients that are made here.
            http_client: The caller's `httpx.Client`, which is never closed here.
            http_async_client: The caller's `httpx.AsyncClient`, likewise.

        Raises:
            ConfigurationError: One of the clients is of another type.
        """
        self._settings = ClientSettings() if settings is None else settings
        self._sync = _own(http_client, httpx.Client, "http_client")
        self._async = _own(http_async_client, httpx.AsyncClient, "http_async_client")

    def check_picklable(self) -> None:
        """Do nothing, unless the model could not be the same in another process.

        Raises:
            ConfigurationError: It has a client or a TLS context of the caller's. To
                leave that out would send requests past a proxy or unsigned.
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
        """Return the client for blocking requests, from any thread.

        Raises:
            ConfigurationError: The settings do not make a client.
        """
        if self._sync is not None:
            return self._sync
        with _shared.lock:
            return _shared.sync.claim(self, self._settings, _make_sync).client

    def async_client(self) -> httpx.AsyncClient:
        """Return the client for requests in the running event loop.

        Raises:
            ConfigurationError: The settings do not make a client, or asyncio does not
                run here.
        """
        if self._async is not None:
            return self._async
        loop = running_loop()
        with _shared.lock:
            pools = _shared.of(loop)
            return pools.claim(self, self._settings, _make_async).client

    def close(self) -> None:
        """Close the shared blocking client, unless another model uses it.

        Answers that are open in other threads end with a `ModelClosedError`. The model
        can be used again; a new client is then made.
        """
        with _shared.lock:
            pool = _shared.sync.release(self, self._settings)
        if pool is not None:
            stop_all(pool.client)
            pool.client.close()

    async def aclose(self) -> None:
        """Close the shared clients of this event loop and the blocking one.

        Those that another model uses stay open. Answers that are open in other tasks
        and threads end with a `ModelClosedError`. The model can be used again; new
        clients are then made.
        """
        self.close()
        loop = running_loop()
        with _shared.lock:
            pool = _shared.of(loop).release(self, self._settings)
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
    """The shared clients of one kind in one place, by their settings."""

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
        """Return the pool to close, `None` when another model uses it."""
        pool = self.by_settings.get(settings)
        if pool is None or user not in pool.users:
            return None
        pool.users.discard(user)
        return None if pool.users else self.by_settings.pop(settings)

    def some_are_open(self) -> bool:
        """Return whether there is a client that was not closed."""
        return any(not pool.client.is_closed for pool in self.by_settings.values())

    def _forget_unused(self) -> None:
        unused = [key for key, pool in self.by_settings.items() if not pool.users]
        for settings in unused[: max(0, len(unused) - _KEPT_WITHOUT_MODEL + 1)]:
            self._discard(self.by_settings.pop(settings))

    def _discard(self, pool: _Pool[ClientT]) -> None:
        if isinstance(pool.client, httpx.Client):
            pool.client.close()
        elif pool.keeper is not None:
            # Not left to the collector: asyncio would warn of each connection. A loop
            # that ends before the task begins shuts the keeper down itself.
            task = asyncio.get_running_loop().create_task(_end(pool.keeper))
            self._closing.add(task)  # a loop does not keep its tasks
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
        # Nothing can be awaited for it any more: its connections close as they are
        # collected, and asyncio warns of each. A collection costs up to 0.1 s, so it is
        # brought forward only for such, and where somebody would see those warnings.
        with _no_resource_warnings() as were_shown:
            some_are_open = False
            while closed:
                pools = self.by_loop.pop(closed.pop())
                some_are_open |= pools.some_are_open()
            del pools
            if were_shown and some_are_open:
                gc.collect()


_shared = _Shared()


@contextlib.contextmanager
def _no_resource_warnings() -> Iterator[bool]:
    """Ignore them in the block, which learns whether they were shown before."""
    actions = (f[0] for f in warnings.filters if issubclass(ResourceWarning, f[2]))
    were_shown = next(actions, "default") != "ignore"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield were_shown


# A forked child keeps its parent's clients untouched. To drop the async ones would
# reach into the parent's event loops; the sync ones may be locked by a thread that the
# child does not have, and a socket that is collected open is a ResourceWarning.
_of_the_parent: list[object] = []


def _forget_parent() -> None:
    _of_the_parent.append((_shared.sync, _shared.by_loop))
    _shared.reset()


if hasattr(os, "register_at_fork"):  # pragma: no branch - not on Windows
    os.register_at_fork(after_in_child=_forget_parent)


def _make_sync(settings: ClientSettings) -> _Pool[httpx.Client]:
    return _Pool(_made(httpx.Client, settings))


def _make_async(settings: ClientSettings) -> _Pool[httpx.AsyncClient]:
    pool = _Pool(_made(httpx.AsyncClient, settings))
    pool.keeper = _close_with_loop(pool)
    # Runs to the `yield` at once, without the loop.
    with contextlib.suppress(StopIteration):
        pool.keeper.asend(None).send(None)
    return pool


async def _close_with_loop(pool: _Pool[httpx.AsyncClient]) -> AsyncGenerator[None]:
    """Close a client when the event loop shuts down its async generators.

    `asyncio.run` does that last, after all tasks and while the loop still runs: the
    only moment at which connections can be closed that nobody closed before.
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
    # A model at a Unix socket has no use for the proxies of the environment.
    proxies = Proxies({}) if settings.uds else proxies_of(settings.proxy)
    transport = routed_transport(
        kind,
        proxies=proxies,
        async_transport=settings.async_transport,
        limits=limits,
        trust=trust,
    )
    # A shared client must not carry one model's cookies into another's requests.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return kind(
        verify=trust.context,
        transport=transport,
        mounts=socket_mount(kind, settings.uds, limits, trust.context),
        trust_env=False,  # the transport does
        limits=limits,
        timeout=None,  # each request brings its own
        headers={"User-Agent": f"langchain-sse-chat/{__version__}"},
        cookies=no_cookies,
    )
