"""Servers that send without end, over real sockets: what each of them comes to."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from langchain_sse_chat.errors import (
    ConnectionFailedError,
    SSEChatError,
    TimedOutError,
)
from langchain_sse_chat.transport.clients import HTTPClients
from tests.integration_tests.transport_wire import (
    CHUNKED,
    OK,
    Behavior,
    Exchange,
    Run,
    Server,
    Wire,
    chunk,
    run_async,
    run_sync,
)

MANY = b"x" * 32 * 1024


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run exchanges one after the other and return the outputs of each."""
    return request.param  # type: ignore[no-any-return]


def failed(run: Run, behavior: Behavior, **limits: Any) -> SSEChatError:
    """Return the error of a call; the server must see the client hang up."""
    with Server(behavior) as server:
        with pytest.raises(SSEChatError) as caught:
            run(HTTPClients(), [Exchange(server.url, **limits)])
        assert server.saw_close()
    return caught.value


def for_ever(wire: Wire, data: bytes) -> None:
    while True:
        wire.send(data)


def test_headers_without_end_break_the_connection(run: Run) -> None:
    def behavior(wire: Wire) -> None:
        wire.send(OK)
        for_ever(wire, b"x-many: many\r\n" * 1000)

    assert isinstance(failed(run, behavior), ConnectionFailedError)


def test_a_header_without_end_breaks_the_connection(run: Run) -> None:
    def behavior(wire: Wire) -> None:
        wire.send(OK, b"x-long: ")
        for_ever(wire, MANY)

    assert isinstance(failed(run, behavior), ConnectionFailedError)


def test_interim_answers_without_end_run_into_the_clock(run: Run) -> None:
    def behavior(wire: Wire) -> None:
        for_ever(wire, b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 500)

    error = failed(run, behavior, first_token=0.2)

    assert isinstance(error, TimedOutError)
    assert error.phase == "first_token"


def test_comments_at_full_speed_run_into_the_clock(run: Run) -> None:
    def behavior(wire: Wire) -> None:
        wire.send(CHUNKED)
        for_ever(wire, chunk(b": ping\n" * 1000))

    error = failed(run, behavior, first_token=0.2)

    assert isinstance(error, TimedOutError)


def test_compressed_comments_at_full_speed_run_into_the_clock(run: Run) -> None:
    packer = zlib.compressobj(wbits=31)
    begin = packer.compress(b": ping\n" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    # From here on equal plain bytes are equal packed bytes.
    more = packer.compress(b": ping\n" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)

    def behavior(wire: Wire) -> None:
        wire.send(CHUNKED[:-2], b"content-encoding: gzip\r\n\r\n", chunk(begin))
        for_ever(wire, chunk(more))

    error = failed(run, behavior, first_token=0.5)

    assert isinstance(error, TimedOutError)


def test_framing_without_content_runs_into_the_clock(run: Run) -> None:
    def behavior(wire: Wire) -> None:
        wire.send(CHUNKED, chunk(b"a\n"))
        for_ever(wire, chunk(b":") * 1000)

    error = failed(run, behavior, gap=0.2)

    assert isinstance(error, TimedOutError)
    assert error.phase == "gap"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_body_of_a_refusal_is_not_read_without_end(run: Run, encoding: str) -> None:
    head = b"HTTP/1.1 500 Oh no\r\ntransfer-encoding: chunked\r\ncontent-encoding: "

    def behavior(wire: Wire) -> None:
        wire.send(head, encoding.encode(), b"\r\n\r\n")
        packed = gzip.compress(MANY) if encoding == "gzip" else MANY
        for_ever(wire, chunk(packed))

    assert len(str(failed(run, behavior))) < 70_000
