"""Which connection a request goes to, and what becomes of it, on each transport.

These tests are run over Unix sockets by the unit tests, and over TCP, where aiohttp can
be tried as well, by the integration tests. They bring the fixtures `way` and `serve`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from langchain_sse_chat.errors import (
    ConnectionFailedError,
    ModelClosedError,
    StatusError,
)
from tests.integration_tests.transport_wire import (
    CHUNKED,
    END,
    LONG,
    OK,
    OUTPUTS,
    Exchange,
    Server,
    Wire,
    chunk,
    endless,
    silent,
    whole,
)
from tests.unit_tests.transport.transport_ways import Way

Serve = Callable[..., Server]
Behavior = Callable[[Wire], None]

ANSWER = CHUNKED + chunk(b"a\n") + chunk(b"b\n") + chunk(b"done\n") + END
OTHER = CHUNKED + chunk(b"for somebody else\n") + chunk(b"done\n") + END
TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n"


class Late:
    """Answers, and sends something more when it is told to."""

    def __init__(self, more: bytes) -> None:
        self.more = more
        self.tell = threading.Event()
        self.sent = threading.Event()

    def __call__(self, wire: Wire) -> None:
        wire.send(ANSWER)
        assert self.tell.wait(LONG)
        with contextlib.suppress(OSError):
            wire.send(self.more)
        self.sent.set()


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(OTHER, id="another response"),
        pytest.param(OTHER[:70], id="begun response"),
        pytest.param(TIMEOUT, id="status 408"),
        pytest.param(b"\r\n", id="line ending"),
        pytest.param(b"x", id="one byte"),
    ],
)
def test_an_idle_connection_that_has_received_anything_is_not_used_again(
    way: Way, serve: Serve, more: bytes
) -> None:
    late = Late(more)
    with serve(late, whole) as server:
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        late.tell.set()
        assert late.sent.wait(LONG)
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert server.connections == 2


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(OTHER, id="another response"),
        pytest.param(TIMEOUT, id="status 408"),
        pytest.param(OTHER * 2000, id="many responses"),
    ],
)
def test_what_comes_with_the_end_of_an_answer_is_not_the_next_answer(
    way: Way, serve: Serve, more: bytes
) -> None:
    def both(wire: Wire) -> None:
        with contextlib.suppress(OSError):
            wire.send(ANSWER + more)

    with serve(both, whole) as server:
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert server.connections == 2


def test_what_was_read_ahead_of_an_answer_is_not_the_next_answer(
    way: Way, serve: Serve
) -> None:
    """The answer is as long as a read, so that what follows is in nobody's hands."""
    comment = b":" + b"x" * (65536 - len(ANSWER) - 10)
    padded = ANSWER.replace(chunk(b"a\n"), chunk(comment + b"\n") + chunk(b"a\n"))
    assert len(padded) == 65536

    def both(wire: Wire) -> None:
        with contextlib.suppress(OSError):
            wire.send(padded + OTHER)

    with serve(both, whole) as server:
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert way.outputs(Exchange(server.url)) == OUTPUTS


def test_a_silent_idle_connection_is_used_again(
    way: Way,
    serve: Serve,
) -> None:
    with serve(whole) as server:
        for _ in range(3):
            assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert server.connections == 1


def test_a_server_that_speaks_first_is_read(
    way: Way,
    serve: Serve,
) -> None:
    """Bytes on a new connection cannot belong to another request."""

    def whole_once(wire: Wire) -> None:
        wire.send(ANSWER)

    with serve(whole_once) as server:
        assert way.outputs(Exchange(server.url)) == OUTPUTS


def until_close(wire: Wire) -> None:
    wire.send(OK, b"\r\n", b"a\n")
    wire.wait_for_close()


@pytest.mark.parametrize("behavior", [endless, silent, until_close])
def test_closing_the_model_ends_its_open_answers_at_once(
    way: Way, serve: Serve, behavior: Behavior
) -> None:
    seen = threading.Event()
    with serve(behavior) as server:
        answers = [way.begin(Exchange(server.url), seen) for _ in range(3)]
        for _ in answers:
            server.reached.get(timeout=LONG)
        if behavior is not silent:
            assert seen.wait(LONG)
        way.close_model()
        for answer in answers:
            with pytest.raises(ModelClosedError, match="model was closed") as caught:
                answer.result(LONG)
            assert not caught.value.is_retryable


def test_a_model_can_be_used_after_it_was_closed(
    way: Way,
    serve: Serve,
) -> None:
    with serve(whole) as server:
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        way.close_model()
        assert way.outputs(Exchange(server.url)) == OUTPUTS
        assert server.connections == 2


def large(server: Server, size: int = 5_000_000) -> Exchange:
    exchange = Exchange(server.url, pauses=(0.0, 0.0))
    exchange.spec = replace(exchange.spec, body=bytes(size))
    return exchange


REFUSAL = b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 9\r\n\r\ntoo large"


def early_refusal(*, hangs_up: bool) -> Behavior:
    """Answer a request of which the body was not read, and read no further."""

    def behavior(wire: Wire) -> None:
        wire.send(REFUSAL)
        if hangs_up:
            wire.socket.shutdown(socket.SHUT_WR)
        # To close it now would reset it, and take from some systems what was sent.
        wire.leave_open()

    return behavior


@pytest.mark.parametrize("hangs_up", [True, False])
def test_an_early_refusal_is_reported_and_the_request_is_sent_once(
    way: Way, serve: Serve, *, hangs_up: bool
) -> None:
    with serve(early_refusal(hangs_up=hangs_up), reads_bodies=False) as server:
        exchange = large(server)
        exchange.pauses = []
        with pytest.raises(StatusError, match="413 too large"):
            way.outputs(exchange)
        assert len(server.requests) == 1


def test_an_interim_answer_does_not_end_a_large_request(way: Way, serve: Serve) -> None:
    def interim_first(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        left = 5_000_000
        while left > 0:
            left -= len(wire.socket.recv(65536))
        wire.send(ANSWER)

    with serve(interim_first, reads_bodies=False) as server:
        assert way.outputs(large(server)) == OUTPUTS


def test_the_connection_of_a_refused_large_request_is_not_used_again(
    way: Way,
    serve: Serve,
) -> None:
    def refuse(wire: Wire) -> None:
        wire.send(REFUSAL)

    with serve(refuse, whole) as server:
        exchange = large(server, 100_000)
        assert way.outputs(exchange) == OUTPUTS
        assert server.connections == 2


def test_the_connection_of_a_refused_small_request_is_used_again(
    way: Way,
    serve: Serve,
) -> None:
    def refuse(wire: Wire) -> None:
        wire.send(REFUSAL)

    with serve(refuse, whole) as server:
        assert way.outputs(Exchange(server.url, pauses=(0.0,))) == OUTPUTS
        assert server.connections == 1


def cut(wire: Wire) -> None:
    wire.send(CHUNKED, chunk(b"a\n"))
    wire.hang_up()


def test_an_answer_that_is_cut_is_called_cut(
    way: Way,
    serve: Serve,
) -> None:
    with serve(cut) as server, pytest.raises(ConnectionFailedError) as caught:
        way.outputs(Exchange(server.url))
    assert "incomplete" in str(caught.value)
    assert "not HTTP" not in str(caught.value)


SETTINGS = b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\1\0\0\0\x05\0\xff\xff\xff"
GOAWAY = b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\1"


def test_a_port_that_speaks_only_http2_is_named(
    way: Way,
    serve: Serve,
) -> None:
    def http2(wire: Wire) -> None:
        wire.send(SETTINGS, GOAWAY)
        wire.hang_up()

    with serve(http2) as server, pytest.raises(ConnectionFailedError) as caught:
        way.outputs(Exchange(server.url))
    assert "HTTP/2" in str(caught.value)
