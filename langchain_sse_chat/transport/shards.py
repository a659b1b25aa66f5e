"""Many small pools of httpcore in the place of a large one, under a client of httpx.

For each request that begins, and each answer that is closed, httpcore 1.0 walks all
connections and requests of its pool (`_assign_requests_to_connections`). With hundreds
of open streams this takes milliseconds each time, in which an event loop stands still.
Here, no pool has more than a few dozen to walk.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import httpx

from langchain_sse_chat.transport.lost import ManyPools, lost_connections

LARGEST = 32
"""Connections of a shard at most, each for one open answer."""

_ALL_IN_USE = "all connections are in use"

TransportT = TypeVar("TransportT")


class Shards(Generic[TransportT]):
    """Decides which shard a request goes to, and which shards are of no use any more.

    A request goes to the first shard with a free place: few streams at a time have one
    pool, and find their idle connections there. All shards together have the limits of
    one pool; idle connections are kept by the first ones. In a shard that is full, idle
    connections to other hosts make room for new ones, as in any pool.

    Requests begin one after the other, which is the caller's to see to. They may end at
    any time, also while another one begins.
    """

    def __init__(
        self, limits: httpx.Limits, make: Callable[[httpx.Limits], TransportT]
    ) -> None:
        """Keep what the shards are made with; none is made yet.

        Args:
            limits: Of all shards together.
            make: Makes the transport of a shard with limits of its own.
        """
        self._limits = limits
        self._make = make
        self._shards: list[_Shard[TransportT] | None] = []

    def begin(self, now: float) -> tuple[Place[TransportT], list[TransportT]]:
        """Return a place for a request, and the transports that are to be closed.

        Args:
            now: The time in seconds. Shards of which nothing was used for as long as an
                idle connection is kept are taken off: their pools would not look again
                whether that time is over, before they have a request.

        Returns:
            The place. There is none when `max_connections` of them are taken, so that
            is not to be asked then.
        """
        place = Place(self._first_with_room())
        return place, self._taken_off(now)

    def transports(self) -> list[TransportT]:
        """Return those that were made and not taken off."""
        return [shard.transport for shard in self._shards if shard is not None]

    def _first_with_room(self) -> _Shard[TransportT]:
        for number, shard in enumerate(self._shards):
            if shard is None:
                made = self._shards[number] = self._made(number)
                return made
            if len(shard.taken) < shard.size:
                return shard
        made = self._made(len(self._shards))
        self._shards.append(made)
        return made

    def _made(self, number: int) -> _Shard[TransportT]:
        limits = self._limits
        size = _share(limits.max_connections, number)
        kept = _share(limits.max_keepalive_connections, number)
        own = httpx.Limits(
            max_connections=size,
            max_keepalive_connections=kept,
            keepalive_expiry=limits.keepalive_expiry,
        )
        return _Shard(self._make(own), size)

    def _taken_off(self, now: float) -> list[TransportT]:
        expiry = self._limits.keepalive_expiry
        if expiry is None:
            return []
        transports = []
        for number, shard in enumerate(self._shards):
            if shard is None or shard.taken or now - shard.left_at <= expiry:
                continue
            self._shards[number] = None
            transports.append(shard.transport)
        return transports


def _share(total: int | None, number: int) -> int:
    """Return how much of a limit the shard of a number has."""
    if total is None:
        return LARGEST
    return max(0, min(LARGEST, total - LARGEST * number))


class _Shard(Generic[TransportT]):
    """A transport, and the places of it that are taken."""

    __slots__ = ("left_at", "size", "taken", "transport")

    def __init__(self, transport: TransportT, size: int) -> None:
        self.transport = transport
        self.size = size
        self.taken: set[object] = set()
        self.left_at = 0.0


class Place(Generic[TransportT]):
    """Room for one request and its answer in a shard."""

    __slots__ = ("_shard", "_token")

    def __init__(self, shard: _Shard[TransportT]) -> None:
        self._shard = shard
        # Not the place itself, or it would be part of a cycle with its connection.
        self._token = object()
        shard.taken.add(self._token)

    @property
    def transport(self) -> TransportT:
        """What sends the request."""
        return self._shard.transport

    def leave(self, now: float) -> bool:
        """Give the place back; return whether that was not done before.

        It needs no lock, as nothing can come between in the change of a set: it may run
        in a garbage collection in the midst of `begin`, on the same thread.

        Args:
            now: The time in seconds.
        """
        # First, for the shard may be taken off when nobody is in it.
        self._shard.left_at = now
        try:
            self._shard.taken.remove(self._token)
        except KeyError:
            return False
        return True


class ShardedTransport(httpx.BaseTransport):
    """Sends blocking requests by shards, from any thread.

    When all connections are in use, a request waits for the first that becomes free, in
    whichever shard, and then goes there: no shard has requests waiting.
    """

    def __init__(
        self,
        limits: httpx.Limits,
        make: Callable[[httpx.Limits], httpx.BaseTransport],
    ) -> None:
        """Keep what the shards are made with; nothing is opened yet.

        Args:
            limits: Of all shards together.
            make: Makes the transport of a shard with limits of its own.
        """
        self._shards = Shards(limits, make)
        # Of threads, not of what a signal handler or a collection calls in between.
        self._lock = threading.RLock()
        # The queue that can be put into in a garbage collection
        # (https://docs.python.org/3/library/queue.html#queue.SimpleQueue.put).
        self._free: queue.SimpleQueue[None] | None = None
        if limits.max_connections is not None:
            self._free = queue.SimpleQueue()
            for _ in range(limits.max_connections):
                self._free.put(None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the head of the answer, with its body to be read.

        Raises:
            httpx.PoolTimeout: No connection became free in time.
        """
        if self._free is not None:
            try:
                self._free.get(timeout=_seconds_for_the_pool(request))
            except queue.Empty:
                raise httpx.PoolTimeout(_ALL_IN_USE) from None
        with self._lock:
            place, unused = self._shards.begin(time.monotonic())
        try:
            for transport in unused:
                transport.close()
            response = place.transport.handle_request(request)
        except BaseException:
            self._leave(place)
            raise
        response.stream = _Body(response.stream, self._leave, place)
        return response

    def close(self) -> None:
        """Close the connections."""
        for transport in self._shards.transports():
            transport.close()

    def _leave(self, place: Place[httpx.BaseTransport]) -> None:
        if place.leave(time.monotonic()) and self._free is not None:
            self._free.put(None)


class AsyncShardedTransport(ManyPools):
    """Sends the requests of an event loop by shards, as `ShardedTransport` does."""

    def __init__(
        self,
        limits: httpx.Limits,
        make: Callable[[httpx.Limits], httpx.AsyncBaseTransport],
    ) -> None:
        """Keep what the shards are made with; nothing is opened yet.

        Args:
            limits: Of all shards together.
            make: Makes the transport of a shard with limits of its own.
        """
        self._shards = Shards(limits, make)
        self._closing: set[asyncio.Task[None]] = set()
        self._free: asyncio.Semaphore | None = None
        if limits.max_connections is not None:
            self._free = asyncio.Semaphore(limits.max_connections)

    def transports(self) -> list[httpx.AsyncBaseTransport]:
        """Return the transports of the shards."""
        return self._shards.transports()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; return the head of the answer, with its body to be read.

        Raises:
            httpx.PoolTimeout: No connection became free in time.
        """
        if self._free is not None:
            try:
                async with asyncio.timeout(_seconds_for_the_pool(request)):
                    await self._free.acquire()
            except TimeoutError:
                raise httpx.PoolTimeout(_ALL_IN_USE) from None
        place, unused = self._shards.begin(time.monotonic())
        try:
            if unused:
                # A cancellation would leave the rest of a pool's connections open.
                await asyncio.shield(_aclose(unused))
            response = await place.transport.handle_async_request(request)
        except BaseException:
            self._leave_complete(place)
            raise
        response.stream = _Body(response.stream, self._leave, place)
        return response

    async def aclose(self) -> None:
        """Close the connections."""
        await _aclose(self._shards.transports())

    def _leave_complete(self, place: Place[httpx.AsyncBaseTransport]) -> None:
        """Give a place back when no lost connection is in it any more.

        Whoever had the place sooner would wait in the pool, which does not look again
        when that connection is closed.
        """
        lost = lost_connections(place.transport)
        if not lost:
            self._leave(place)
            return
        task = asyncio.get_running_loop().create_task(_aclose(lost))
        self._closing.add(task)  # a loop does not keep its tasks
        task.add_done_callback(self._closing.discard)
        task.add_done_callback(lambda _: self._leave(place))

    def _leave(self, place: Place[httpx.AsyncBaseTransport]) -> None:
        if place.leave(time.monotonic()) and self._free is not None:
            self._free.release()


def _seconds_for_the_pool(request: httpx.Request) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get("pool")
    return None if seconds is None else max(seconds, 0.0)


async def _aclose(these: Iterable[Any]) -> None:
    for one in these:
        await one.aclose()


class _Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of an answer, which leaves its place when it is closed."""

    def __init__(
        self, stream: Any, leave: Callable[[Place[Any]], None], place: Place[Any]
    ) -> None:
        self._stream = stream
        self._leave = leave
        self._place = place

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)  # and so no layer more for each read

    def __aiter__(self) -> AsyncIterator[bytes]:
        return aiter(self._stream)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._leave(self._place)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._leave(self._place)
