from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    ErrorResponse,
    RateLimitError,
    ServerError,
    SSEChatError,
    StatusError,
)
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.wire.retry_after import parse_retry_after

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


def highest() -> float:
    return 1.0


@pytest.mark.parametrize(
    ("attempt", "bound"),
    [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (10**9, 8.0)],
)
def test_bound_of_the_wait_doubles_up_to_the_maximum(
    attempt: int, bound: float
) -> None:
    policy = RetryPolicy(max_retries=10**10)
    assert policy.delay(attempt, ConnectionFailedError(), highest) == bound


def test_wait_is_drawn_from_the_whole_range() -> None:
    policy = RetryPolicy()
    assert policy.delay(1, ConnectionFailedError(), lambda: 0.0) == 0.0
    assert policy.delay(1, ConnectionFailedError(), lambda: 0.5) == 0.25


@pytest.mark.parametrize(
    ("max_retries", "attempt", "again"),
    [(0, 1, False), (1, 1, True), (1, 2, False), (2, 2, True), (2, 3, False)],
)
def test_max_retries_counts_the_attempts_after_the_first(
    max_retries: int, attempt: int, again: bool
) -> None:
    policy = RetryPolicy(max_retries=max_retries)
    assert (
        policy.delay(attempt, ConnectionFailedError(), highest) is not None
    ) is again


def test_an_error_that_does_not_pass_is_not_retried() -> None:
    assert RetryPolicy().delay(1, AuthenticationError("no"), highest) is None
    assert RetryPolicy().delay(1, SSEChatError("no"), highest) is None


@pytest.mark.parametrize(
    ("asked", "delay"), [(0.0, 0.0), (3.5, 3.5), (60.0, 60.0), (60.1, None)]
)
def test_retry_after_is_waited_for_up_to_its_own_limit(
    asked: float, delay: float | None
) -> None:
    error = RateLimitError("slow down", retry_after=asked)
    assert RetryPolicy().delay(1, error, highest) == delay


@pytest.mark.parametrize(
    "field", ["max_retries", "initial", "maximum", "max_retry_after"]
)
def test_negative_numbers_are_refused_by_name(field: str) -> None:
    given: dict[str, Any] = {field: -1}

    with pytest.raises(ConfigurationError, match=f"`{field}` is -1"):
        RetryPolicy(**given)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1_000"}, None),
        ({"retry-after": "\u0665"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "soon"}, None),
        pytest.param(
            {"retry-after": "Sun, 06 Nov 1994 08:49:47 GMT"}, 10.0, id="date in GMT"
        ),
        pytest.param(
            {"retry-after": "Sun, 06 Nov 1994 08:49:47 -0000"},
            10.0,
            id="date without a zone",
        ),
        pytest.param(
            {"retry-after": "Sun, 06 Nov 1994 10:49:47 +0200"},
            10.0,
            id="date in another zone",
        ),
        ({"retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 99 Nov 1994 08:00:00 GMT"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "-1", "retry-after": "9"}, 0.0),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
    ],
)
def test_reads_what_the_server_asks_to_wait(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert parse_retry_after(headers, NOW) == seconds


@given(st.text())
def test_no_header_value_makes_reading_fail(value: str) -> None:
    seconds = parse_retry_after({"retry-after": value, "retry-after-ms": value}, NOW)
    assert seconds is None or seconds >= 0.0


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (RateLimitError("x", response=ErrorResponse(429), is_retryable=True), False),
        (ServerError("x", response=ErrorResponse(503), is_retryable=True), True),
        (ServerError("x", response=ErrorResponse(503), is_retryable=False), False),
        (StatusError("x", response=ErrorResponse(418)), True),
        (ConnectionFailedError(), True),
    ],
    ids=["429", "503", "final 503", "418", "connection"],
)
def test_only_the_given_statuses_are_retried(error: SSEChatError, again: bool) -> None:
    policy = RetryPolicy(statuses=frozenset({418, 503}))

    assert (policy.delay(1, error, highest) is not None) is again
