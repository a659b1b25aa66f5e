"""Idle connections of aiohttp: what comes on one ends it."""

from __future__ import annotations

import pytest

from langchain_sse_chat.transport.workarounds.aiohttp_idle import (
    SpoiltConnectionError,
    take,
)
from tests.unit_tests.transport.aiohttp_stand_in import Connection


@pytest.fixture
def idle() -> Connection:
    connection = Connection()
    take(connection)
    connection.release()
    return connection


def test_a_connection_that_was_silent_is_taken_again(idle: Connection) -> None:
    take(idle)
    assert idle.made.get_protocol() is idle.protocol
    idle.release()
    assert idle.made.get_protocol() is not idle.protocol


def test_anything_that_comes_ends_the_connection(idle: Connection) -> None:
    idle.made.get_protocol().data_received(b"x")
    assert idle.aborted == 1
    with pytest.raises(SpoiltConnectionError):
        take(idle)


def test_what_came_with_the_last_answer_spoils_the_connection(idle: Connection) -> None:
    idle.protocol.should_close = True
    with pytest.raises(SpoiltConnectionError):
        take(idle)


def test_its_end_is_known_to_the_pool(idle: Connection) -> None:
    idle.made.get_protocol().eof_received()
    idle.made.get_protocol().connection_lost(None)
    assert idle.protocol.told == ["eof", None]
