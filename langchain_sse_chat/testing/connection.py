"""Serve HTTP/1.1 on one connection, one request after the other."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import NamedTuple, cast

from langchain_sse_chat.testing.delivery import Afterwards, Delivery
from langchain_sse_chat.testing.journal import Journal
from langchain_sse_chat.testing.replies import Reply, Response
from langchain_sse_chat.testing.request import Request

_MAX_HEAD = 65_536
_BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Head(NamedTuple):
    """The request line and the headers of a request."""

    method: str
    target: str
    headers: dict[str, str]


class MalformedRequestError(Exception):
    """The client sent something other than an HTTP/1.1 request."""


class Connection(asyncio.Protocol):
    """One TCP connection of a client.

    Args:
        journal: Records connections and requests.
        answer: Chooses the reply to a request.
    """

    def __init__(
        self, journal: Journal, answer: Callable[[Request], tuple[Reply, Response]]
    ) -> None:
        self._journal = journal
        self._answer = answer
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._client_closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start to serve."""
        self._transport = cast("asyncio.Transport", transport)
        # asyncio sets this by itself only where the listener names its protocol. Some
        # systems refuse it when the client has gone already.
        with contextlib.suppress(OSError):
            self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # With no buffer of its own, each write is one send to the socket.
        self._transport.set_write_buffer_limits(high=0)
        self._number = self._journal.connected()
        self._task = asyncio.ensure_future(self._serve())

    def data_received(self, data: bytes) -> None:
        """Store received bytes for the reader."""
        self._buffer += data
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's
        """Stop serving; a client that only stopped sending counts as gone too."""
        self._client_closed = True
        self._task.cancel()

    def pause_writing(self) -> None:
        """Pause writing: the buffer of the socket is full."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Resume writing: the socket has sent everything."""
        self._writable.set()

    async def _serve(self) -> None:
        afterwards: Afterwards = "keep"
        try:
            while afterwards == "keep":
                afterwards = await self._exchange()
        except MalformedRequestError:
            await self._write(_BAD_REQUEST)
        except asyncio.CancelledError:
            self._transport.abort()
        finally:
            self._close(reset=afterwards == "reset")

    async def _exchange(self) -> Afterwards:
        head = await self._read_head()
        body = await self._read_body(head.headers)
        request = self._journal.received(
            head.method, head.target, head.headers, body, self._number
        )
        try:
            reply, response = self._answer(request)
            afterwards = await Delivery(reply, response, request, self._write).run()
        finally:
            self._journal.answered(
                request, "client closed" if self._client_closed else "server closed"
            )
        asked_to_close = head.headers.get("connection", "").lower() == "close"
        return "close" if asked_to_close and afterwards == "keep" else afterwards

    def _close(self, *, reset: bool) -> None:
        if reset:
            # Closing with linger time 0 sends RST instead of FIN.
            linger = struct.pack("ii", 1, 0)
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self._transport.abort()
        self._transport.close()

    def _socket(self) -> socket.socket:
        return cast("socket.socket", self._transport.get_extra_info("socket"))

    async def _write(self, data: bytes) -> None:
        self._transport.write(data)
        await asyncio.sleep(0)  # lets other connections run when the socket is fast
        await self._writable.wait()

    async def _read_head(self) -> Head:
        raw = await self._read_until(b"\r\n\r\n")
        request_line, *lines = raw.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise MalformedRequestError
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        try:
            method, target, _ = request_line.split(" ")
        except ValueError as exc:
            raise MalformedRequestError from exc
        return Head(method, target, headers)

    async def _read_body(self, headers: dict[str, str]) -> bytes:
        if headers.get("expect", "").lower() == "100-continue":
            await self._write(_CONTINUE)
        try:
            if headers.get("transfer-encoding", "").lower() == "chunked":
                return await self._read_chunks()
            return await self._read_exactly(int(headers.get("content-length", "0")))
        except ValueError as exc:
            raise MalformedRequestError from exc

    async def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := int((await self._read_until(b"\r\n")).split(b";")[0], 16):
            body += await self._read_exactly(size)
            await self._read_exactly(len(b"\r\n"))
        while await self._read_until(b"\r\n"):
            pass  # trailer fields (RFC 9112, section 7.1.2)
        return bytes(body)

    async def _read_until(self, separator: bytes) -> bytes:
        while (end := self._buffer.find(separator)) < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise MalformedRequestError
            await self._read_more()
        return await self._read_exactly(end, skip=len(separator))

    async def _read_exactly(self, size: int, *, skip: int = 0) -> bytes:
        while len(self._buffer) < size + skip:
            await self._read_more()
        data = bytes(self._buffer[:size])
        del self._buffer[: size + skip]
        return data

    async def _read_more(self) -> None:
        self._arrived.clear()
        await self._arrived.wait()
