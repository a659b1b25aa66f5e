from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError, ConnectionFailedError
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.protocols import RequestSpec
from langchain_sse_chat.transport.url import endpoint, safe_url, socket_url
from tests.unit_tests.transport.transport_scripts import (
    CLIENTS,
    ScriptedExchange,
    astream,
    stream,
)

PATH = "/chat/completions"
BODY = b"{}"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\na\ndone\n"


class Server:
    """Answers one request after the other on a Unix socket, and keeps their heads."""

    def __init__(self, path: Path) -> None:
        self.heads: list[str] = []
        self.connections = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                with connection:
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while received := connection.recv(65536):
            data += received
            if data.endswith(BODY):
                self.heads.append(data.decode())
                connection.sendall(ANSWER)
                data = b""

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def path() -> Iterator[Path]:
    # Not `tmp_path`: a socket's path has at most about 100 characters.
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "My@Llama:1.sock"


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    server = Server(path)
    yield server
    server.close()


Run = Callable[[HTTPClients, ScriptedExchange], list[str]]


def run_sync(clients: HTTPClients, exchange: ScriptedExchange) -> list[str]:
    return list(stream(clients.sync_client(), exchange))


def run_async(clients: HTTPClients, exchange: ScriptedExchange) -> list[str]:
    async def run() -> list[str]:
        outputs = astream(clients.async_client(), exchange)
        return [output async for output in outputs]

    return asyncio.run(run())


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run an exchange and return its outputs."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def clients(path: Path) -> Iterator[HTTPClients]:
    clients = HTTPClients(ClientSettings(uds=str(path)))
    yield clients
    clients.close()


def exchange_at(url: str, **headers: str) -> ScriptedExchange:
    return ScriptedExchange(spec=RequestSpec(url, headers, BODY, CLIENTS))


def test_requests_for_a_socket_go_through_it(
    server: Server, clients: HTTPClients, path: Path, run: Run
) -> None:
    exchange = exchange_at(endpoint(f"{socket_url(str(path))}/v1?x=1", PATH))
    assert run(clients, exchange) == ["a", "end"]
    [head] = server.heads
    assert head.startswith("POST /v1/chat/completions?x=1 HTTP/1.1\r\n")
    assert "\r\nHost: localhost\r\n" in head
    [received] = exchange.receivers[0].heads
    assert received.url == f"http://unix:{path}:/v1/chat/completions"


def test_a_host_of_the_callers_own_is_sent(
    server: Server, clients: HTTPClients, path: Path, run: Run
) -> None:
    run(
        clients,
        exchange_at(endpoint(socket_url(str(path)), PATH), Host="llama.example"),
    )
    assert "\r\nHost: llama.example\r\n" in server.heads[0]


def test_one_connection_serves_many_requests(
    server: Server, clients: HTTPClients, path: Path
) -> None:
    for _ in range(3):
        run_sync(clients, exchange_at(endpoint(socket_url(str(path)), PATH)))
    assert (len(server.heads), server.connections) == (3, 1)


# httpcore 1.0 leaves the closing of a blocking socket that could not connect to the
# collector.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_socket_that_is_not_there_is_named(
    clients: HTTPClients, path: Path, run: Run
) -> None:
    words = ""
    try:
        run(clients, exchange_at(endpoint(socket_url(str(path)), PATH)))
    except ConnectionFailedError as error:
        words = str(error)
    gc.collect()
    assert f"Could not connect to http://unix:{path}:/chat/completions: " in words


def test_requests_for_another_socket_do_not_go_through_it(
    server: Server, clients: HTTPClients, path: Path, run: Run
) -> None:
    other = endpoint(socket_url(f"{path}.other"), PATH)
    with pytest.raises(ConfigurationError, match="Requests cannot be sent") as caught:
        run(clients, exchange_at(other))
    assert safe_url(other) in str(caught.value)
    assert server.heads == []


@pytest.mark.parametrize("client", [httpx.Client, httpx.AsyncClient])
def test_a_client_of_the_callers_own_sends_nothing_elsewhere(
    client: type, path: Path
) -> None:
    kind = "http_client" if client is httpx.Client else "http_async_client"
    own = HTTPClients(**{kind: client()})
    run = run_sync if client is httpx.Client else run_async
    with pytest.raises(ConfigurationError, match="HTTPTransport"):
        run(own, exchange_at(endpoint(socket_url(str(path)), PATH)))
