"""HTTP/1.1 as raw sockets see it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from langchain_sse_chat.testing.connection import Connection
from langchain_sse_chat.testing.journal import Journal
from langchain_sse_chat.testing.routing import Router

pytestmark = pytest.mark.enable_socket

OK = b"HTTP/1.1 200 OK\r\n"
BAD = b"HTTP/1.1 400 Bad Request\r\n"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(default=Reply.html("ok")) as running:
        yield running


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[socket.socket]:
    with connect(server) as connected:
        yield connected


def connect(server: ScriptedServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=300)


def post(*lines: bytes, body: bytes = b"") -> bytes:
    start = b"POST /v1/chat/completions HTTP/1.1"
    return b"\r\n".join([start, *lines, b"", body])


def receive(client: socket.socket, end: bytes) -> bytes:
    """Read until `end`; the read that brings it must bring nothing after it."""
    data = b""
    while not data.endswith(end):
        more = client.recv(65_536)
        assert more, f"closed after {data!r}"
        data += more
    return data


def receive_all(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


def test_reads_a_request_that_arrives_byte_by_byte(
    server: ScriptedServer, client: socket.socket
) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = post(b"Content-Length: 5", b"X-A: 1", b"x-a:2", body=b"hello")
    for byte in request:
        client.send(bytes([byte]))
    assert receive(client, b"ok").startswith(OK)
    (recorded,) = server.requests
    assert recorded.body == b"hello"
    assert recorded.headers == {"content-length": "5", "x-a": "1, 2"}


def test_answers_pipelined_requests_in_their_order(
    server: ScriptedServer, client: socket.socket
) -> None:
    server.script(Reply.html("first."), Reply.html("second."))
    client.sendall(post() + post())
    answers = receive(client, b"second.")
    assert answers.index(b"first.") < answers.index(b"second.")
    assert server.connections == 1


def test_reads_a_chunked_request(server: ScriptedServer, client: socket.socket) -> None:
    chunks = b"3;ext=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
    client.sendall(post(b"Transfer-Encoding: chunked", body=chunks) + post())
    receive(client, b"ok")
    assert server.wait_for_requests(2)
    assert [r.body for r in server.requests] == [b"abc0123456789", b""]


def test_tells_a_client_to_continue(client: socket.socket) -> None:
    client.sendall(post(b"Expect: 100-continue", b"Content-Length: 2"))
    assert receive(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"{}")
    assert receive(client, b"ok").startswith(OK)


def test_closes_when_the_client_asks_for_it(client: socket.socket) -> None:
    client.sendall(post(b"Connection: close"))
    assert receive_all(client).startswith(OK)


def test_closes_when_the_reply_says_so(
    server: ScriptedServer, client: socket.socket
) -> None:
    server.script(Reply.html("ok", close=True))
    client.sendall(post())
    assert b"connection: close\r\n" in receive_all(client)


def test_a_reset_is_a_reset_though_the_client_asked_to_close(
    server: ScriptedServer, client: socket.socket
) -> None:
    server.script(Reply.html("ok", reset_after=0))
    client.sendall(post(b"Connection: close"))
    with pytest.raises(ConnectionResetError):
        receive_all(client)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"hello\r\n\r\n", id="no request line"),
        pytest.param(b"POST /\r\n\r\n", id="no version"),
        pytest.param(post(b"no colon"), id="header without a colon"),
        pytest.param(post(b"Content-Length: x"), id="length not a number"),
        pytest.param(
            post(b"Transfer-Encoding: chunked", body=b"zz\r\n"), id="broken chunk"
        ),
        pytest.param(b"a" * 70_000, id="endless head"),
    ],
)
def test_refuses_what_is_not_http(
    server: ScriptedServer, client: socket.socket, request_: bytes
) -> None:
    client.sendall(request_)
    assert receive_all(client).startswith(BAD)
    assert server.requests == []


def test_forgets_a_request_that_is_never_completed(
    server: ScriptedServer, client: socket.socket
) -> None:
    client.sendall(post(b"Content-Length: 10", body=b"half"))
    client.shutdown(socket.SHUT_WR)
    assert receive_all(client) == b""
    assert server.requests == []


def test_waits_for_a_client_that_does_not_read(
    server: ScriptedServer, client: socket.socket
) -> None:
    event = b"data: " + b"x" * 1_000_000 + b"\n\n"
    server.script(Reply.sse([event] * 40, close=True))
    client.sendall(post())
    assert server.wait_for_requests(1)
    # Two buffers of a socket hold far less than 40 MB, so the server must wait, while
    # it goes through many more turns for another client.
    server.script(Reply.sse([b"data: 1\n\n"] * 400, close=True))
    with connect(server) as other:
        other.sendall(post())
        assert receive_all(other).count(b"data: 1") == 400
    assert server.requests[0].events_sent < 40
    assert receive_all(client).count(event) == 40
    assert server.requests[0].outcome == "completed"


def test_a_fast_stream_lets_other_clients_in(
    server: ScriptedServer, client: socket.socket
) -> None:
    second_was_sent = threading.Event()
    sent_before: list[int] = []

    def first(request: Request) -> Reply:
        second_was_sent.wait(timeout=300)
        return Reply.sse([b"data: 1\n\n"] * 2_000, close=True)

    def second(request: Request) -> Reply:
        sent_before.append(server.requests[0].events_sent)
        return Reply.html("second")

    server.script(first, second)
    with connect(server) as other:
        client.sendall(post())
        assert server.wait_for_requests(1)
        other.sendall(post())
        second_was_sent.set()
        receive(other, b"second")
        assert receive_all(client).count(b"data: 1") == 2_000
    assert sent_before[0] < 2_000


async def test_small_writes_are_not_held_back() -> None:
    """Nagle's algorithm would hold each token until the last one is acknowledged."""
    made: list[Connection] = []

    def make() -> Connection:
        router = Router([], default=Reply.html("ok"), routes={}, api_key=None)
        made.append(Connection(Journal(), router.answer))
        return made[0]

    listener = socket.create_server(("127.0.0.1", 0))
    server = await asyncio.get_running_loop().create_server(make, sock=listener)
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(post(b"Connection: keep-alive"))
    await reader.readuntil(b"ok")
    no_delay = made[0]._socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert no_delay
    writer.close()
    await writer.wait_closed()
    server.close()
    await made[0]._task
