"""Real servers that run the application of the tests, and clients of theirs."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[3]
APPLICATION = "tests.integration_tests.serve.programs.served:app"
LONG = 60.0
UVICORN = ["uvicorn", APPLICATION, "--port", "{port}", "--log-level", "warning"]
GRACE = ["--timeout-graceful-shutdown", "2"]

SERVERS = {
    "uvicorn-h11": [*UVICORN, *GRACE, "--http", "h11"],
    "uvicorn-httptools": [*UVICORN, *GRACE, "--http", "httptools"],
    "granian": [
        *["granian", APPLICATION, "--interface", "asgi", "--port", "{port}"],
        *["--loop", "asyncio", "--no-ws", "--log-level", "warning"],
        *["--workers-kill-timeout", "5"],
    ],
    "hypercorn": [
        *["hypercorn", APPLICATION, "--bind", "127.0.0.1:{port}"],
        *["--graceful-timeout", "2"],
    ],
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Running:
    """A server that runs."""

    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def state(self) -> dict[str, int]:
        with httpx.Client(timeout=LONG) as client:
            return self._state(client)

    def _state(self, client: httpx.Client) -> dict[str, int]:
        found: dict[str, int] = client.get(f"{self.url}/_state").json()
        return found

    def wait_until(self, **most: int) -> dict[str, int]:
        """Wait until no value of the state is larger, or fail with what it has."""
        end = time.monotonic() + LONG
        # On one connection: hypercorn keeps the tasks of closed ones for some seconds.
        with httpx.Client(timeout=LONG) as client:
            while True:
                state = self._state(client)
                if all(state[name] <= count for name, count in most.items()):
                    return state
                assert time.monotonic() < end, state
                time.sleep(0.05)

    def wait_for_open(self, count: int = 1) -> None:
        """Wait until so many answers are being given."""
        end = time.monotonic() + LONG
        while self.state()["open"] < count:
            assert time.monotonic() < end
            time.sleep(0.05)


@contextlib.contextmanager
def running(server: str, **environment: str) -> Iterator[Running]:
    """Run a server, and stop it at the end."""
    port = free_port()
    command = [part.format(port=port) for part in SERVERS[server]]
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        found = Running(port, process)
        try:
            _wait_for(found)
            yield found
        finally:
            process.terminate()
            try:
                process.communicate(timeout=LONG)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait_for(server: Running) -> None:
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        assert server.process.poll() is None, server.process.communicate()[0]
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{server.url}/health").status_code == httpx.codes.OK:
                return
        time.sleep(0.05)
    msg = "the server did not start"
    raise AssertionError(msg)


class RawClient:
    """A client that sends what it is told to, and reads when it is told to."""

    def __init__(self, port: int, buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(LONG)
        self.socket.connect(("127.0.0.1", port))
        self.received = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, model: str, content: str = "Hello", *, stream: bool = True) -> None:
        messages = [{"role": "user", "content": content}]
        fields = {"model": model, "stream": stream, "messages": messages}
        self.send_post(json.dumps(fields).encode())

    def send_post(
        self, body: bytes, length: int | None = None, more: bytes = b""
    ) -> None:
        size = len(body) if length is None else length
        head = (
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\nContent-Length: {size}\r\n"
        )
        self.socket.sendall(head.encode() + more + b"\r\n" + body)

    def read_until(self, text: bytes) -> bytes:
        while text not in self.received:
            data = self.socket.recv(65536)
            assert data, self.received
            self.received += data
        return self.received

    def read_to_end(self) -> bytes:
        """Read until the server closes the connection, or resets it."""
        with contextlib.suppress(ConnectionResetError):
            while data := self.socket.recv(65536):
                self.received += data
        return self.received

    @property
    def status(self) -> int:
        found = re.match(rb"HTTP/1\.1 (\d+)", self.received)
        assert found is not None, self.received
        return int(found[1])


def ask(server: Running, model: str, content: str = "Hello", **fields: Any) -> Any:
    """Return a whole response."""
    messages = [{"role": "user", "content": content}]
    sent = {"model": model, "messages": messages, "stream": True, **fields}
    url = f"{server.url}/v1/chat/completions"
    return httpx.post(url, json=sent, timeout=LONG)
