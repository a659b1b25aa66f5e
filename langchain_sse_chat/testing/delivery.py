"""Send one response over a connection: its pace, its pieces and its faults."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Literal

from langchain_sse_chat.testing.replies import Reply, Response
from langchain_sse_chat.testing.request import Request

Afterwards = Literal["keep", "close", "reset"]
"""The next state of the connection: serves the next request, closed or reset."""

_COMMENT = b": keep-alive\n\n"
_LAST_CHUNK = b"0\r\n\r\n"
_GATE_POLL = 0.001  # seconds


class Delivery:
    """The sending of one response.

    Args:
        reply: The pace.
        response: The bytes.
        request: Records progress and outcome.
        write: Sends bytes and returns when the socket has accepted them.
    """

    def __init__(
        self,
        reply: Reply,
        response: Response,
        request: Request,
        write: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._reply = reply
        self._response = response
        self._request = request
        self._write = write

    async def run(self) -> Afterwards:
        """Send the response; return the next state of the connection.

        A stalled response never returns: it waits to be canceled.
        """
        await asyncio.sleep(self._reply.head_delay)
        if not self._response.parts and not self._response.chunked:
            self._finish()
        await self._write(self._response.head)
        for index, part in enumerate(self._response.parts):
            await self._wait_for_turn(index)
            await self._send_event(part, last=index == len(self._response.parts) - 1)
        await self._wait_before_the_end()
        return await self._end()

    async def _wait_for_turn(self, index: int) -> None:
        delay = self._reply.delay if index else self._reply.first_delay
        if index < len(self._reply.delays):
            delay = self._reply.delays[index]
        if delay:
            await self._wait(asyncio.sleep(delay))
        if self._reply.gate is not None:
            await self._wait(_pass(self._reply.gate))

    async def _wait_before_the_end(self) -> None:
        for delay in self._reply.delays[len(self._response.parts) :][:1]:
            await self._wait(asyncio.sleep(delay))

    async def _wait(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait, and meanwhile send comments if the reply has them."""
        interval = self._reply.keepalive if self._response.chunked else None
        task = asyncio.ensure_future(waiting)
        try:
            while not (await asyncio.wait({task}, timeout=interval))[0]:
                await self._write(_chunk(_COMMENT))
        finally:
            task.cancel()

    async def _send_event(self, event: bytes, *, last: bool) -> None:
        self._request.events_sent += 1
        if last and not self._response.chunked:
            self._finish()
        for piece in _cut(event, self._reply.write_size):
            await self._write(_chunk(piece) if self._response.chunked else piece)

    async def _end(self) -> Afterwards:
        match self._response.ending:
            case "stall":
                await self._wait(asyncio.Event().wait())
            case "reset":
                self._request.outcome = "server closed"
                return "reset"
            case "truncate":
                self._request.outcome = "server closed"
                await self._write(self._half())
                return "close"
        self._finish()
        if self._response.chunked:
            await self._write(_LAST_CHUNK)
        return "close" if self._reply.close else "keep"

    def _finish(self) -> None:
        """Record the success before the last write: a client may check right after."""
        if self._response.ending == "end":
            self._request.outcome = "completed"

    def _half(self) -> bytes:
        """Return half of the truncated event, under the length of all of it."""
        rest = self._response.rest
        promise = b"%x\r\n" % len(rest) if self._response.chunked and rest else b""
        return promise + rest[: len(rest) // 2]


async def _pass(gate: threading.Semaphore) -> None:
    # A semaphore of threads cannot wake an event loop.
    while not gate.acquire(blocking=False):  # noqa: ASYNC110  # see above
        await asyncio.sleep(_GATE_POLL)


def _chunk(data: bytes) -> bytes:
    """Frame `data` (RFC 9112, section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def _cut(data: bytes, size: int | None) -> Iterator[bytes]:
    if size is None:
        yield data
        return
    for start in range(0, len(data), size):
        yield data[start : start + size]
