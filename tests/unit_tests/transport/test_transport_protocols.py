from __future__ import annotations

import math
import sys
from typing import Any

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import RequestSpec, Timeouts

LIMITS = Timeouts(1.0, 2.0, 3.0, 4.0, first_token=5.0, gap=6.0)


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (None, (1.0, 2.0, 3.0, 4.0)),
        (9, (9, 9, 9, 9)),
        (9.5, (9.5, 9.5, 9.5, 9.5)),
        ((7.0, 8.0), (7.0, 2.0, 3.0, 8.0)),
        ((None, 8.0), (None, 2.0, 3.0, 8.0)),
        pytest.param(
            httpx.Timeout(9.0, pool=None), (9.0, 9.0, None, 9.0), id="httpx.Timeout"
        ),
    ],
)
def test_a_timeout_of_the_caller_is_laid_over_the_limits(
    timeout: Any, expected: tuple[float | None, ...]
) -> None:
    laid = LIMITS.overridden_by(timeout)
    assert (laid.connect, laid.write, laid.pool, laid.read) == expected
    assert (laid.first_token, laid.gap) == (5.0, 6.0)


@pytest.mark.parametrize("timeout", ["9", True, (1.0,), {"connect": 1.0}])
def test_what_is_no_timeout_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="Invalid `timeout`: "):
        LIMITS.overridden_by(timeout)


def test_a_request_shows_neither_headers_nor_body() -> None:
    headers = {"Authorization": "hidden"}
    spec = RequestSpec("http://h", headers, b"hidden", HTTPClients())
    assert "hidden" not in repr(spec)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(1e7 + 1, id="just above the limit"),
        pytest.param(1e10, id="1e10"),
        pytest.param(math.inf, id="inf"),
        pytest.param(sys.maxsize, id="maxsize"),
        pytest.param(10**400, id="too large for a float"),
    ],
)
def test_a_limit_that_never_comes_is_none(seconds: float) -> None:
    limits = Timeouts(first_token=seconds, gap=seconds).overridden_by(seconds)

    assert limits == Timeouts(None, None, None, None, first_token=None, gap=None)
