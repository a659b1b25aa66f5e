"""Relay between a client and a server: sockets, TLS and proxies, on loopback."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

ResultT = TypeVar("ResultT")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

LONG = 20.0
BEHIND = "server.test"
"""A name of this machine that only a `Proxy` can find."""


class Relay:
    """Passes the bytes of each connection on to a server, as they come.

    Args:
        to: The URL of the server.
        tls: What it shows to its clients; `None` for no TLS.
        path: The Unix socket to listen on; `None` for a port.
    """

    def __init__(
        self, to: str, *, tls: ssl.SSLContext | None = None, path: Path | None = None
    ) -> None:
        parts = urlsplit(to)
        self._to = str(parts.hostname), int(parts.port or 0)
        self._tls = tls
        self._path = path
        self._open: set[asyncio.StreamWriter] = set()
        self.connections = 0
        self.certificates: list[Any] = []
        self.hangs_up = 0
        """How many of the next parts of requests are answered by hanging up."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._run(self._listen())
        return self

    def __exit__(self, *_exc: object) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONG)
        self._loop.close()

    @property
    def url(self) -> str:
        """The address that clients connect to."""
        port = self._server.sockets[0].getsockname()[1]
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"

    def drop_idle(self) -> None:
        """Close all connections, as servers do with those that are not used."""
        self._run(self._close_all())

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONG)

    async def _listen(self) -> asyncio.Server:
        if self._path is not None:
            return await asyncio.start_unix_server(self._serve, self._path)
        # As other servers, it does not wait for the client's part of closing TLS.
        extra: Any = {"ssl_shutdown_timeout": 0.05} if self._tls else {}
        return await asyncio.start_server(
            self._serve, "127.0.0.1", 0, ssl=self._tls, **extra
        )

    async def _close_all(self) -> None:
        for writer in list(self._open):
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _stop(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        # A connection that was just accepted starts a task of its own.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # lets the closed transports give back their sockets

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self.certificates.append(writer.get_extra_info("peercert"))
        self._open.add(writer)
        try:
            await self._relay(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await self._join((reader, writer), await asyncio.open_connection(*self._to))

    async def _join(self, client: Streams, server: Streams) -> None:
        """Pass bytes in both directions until one side ends."""
        pumps = [
            asyncio.ensure_future(self._pump(client[0], server[1], hangs_up=True)),
            asyncio.ensure_future(self._pump(server[0], client[1])),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server[1].close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        hangs_up: bool = False,
    ) -> None:
        while data := await reader.read(65536):
            if hangs_up and self.hangs_up:
                self.hangs_up -= 1
                return
            writer.write(data)
            await writer.drain()


class Proxy(Relay):
    """An HTTP proxy: `CONNECT`, and whole URLs for requests without TLS.

    Args:
        user: The user whom it lets through; everybody when it is empty.
        password: That user's password.
        tls: What it shows to its clients; `None` for no TLS.
    """

    def __init__(
        self, user: str = "", password: str = "", *, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__("", tls=tls)
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._credentials = f"Basic {pair}" if user else None
        self.requests: list[str] = []

    async def _relay(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            request, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
            self.requests.append(request)
            if self._lets_through(lines):
                break
            writer.write(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b'Proxy-Authenticate: Basic realm="test"\r\ncontent-length: 0\r\n\r\n'
            )
        method, target, version = request.split(" ")
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        # The network behind it knows a name that nobody else does.
        host = "127.0.0.1" if parts.hostname == BEHIND else parts.hostname
        server = await asyncio.open_connection(host, parts.port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            # RFC 9110, sections 7.6.1 and 11.7.2: these two are for the proxy.
            own = ("connection:", "proxy-authorization:")
            kept = [line for line in lines if not line.lower().startswith(own)]
            first = f"{method} {parts.path} {version}"
            new = "\r\n".join([first, *kept, "Connection: close", "", ""])
            server[1].write(new.encode())
        await self._join((reader, writer), server)

    def _lets_through(self, lines: list[str]) -> bool:
        credentials = [
            value
            for line in lines
            for name, _, value in [line.partition(": ")]
            if name.lower() == "proxy-authorization"
        ]
        return self._credentials is None or credentials == [self._credentials]
