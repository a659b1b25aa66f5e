"""Servers of HTTP/2 that answer a large request before they have read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import h2.events
import pytest

from langchain_sse_chat.errors import ConnectionFailedError, StatusError, TimedOutError
from langchain_sse_chat.transport.workarounds import http2_early_answers
from tests.unit_tests.transport.http2_server import (
    HEAD,
    Server,
    async_client,
    client,
)
from tests.unit_tests.transport.transport_scripts import (
    ScriptedExchange,
    astream,
    spec,
    stream,
)

LARGE = b"x" * 200_000
"""More than the 65,535 bytes that a server takes unless it makes room."""

REFUSED = [(":status", "413"), ("content-length", "9")]
SAID = b"too large"


class Refusing(Server):
    """Refuses requests with more than some bytes, and then makes no room for more."""

    def __init__(self, then: str) -> None:
        super().__init__(answers=False)
        self.then = then
        self.received = 0
        self.holds = False
        self.is_away = False

    def receive(self, data: bytes) -> None:
        if self.is_away:
            return
        for event in self.state.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.streams.append(event.stream_id or 0)
            elif isinstance(event, h2.events.DataReceived):
                self.received += len(event.data or b"")
                self.take(event)
            elif isinstance(event, h2.events.StreamReset):
                self.resets.append((event.stream_id or 0, int(event.error_code or 0)))
            elif isinstance(event, h2.events.StreamEnded):
                self.respond(event.stream_id or 0, HEAD)
        self.out += self.state.data_to_send()
        self.wrote.set()

    def take(self, event: h2.events.DataReceived) -> None:
        if len(event.data or b"") < 100:  # not a large request
            return
        number = event.stream_id or 0
        if self.then == "reads on" and event.flow_controlled_length:
            self.state.acknowledge_received_data(event.flow_controlled_length, number)
        if self.then == "goes on after its head":
            self.state.acknowledge_received_data(
                event.flow_controlled_length or 0, number
            )
            if self.received == len(event.data or b""):
                self.state.send_headers(number, HEAD)
        elif len(event.data or b"") == self.received:  # the first part
            self.refuse(number)

    def refuse(self, number: int) -> None:
        if self.then == "resets without an answer":
            self.state.reset_stream(number, 11)
            return
        if self.then == "says nothing":
            return
        if self.then == "breaks the protocol":
            self.out += b"\0\0\1\0\0\0\0\0\2x"  # a stream that nobody opened
            return
        self.state.send_headers(number, REFUSED)
        self.state.send_data(number, SAID, end_stream=self.then != "leaves it open")
        if self.then == "resets":
            self.state.reset_stream(number, 0)
        elif self.then == "goes away":
            self.state.close_connection()
            self.is_away = True

    def respond(self, number: int, head: list[tuple[str, str]]) -> None:
        if self.then != "goes on after its head":
            self.state.send_headers(number, head)
        said = b"a\n" if self.holds else b"a\ndone\n"
        self.state.send_data(number, said, end_stream=not self.holds)


def large(**timeouts: Any) -> ScriptedExchange:
    return ScriptedExchange(spec=replace(spec(**timeouts), body=LARGE))


# A client waits for the end of the last one, except where reads in memory return.
REFUSALS = ["waits", "resets", "goes away", "reads on", "leaves it open"]


@pytest.mark.parametrize("then", REFUSALS)
def test_a_refusal_that_comes_early_is_reported(then: str) -> None:
    server = Refusing(then)
    exchange = large()
    with client(server) as http2:
        with pytest.raises(StatusError, match="status 413"):
            list(stream(http2, exchange))
        [receiver] = exchange.receivers
        [(head, _)] = receiver.refusals
        assert head.status_code == 413
        assert server.received < len(LARGE)


@pytest.mark.parametrize("then", REFUSALS[:-1])
async def test_a_refusal_that_comes_early_is_reported_in_async_code(then: str) -> None:
    server = Refusing(then)
    exchange = large()
    async with async_client(server) as http2:
        with pytest.raises(StatusError, match="status 413"):
            await anext(astream(http2, exchange))
        [receiver] = exchange.receivers
        [(head, _)] = receiver.refusals
        assert head.status_code == 413
        assert server.received < len(LARGE)


@pytest.mark.parametrize("then", ["waits", "resets", "reads on"])
def test_the_words_of_an_early_refusal_are_read(then: str) -> None:
    server = Refusing(then)
    exchange = large()
    with client(server) as http2, pytest.raises(StatusError):
        list(stream(http2, exchange))
    [(_, said)] = exchange.receivers[0].refusals
    assert said == SAID


def test_a_connection_with_an_early_refusal_is_not_used_again() -> None:
    """Its window may be used up by what the server has not read."""
    server = Refusing("waits")
    with client(server) as http2:
        with pytest.raises(StatusError):
            list(stream(http2, large()))
        assert server.closed


async def test_streams_beside_an_early_refusal_go_on() -> None:
    server = Refusing("waits")
    server.holds = True
    async with async_client(server) as http2:
        beside = astream(http2, ScriptedExchange())
        assert await anext(beside) == "a"
        server.received = 0
        with pytest.raises(StatusError, match="status 413"):
            await anext(astream(http2, large()))
        was_closed = server.closed
        server.send(server.streams[0], b"done\n", end=True)
        assert [each async for each in beside] == ["end"]
        assert (was_closed, server.closed) == (False, True)
    assert server.connections == 1


def test_an_answer_that_begins_early_gets_the_whole_request() -> None:
    server = Refusing("goes on after its head")
    with client(server) as http2:
        assert list(stream(http2, large())) == ["a", "end"]
    assert server.received == len(LARGE)


async def test_an_async_answer_that_begins_early_gets_the_whole_request() -> None:
    server = Refusing("goes on after its head")
    async with async_client(server) as http2:
        assert [each async for each in astream(http2, large())] == ["a", "end"]
    assert server.received == len(LARGE)


@pytest.mark.parametrize("then", ["resets without an answer", "breaks the protocol"])
def test_a_request_without_an_answer_is_a_broken_connection(then: str) -> None:
    server = Refusing(then)
    with client(server) as http2, pytest.raises(ConnectionFailedError):
        list(stream(http2, large()))


@pytest.mark.parametrize("then", ["resets without an answer", "breaks the protocol"])
async def test_an_async_request_without_one_is_a_broken_connection(then: str) -> None:
    server = Refusing(then)
    async with async_client(server) as http2:
        with pytest.raises(ConnectionFailedError):
            await anext(astream(http2, large()))


def test_a_server_that_makes_no_room_has_its_time() -> None:
    server = Refusing("says nothing")
    with client(server) as http2, pytest.raises(TimedOutError):
        list(stream(http2, large(first_token=5.0)))


async def test_a_server_that_makes_no_room_has_its_time_in_async_code() -> None:
    server = Refusing("says nothing")
    async with async_client(server) as http2:
        with pytest.raises(TimedOutError):
            await anext(astream(http2, large(first_token=0.001)))


def test_a_connection_without_the_private_names_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http2_early_answers, "_PRIVATE", ("_no_such_name",))
    server = Refusing("waits")
    with client(server) as http2, pytest.raises(TimedOutError):
        list(stream(http2, large(first_token=5.0)))
