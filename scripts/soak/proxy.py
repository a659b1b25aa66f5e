"""An HTTP proxy for one server, which spoils its answers by a plan."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scripts.soak.faults import Ending, Fault, Playback

_SECONDS_TO_LEAVE = 20.0
"""How long a client may stay on an answer that has stalled."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_HOP = re.compile(rb"\r\nconnection: [^\r]*", re.IGNORECASE)


class Answer(NamedTuple):
    """The answers of the server."""

    status: int
    body: bytes


@dataclass
class Counts:
    """The events so far."""

    connections: int = 0
    open: int = 0
    """Connections that are open now."""
    requests: int = 0
    resumed: int = 0
    """Requests to continue an answer."""
    held: int = 0
    """Answers that have stalled, for as long as the client stays."""
    left: int = 0
    """Answers that the client left before their end."""
    faults: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


class _Reader(asyncio.StreamReader):
    """A reader that reports the end without being read."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.ended.set()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self.ended.set()


class Proxy:
    """Takes requests, has the server answer them, and plays the answers with faults.

    Each answer is fetched whole before it is played, so that what a client gets is a
    matter of the plan alone.

    Args:
        address: Host and port of the server.
        plan: Returns the fault for a request, by its body, and how an answer with it
            is played.
    """

    def __init__(
        self,
        address: tuple[str, int],
        plan: Callable[[dict[str, Any]], tuple[Fault, Callable[[bytes], Playback]]],
    ) -> None:
        self.counts = Counts()
        self._address = address
        self._plan = plan
        # The loop itself holds its tasks weakly.
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self) -> asyncio.Server:
        """Listen on a free port of the loopback interface."""
        return await asyncio.get_running_loop().create_server(
            self._protocol, "127.0.0.1", 0, backlog=1024
        )

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        reader = _Reader()
        return asyncio.StreamReaderProtocol(
            reader, lambda _, writer: self._begin(reader, writer)
        )

    def _begin(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._connected(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _connected(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        self.counts.connections += 1
        self.counts.open += 1
        # With no buffer of its own, each write is one send to the socket.
        writer.transport.set_write_buffer_limits(high=0)
        sock: socket.socket = writer.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the client may have gone by now
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ending: Ending = "keep"
        try:
            while ending == "keep":
                ending = await self._exchange(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except Exception as error:  # noqa: BLE001  reported by the soak
            self.counts.findings.append(f"the proxy failed: {error!r}")
        finally:
            if ending == "reset":
                _reset(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self.counts.open -= 1

    async def _exchange(self, reader: _Reader, writer: asyncio.StreamWriter) -> Ending:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        content = await reader.readexactly(int(length[1]) if length else 0)
        self.counts.requests += 1
        body = json.loads(content)
        self.counts.resumed += len(body["messages"]) > 1
        fault, play = self._plan(body)
        answer = await self._fetch(head, content)
        if answer.status == http.HTTPStatus.OK:
            played = play(answer.body)
        else:
            fault, played = Fault("none"), Playback([_plain(answer)], "close")
            if b"soak: " in answer.body:
                self.counts.findings.append(f"{answer}, to {body['messages']}")
        self.counts.faults[fault.kind] += 1
        gone = asyncio.ensure_future(reader.ended.wait())
        playing = asyncio.ensure_future(self._play(played, writer))
        try:
            await asyncio.wait({gone, playing}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                self.counts.left += 1
                return "close"
            if playing.result() == "stayed":
                question = body["messages"][0]["content"]
                self.counts.findings.append(
                    f"{question}: after {fault} the client held its connection open "
                    f"for {_SECONDS_TO_LEAVE} s"
                )
        finally:
            await _end(gone)
            await _end(playing)
        return played.ending

    async def _play(self, played: Playback, writer: asyncio.StreamWriter) -> str:
        for step in played.steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                writer.write(step)
                await writer.drain()
                await asyncio.sleep(0)  # lets the client read before the next write
        if played.ending not in {"hang", "hold"}:
            return "played"
        self.counts.held += 1
        try:
            await asyncio.sleep(_SECONDS_TO_LEAVE)
        finally:
            self.counts.held -= 1
        return "stayed"

    async def _fetch(self, head: bytes, content: bytes) -> Answer:
        """Return the server's answer, whole."""
        reader, writer = await asyncio.open_connection(*self._address)
        try:
            head = _HOP.sub(b"", head)
            writer.write(head[:-2] + b"connection: close\r\n\r\n" + content)
            answer = await reader.read()
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        if _CHUNKED.search(head):
            body = unchunked(body)
        return Answer(int(head.split(b" ", 2)[1]), body)


def _reset(writer: asyncio.StreamWriter) -> None:
    # Closing with linger time 0 sends RST instead of FIN.
    linger = struct.pack("ii", 1, 0)
    sock: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):  # the client may have gone by now
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _end(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError):
        await task


def _plain(answer: Answer) -> bytes:
    lines = (f"HTTP/1.1 {answer.status} Refused", "connection: close", "", "")
    return "\r\n".join(lines).encode() + answer.body


def unchunked(data: bytes) -> bytes:
    """Return a body without its chunks (RFC 9112, section 7.1)."""
    parts = []
    while data:
        size, _, data = data.partition(b"\r\n")
        parts.append(data[: int(size, 16)])
        data = data[int(size, 16) + 2 :]
    return b"".join(parts)
