from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    ModelClosedError,
    TimedOutError,
)
from langchain_sse_chat.transport.attempt import Attempt, ReadLimit
from tests.unit_tests.transport.transport_scripts import (
    LineReceiver,
    ScriptedExchange,
    spec,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_wait_begins_when_the_caller_is_back(clock: Clock) -> None:
    attempt = Attempt(spec(first_token=30.0, gap=10.0), LineReceiver(), clock)
    assert attempt.read_clock().at == 1030.0
    attempt.feed(b"token\n")
    clock.now += 500.0  # the caller works on the token
    assert attempt.read_clock().at == 1510.0


def test_bytes_without_progress_leave_the_deadline_where_it_is(clock: Clock) -> None:
    attempt = Attempt(spec(first_token=30.0), LineReceiver(), clock)
    clock.now += 29.0
    attempt.feed(b": ping\n")
    assert attempt.read_clock().at == 1030.0
    clock.now += 1.0
    attempt.feed(b": ping\n")
    with pytest.raises(TimedOutError) as caught:
        attempt.read_clock()
    assert caught.value.phase == "first_token"


def test_progress_without_output_sets_the_clock_anew(clock: Clock) -> None:
    receiver = LineReceiver()
    attempt = Attempt(spec(gap=10.0), receiver, clock)
    receiver.progress += 1
    assert attempt.feed(b": hidden progress\n") == []
    assert attempt.read_clock().at == 1010.0


def timeouts_of(attempt: Attempt[str], *, bounded: bool) -> Any:
    with httpx.Client() as client:
        return attempt.request(client, bounded=bounded).extensions["timeout"]


def test_parts_of_a_request_have_limits_of_their_own(clock: Clock) -> None:
    limits = spec(connect=10.0, write=math.inf, pool=0.0, first_token=30.0)
    timeouts = timeouts_of(Attempt(limits, LineReceiver(), clock), bounded=False)
    assert timeouts == {"connect": 10.0, "write": None, "pool": 0.001, "read": None}


def test_parts_of_a_bounded_request_end_with_its_clock(clock: Clock) -> None:
    limits = spec(connect=10.0, pool=60.0, first_token=30.0)
    timeouts = timeouts_of(Attempt(limits, LineReceiver(), clock), bounded=True)
    assert timeouts.get("pool") == 30.0
    clock.now += 25.0  # in the pool
    assert timeouts.get("connect") == 5.0
    assert timeouts.get("read") == 5.0


def test_an_allowance_ends_with_its_bytes(clock: Clock) -> None:
    allowance = ReadLimit(5.0, 4, clock)
    left = []
    for data in (b"abc", b"def"):
        allowance.take(data)
        left.append(allowance.is_left)
    assert left == [True, False]
    assert allowance.taken() == b"abcd"


def test_an_allowance_ends_with_its_time(clock: Clock) -> None:
    allowance = ReadLimit(5.0, 4, clock)
    left = []
    for seconds in (4.9, 0.1):
        clock.now += seconds
        left.append(allowance.is_left)
    assert left == [True, False]


@pytest.mark.parametrize(("seconds", "is_left"), [(5.0, False), (None, True)])
def test_the_body_of_an_error_response_has_a_timeout_of_its_own(
    clock: Clock, seconds: float | None, *, is_left: bool
) -> None:
    limits = spec(error_body=seconds)
    allowance = Attempt(limits, LineReceiver(), clock).error_body_limit()
    clock.now += 5.0
    assert allowance.is_left is is_left


def test_pause_is_what_the_exchange_says() -> None:
    exchange = ScriptedExchange(retries=1, pause=2.5)
    error = ConnectionFailedError("x")
    attempt = Attempt(*exchange.begin())
    assert attempt.next_after(error, exchange).seconds == 2.5
    with pytest.raises(ConnectionFailedError) as caught:
        attempt.next_after(error, exchange)
    assert caught.value is error


def test_what_an_error_was_hidden_from_is_dropped() -> None:
    def fail() -> None:
        try:
            int("secret")
        except ValueError:
            msg = "shown"
            raise ConfigurationError(msg) from None

    with pytest.raises(ConfigurationError) as caught:
        fail()
    assert caught.value.__context__ is not None
    exchange = ScriptedExchange()
    with pytest.raises(ConfigurationError):
        Attempt(*exchange.begin()).next_after(caught.value, exchange)
    assert caught.value.__context__ is None


def test_an_answer_that_ends_because_the_model_was_closed_is_not_whole(
    clock: Clock,
) -> None:
    attempt = Attempt(spec(), LineReceiver(), clock)
    attempt.feed(b"a\n")
    attempt.clock.stop()
    with pytest.raises(ModelClosedError):
        attempt.close()


def test_a_read_that_fails_because_the_client_was_closed_says_so(clock: Clock) -> None:
    exchange = ScriptedExchange()
    attempt = Attempt(*exchange.begin(), clock)
    with httpx.Client() as client:
        attempt.request(client)
    with pytest.raises(ModelClosedError):
        attempt.read_failed(httpx.ReadError("x"))
