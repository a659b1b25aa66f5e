"""A server that answers, stalls, breaks and listens as scripted.

The server is made of plain sockets, so that a test says to the byte what is sent and
sees when the connection is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import ssl
import struct
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import replace
from typing import Any, Self

import httpx

from langchain_sse_chat.errors import (
    SSEChatError,
    StatusError,
    StreamTruncatedError,
)
from langchain_sse_chat.transport import async_client, sync_client
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import (
    NextAttempt,
    RequestSpec,
    ResponseHead,
    Timeouts,
)

LONG = 20.0  # seconds that no test waits for unless something is broken

OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Wire:
    """One connection as the server has it."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(LONG)

    def read_request(self, *, reads_body: bool = True) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive(65536 if reads_body else 1)
        if not reads_body:
            return data
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        return head

    def _receive(self, size: int = 65536) -> bytes:
        data = self.socket.recv(size)
        if not data:
            raise ConnectionResetError
        return data

    def send(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def reset(self) -> None:
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        raise ConnectionResetError

    def leave_open(self) -> None:
        """Do nothing more with the connection until the server is closed."""
        raise BlockingIOError

    def hang_up(self) -> None:
        raise ConnectionResetError

    def trickle(self, data: bytes) -> None:
        """Send for ever, until the other side closes."""
        self.socket.settimeout(0.01)
        while True:
            self.socket.sendall(data)
            with contextlib.suppress(TimeoutError):
                self._receive()

    def wait_for_close(self) -> None:
        self._receive()


Behavior = Callable[[Wire], None]


class Server:
    """Answers each request by the next behavior, and by the last one from then on."""

    def __init__(
        self,
        *behaviors: Behavior,
        tls: ssl.SSLContext | None = None,
        reads_bodies: bool = True,
    ) -> None:
        self.behaviors = list(behaviors)
        self.tls = tls
        self.connections = 0
        self.requests: list[bytes] = []
        self.closed: queue.Queue[int] = queue.Queue()
        self.reached: queue.Queue[int] = queue.Queue()
        self.reads_bodies = reads_bodies
        self._over = threading.Event()
        self._listener, self.url = self._listen()

    def _listen(self) -> tuple[socket.socket, str]:
        listener = socket.create_server(("127.0.0.1", 0))
        scheme, port = "https" if self.tls else "http", listener.getsockname()[1]
        return listener, f"{scheme}://127.0.0.1:{port}/v1/chat/completions"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_exc: object) -> None:
        # Wakes the thread in `accept`, which `close` alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._over.set()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        threading.Thread(target=target, args=args, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                if connection.family == socket.AF_INET:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._start(self._serve, connection, self.connections)

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self._talk(Wire(connection), number)
        except BlockingIOError:
            self._over.wait(LONG)
        except OSError:
            pass
        connection.close()
        self.closed.put(number)

    def _talk(self, wire: Wire, number: int) -> None:
        while True:
            self.requests.append(wire.read_request(reads_body=self.reads_bodies))
            self.reached.put(number)
            last = len(self.behaviors) == 1
            (self.behaviors[0] if last else self.behaviors.pop(0))(wire)

    def saw_close(self) -> bool:
        with contextlib.suppress(queue.Empty):
            return self.closed.get(timeout=LONG) > 0
        return False


def whole(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"), chunk(b"b\n"), chunk(b"done\n"), END)


class LineReceiver:
    """Gives each line as output; `done` completes, `:` is a keep-alive."""

    def __init__(self) -> None:
        self.wants_more = True
        self.is_complete = False
        self.progress = 0
        self._rest = b""

    def open(self, head: ResponseHead) -> None:
        assert head.status_code == 200

    def feed(self, data: bytes) -> list[str]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.is_complete = b"done" in lines
        self.wants_more = not self.is_complete
        tokens = [line.decode() for line in lines if line[:1] != b":"]
        self.progress += len(tokens)
        return [token for token in tokens if token != "done"]

    def close(self) -> list[str]:
        if self.wants_more:
            raise StreamTruncatedError
        return ["end"]

    def error_response(self, head: ResponseHead, body: bytes) -> SSEChatError:
        return StatusError(f"{head.status_code} {body.decode()}")


class Exchange:
    def __init__(
        self, url: str, *, pauses: tuple[float, ...] = (), **limits: Any
    ) -> None:
        headers = {"Accept-Encoding": "identity", "Authorization": "Bearer key"}
        clients = HTTPClients()
        self.spec = RequestSpec(
            url, headers, b"{}", clients, timeouts=Timeouts(**limits)
        )
        self.pauses = list(pauses)
        self.errors: list[SSEChatError] = []
        self.failed_once = asyncio.Event()

    def begin(self) -> tuple[RequestSpec, LineReceiver]:
        return self.spec, LineReceiver()

    def finished(self) -> bool:
        return True

    def close(self) -> None:
        pass

    def failed(self, error: SSEChatError) -> NextAttempt | None:
        self.errors.append(error)
        self.failed_once.set()
        return NextAttempt(self.pauses.pop(0)) if self.pauses else None


def stream(client: httpx.Client, exchange: Exchange) -> Generator[str]:
    """Run an exchange over a client of the test's own."""
    clients = HTTPClients(http_client=client)
    exchange.spec = replace(exchange.spec, clients=clients)
    return sync_client.stream(exchange)


def astream(client: httpx.AsyncClient, exchange: Exchange) -> AsyncGenerator[str]:
    """Run an exchange over an async client of the test's own."""
    clients = HTTPClients(http_async_client=client)
    exchange.spec = replace(exchange.spec, clients=clients)
    return async_client.astream(exchange)


Run = Callable[[HTTPClients, list[Exchange]], list[list[str]]]


def run_sync(clients: HTTPClients, exchanges: list[Exchange]) -> list[list[str]]:
    try:
        return [list(stream(clients.sync_client(), each)) for each in exchanges]
    finally:
        clients.close()


def run_async(clients: HTTPClients, exchanges: list[Exchange]) -> list[list[str]]:
    async def run() -> list[list[str]]:
        return [
            [output async for output in astream(clients.async_client(), each)]
            for each in exchanges
        ]

    return asyncio.run(run())


OUTPUTS = ["a", "b", "end"]


def silent(wire: Wire) -> None:
    wire.wait_for_close()


def only_keep_alives(wire: Wire) -> None:
    wire.send(CHUNKED)
    wire.trickle(chunk(b": ping\n"))


def head_without_end(wire: Wire) -> None:
    wire.send(OK)
    wire.trickle(b"x: y\r\n")


def no_answer(wire: Wire) -> None:
    wire.hang_up()


def endless(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"))
    wire.wait_for_close()
