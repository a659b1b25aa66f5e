"""Async writes that notice an early answer and are never cut in two.

Should happen: (1) a client that is still sending a request reads the answer that a
server has sent already (RFC 9112, section 9.5). (2) Frames of HTTP/2 are written whole
or not at all.

Happens instead: (1) httpcore does not read while it writes. A server that refuses a
large request answers and closes the connection; asyncio then discards the answer with
the connection. (2) A task that is cancelled during a write leaves a part of a frame on
the connection, which breaks all streams on it.

Upstream: no upstream issue is known.

Verified: 2026-11-28, httpcore 1.0.9, anyio 4.16.0.

Without this file: in async code, a 413 is reported as a broken connection and the large
request is sent again; cancelling one call over HTTP/2 can break the others.

The timeouts are parameters as httpcore passes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from typing import Any

from langchain_sse_chat.transport import late_httpcore as httpcore
from langchain_sse_chat.transport.workarounds.http2 import PREFACE, refuse_http2
from langchain_sse_chat.transport.workarounds.trailing_data import is_interim

_LARGE = 64 * 1024
"""Bytes of a write that the system takes without waiting."""

_READ = 64 * 1024
"""Bytes of a read, as in httpcore."""


class _Guard:
    """Replaces the writes of a connection, and the read that follows them."""

    def __init__(self, network_stream: Any) -> None:
        # Weak references, or the stream would be in a cycle and outlive the client.
        self._stream = weakref.ref(network_stream)
        self._plain_read: Any = weakref.WeakMethod(network_stream.read)
        self._plain_write: Any = weakref.WeakMethod(network_stream.write)
        self._written: asyncio.Task[None] | None = None
        self._is_http2 = False
        network_stream.write = self.write
        network_stream.read = self._first_read

    async def _first_read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read from a new connection; later reads are the connection's own."""
        del self._stream().read  # type: ignore[union-attr] # it is being read
        data: bytes = await self._plain_read()(max_bytes, timeout)
        if not self._is_http2:
            refuse_http2(data)
        return data

    def _read_next(self, reading: asyncio.Task[bytes]) -> None:
        """Have the next read return what another task reads."""
        stream: Any = self._stream()

        async def read(_max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
            del stream.read
            try:
                async with asyncio.timeout(timeout):
                    return await reading
            except TimeoutError as exc:
                raise httpcore.ReadTimeout from exc

        stream.read = read

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if buffer.startswith(PREFACE):
            self._is_http2 = True
        if self._is_http2:
            await self._write_whole(buffer, timeout)
        elif len(buffer) > _LARGE:
            await self._write_large(buffer, timeout)
        else:
            await self._plain_write()(buffer, timeout)

    async def _write_large(self, buffer: bytes, timeout: float | None) -> None:  # noqa: ASYNC109
        """Write, and read at the same time.

        Raises:
            httpcore.WriteError: The server has answered or closed the connection.
                httpcore then reads the answer.
        """
        writing = asyncio.ensure_future(self._plain_write()(buffer, timeout))
        reading = asyncio.ensure_future(self._plain_read()(_READ))
        reading.add_done_callback(_heed)
        self._read_next(reading)
        try:
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            if not writing.done() and _is_interim(reading):
                await asyncio.wait((writing,))
            is_answered = not writing.done()
        except asyncio.CancelledError:
            reading.cancel()
            raise
        finally:
            writing.cancel()
            await asyncio.wait((writing,))
        if is_answered:
            raise httpcore.WriteError
        writing.result()

    async def _write_whole(self, buffer: bytes, timeout: float | None) -> None:  # noqa: ASYNC109
        before = self._written

        async def write() -> None:
            if before is not None and not before.done():
                await asyncio.wait((before,))
            await self._plain_write()(buffer, timeout)

        self._written = asyncio.ensure_future(write())
        self._written.add_done_callback(_heed)
        await asyncio.shield(self._written)


def _is_interim(reading: asyncio.Task[bytes]) -> bool:
    return reading.exception() is None and is_interim(reading.result())


def _heed(task: asyncio.Task[Any]) -> None:
    """Retrieve a failure that nobody waits for: the next read fails as well."""
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()


def guard_writes(network_stream: Any) -> None:
    """Guard the writes of a connection for as long as it lives.

    Args:
        network_stream: A new stream of httpcore. One whose `write` cannot be replaced,
            or was replaced already, is left alone.
    """
    if "write" not in getattr(network_stream, "__dict__", {"write": None}):
        _Guard(network_stream)
