from __future__ import annotations

import math

import pytest

from langchain_sse_chat.errors import ModelClosedError, TimedOutError
from langchain_sse_chat.transport.clock import Deadline, Limits, StreamClock
from langchain_sse_chat.transport.protocols import Timeouts

LIMITS = Timeouts(first_token=30.0, gap=10.0, read=600.0)


def error_at(clock: StreamClock, now: float) -> TimedOutError:
    error = clock.expired(now)
    assert isinstance(error, TimedOutError)
    return error


def test_first_token_is_due_from_the_start() -> None:
    clock = StreamClock(LIMITS, 100.0, url="http://h/v1")
    assert clock.remaining(101.0) == 29.0
    assert clock.expired(129.9) is None
    error = error_at(clock, 130.0)
    assert error.phase == "first_token"
    assert "http://h/v1" in str(error)
    assert "30.0 s" in str(error)
    assert "`first_token_timeout`" in str(error)


def test_progress_starts_the_gap_each_time() -> None:
    clock = StreamClock(LIMITS, 0.0)
    clock.progressed(5.0)
    assert clock.remaining(5.0) == 10.0
    clock.progressed(14.0)
    assert clock.expired(23.9) is None
    error = error_at(clock, 24.0)
    assert error.phase == "gap"
    assert "10.0 s" in str(error)
    assert "`stream_chunk_timeout`" in str(error)


def test_an_answer_in_one_piece_has_one_deadline() -> None:
    clock = StreamClock(LIMITS, 0.0, streamed=False)
    clock.progressed(500.0)
    error = error_at(clock, 600.05)
    assert error.phase == "read"
    assert "Raise `timeout` (None switches it off). A chat model can" in str(error)


def test_an_answer_in_one_piece_outlasts_a_part_with_the_same_limit() -> None:
    limits = Timeouts(connect=5.0, read=5.0)
    clock = StreamClock(limits, 0.0, streamed=False)
    assert clock.expired(5.0) is None
    assert "5.0 s" in str(error_at(clock, 5.05))


def test_no_part_of_a_request_outlasts_the_deadline() -> None:
    now = 100.0
    limits = Limits({"connect": 10.0, "pool": None}, Deadline(130.0), lambda: now)
    assert (limits["connect"], limits["pool"]) == (10.0, 30.0)
    now = 125.0
    assert (limits["connect"], limits.get("pool")) == (5.0, 5.0)
    now = 131.0
    assert (limits["connect"], limits["pool"]) == (0.001, 0.001)
    assert limits.get("write") is None
    assert limits.get("write", 7.0) == 7.0


def test_limits_are_as_given_without_a_deadline() -> None:
    limits = Limits({"connect": 10.0, "pool": None}, Deadline(math.inf), lambda: 0.0)
    assert (limits["connect"], limits["pool"]) == (10.0, None)


@pytest.mark.parametrize("streamed", [True, False])
def test_none_switches_a_limit_off(streamed: bool) -> None:
    limits = Timeouts(first_token=None, gap=None, read=None)
    clock = StreamClock(limits, 0.0, streamed=streamed)
    assert clock.expired(1e12) is None
    clock.progressed(1e12)
    assert clock.remaining(2e12) is None
    assert clock.expired(2e12) is None


def test_time_left_is_negative_after_a_deadline() -> None:
    assert Deadline(3.0).remaining(5.0) == -2.0
    assert Deadline(math.inf).remaining(5.0) is None


def test_a_stopped_clock_says_that_the_model_was_closed() -> None:
    clock = StreamClock(LIMITS, 100.0, url="http://h/v1")
    clock.stop()
    clock.progressed(101.0)
    error = clock.expired(101.0)
    assert isinstance(error, ModelClosedError)
    assert "http://h/v1" in str(error)
