"""Define what servers send, as behaviors for the server of plain sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.integration_tests.transport_wire import CHUNKED, END, Behavior, Wire, chunk

DONE = b"data: [DONE]\n\n"


def event(delta: dict[str, Any], **fields: Any) -> bytes:
    """Return an event with a delta."""
    choice = {"index": fields.pop("index", 0), "delta": delta, "finish_reason": None}
    choice["finish_reason"] = fields.pop("finish_reason", None)
    body = {"id": "c1", "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps({**body, **fields}).encode() + b"\n\n"


TOKEN = event({"content": "Hi"})
STOP = event({}, finish_reason="stop")

CONTENTLESS = [
    b": keep-alive\n\n",
    b": keep-alive\n",
    b"data:\n\n",
    b"event: ping\ndata: {}\n\n",
    b"data: ping\n\n",
    b"retry: 3000\n\n",
    event({"role": "assistant"}),
    event({"role": "assistant", "content": ""}),
    event({}),
    event({"content": None, "reasoning_content": None, "tool_calls": None}),
    event({}, choices=[], usage={"prompt_tokens": 9}),
    event({}, choices=[]),
    event({"content": ""}, index=1),
]
"""Keep-alive bytes without a part of an answer."""


def trickled(data: bytes, *, after: bytes = b"") -> Behavior:
    """Return the behavior of sending something for ever, after a beginning."""

    def behave(wire: Wire) -> None:
        wire.send(CHUNKED, *([chunk(after)] if after else []))
        wire.trickle(chunk(data))

    return behave


def contentless(*, after: bytes = b"") -> Behavior:
    """Return the behavior of sending what carries nothing, each in turn, for ever."""
    return trickled(b"".join(CONTENTLESS), after=after)


def byte_by_byte(data: bytes, *, after: bytes = b"") -> Behavior:
    """Return the behavior of sending something for ever, one byte at a time."""

    def behave(wire: Wire) -> None:
        wire.send(CHUNKED, *([chunk(after)] if after else []))
        while True:
            for byte in data:
                wire.send(chunk(bytes([byte])))
                time.sleep(0.002)

    return behave


def paced(*events: bytes, delay: float) -> Behavior:
    """Return the behavior of sending events with a pause before each."""

    def behave(wire: Wire) -> None:
        wire.send(CHUNKED)
        for data in events:
            time.sleep(delay)
            wire.send(chunk(data))
        wire.send(END)

    return behave


def whole(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(TOKEN + STOP + DONE), END)


def base_url(port: int, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{port}/v1"


Serve = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """Give the port of a server whose connections are each given to `serve`."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(20.0)
                threading.Thread(target=guarded, args=(connection,)).start()

    def guarded(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            serve(connection, stopped)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        # Wakes the thread in `accept`, which `close` alone does not.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """Give the port of a server that takes no more connections: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(address)
        yield address[1]


def silence(connection: socket.socket, stopped: threading.Event) -> None:
    """Take what comes and answer nothing, until the other side closes."""
    while connection.recv(65536):
        pass


def endless_handshake(connection: socket.socket, stopped: threading.Event) -> None:
    """Begin a TLS record of 16 KiB and never come to its end."""
    connection.recv(65536)
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while not stopped.wait(0.01):
        connection.sendall(b"\x02")


def unread(connection: socket.socket, stopped: threading.Event) -> None:
    """Take nothing of a request."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stopped.wait(20.0)


def read_slowly(connection: socket.socket, stopped: threading.Event) -> None:
    """Take a request a little at a time."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while connection.recv(4096):
        stopped.wait(0.01)


def relay(url: str, slow: threading.Event) -> Serve:
    """Return a relay to a server that sends the server's bytes one by one if `slow`."""
    address = urlsplit(url)

    def serve(connection: socket.socket, stopped: threading.Event) -> None:
        with socket.create_connection((address.hostname, address.port)) as behind:
            threading.Thread(target=back, args=(behind, connection)).start()
            while data := connection.recv(65536):
                behind.sendall(data)
            behind.shutdown(socket.SHUT_RDWR)

    def back(behind: socket.socket, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := behind.recv(65536):
                size = 1 if slow.is_set() else len(data)
                for start in range(0, len(data), size):
                    connection.sendall(data[start : start + size])
                    time.sleep(0.002)

    return serve
