from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_sse_chat.transport import inherited
from langchain_sse_chat.transport.inherited import close_inherited, note, note_of_loop


class Stream:
    """A stream of httpcore over a socket."""

    def __init__(self, connection: socket.socket | None = None) -> None:
        self.connection = connection
        self.closed = False

    def get_extra_info(self, info: str) -> Any:
        assert info == "socket"
        return self.connection

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def _no_streams_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_of_threads", "_of_loops"):
        monkeypatch.setattr(inherited, name, type(getattr(inherited, name))())


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    other.settimeout(20.0)
    yield one, other
    one.close()
    other.close()


def test_connections_for_blocking_reads_are_closed() -> None:
    stream = Stream()
    note(stream)
    close_inherited()
    assert stream.closed
    assert len(inherited._of_threads) == 0


def test_connections_of_a_loop_end_without_it(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    one, other = pair
    stream = Stream(one)
    note_of_loop(stream)
    descriptor = one.fileno()
    close_inherited()
    assert other.recv(1) == b""
    assert not stream.closed
    # The number is not free for another file until its owner gives it back.
    assert one.fileno() == descriptor
    os.fstat(descriptor)
    assert len(inherited._of_loops) == 0


def test_connections_of_a_loop_that_are_closed_are_left_alone() -> None:
    closed = socket.socket(socket.AF_UNIX)
    closed.close()
    streams = Stream(closed), Stream(None)
    for stream in streams:
        note_of_loop(stream)
    close_inherited()


@pytest.mark.parametrize("nothing", [None, object()])
def test_what_is_no_connection_is_not_noted(nothing: Any) -> None:
    note_of_loop(nothing)
    assert len(inherited._of_loops) == 0
