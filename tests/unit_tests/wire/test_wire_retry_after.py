"""How long a server asks to wait: in headers, and in the body of an error."""

from __future__ import annotations

import time
from typing import Any

import pytest

from langchain_sse_chat import (
    RateLimitError,
    StreamError,
)
from tests.unit_tests.chat_models.scripted import Scripted, chunk, sse, streamed
from tests.unit_tests.chat_models.server_errors import (
    GEMINI,
    Make,
    invoke_error,
    refused,
    said,
    stream_error,
    with_metadata,
)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param(GEMINI, 34.0, id="Gemini"),
        pytest.param([GEMINI], 34.0, id="Gemini, in a list"),
        pytest.param(
            {"error": {"message": "m", "details": [{"retryDelay": {"seconds": 5}}]}},
            5.0,
            id="a duration of protobuf",
        ),
        pytest.param(
            {"error": {"message": "m", "details": [{"retryDelay": "soon"}]}},
            None,
            id="no duration",
        ),
        pytest.param(said("Please try again in 1.2s. Visit x."), 1.2, id="seconds"),
        pytest.param(said("Please try again in 6m0s."), 360.0, id="minutes"),
        pytest.param(said("Please try again in 20ms."), 0.02, id="milliseconds"),
        pytest.param(said("try again in 1h2m3.5s"), 3723.5, id="hours"),
        pytest.param(said("Please retry after 14 seconds."), 14.0, id="Azure"),
        pytest.param(said("Wait 2 days."), 172800.0, id="days"),
        pytest.param(said("请在30秒后重试"), 30.0, id="Chinese"),
        pytest.param(said("retry 3 times, or in a moment"), None, id="no unit"),
        pytest.param(with_metadata(retry_after_seconds=7), 7.0, id="OpenRouter"),
        pytest.param(
            with_metadata(headers={"Retry-After": "8"}), 8.0, id="a header within"
        ),
        pytest.param(
            with_metadata(headers={"Retry-After-Ms": 2500}),
            2.5,
            id="milliseconds there",
        ),
        pytest.param(
            with_metadata(raw='{"error": {"retry_after": 3, "message": "x"}}'),
            3.0,
            id="in the upstream server's body",
        ),
        pytest.param(
            with_metadata(headers={"X-RateLimit-Reset": True}), None, id="no number"
        ),
        pytest.param(with_metadata(retry_after=-5), 0.0, id="negative"),
        pytest.param(with_metadata(retry_after=10**400), None, id="beyond a float"),
        pytest.param(with_metadata(retry_after="1e999"), None, id="infinite"),
    ],
)
async def test_a_wait_in_the_body_counts_as_retry_after(
    make_chat: Make, body: Any, seconds: float | None
) -> None:
    chat = make_chat(lambda _: refused(429, body))
    with pytest.raises(RateLimitError) as caught:
        await chat.ainvoke("Hello")
    for error in (invoke_error(chat), caught.value):
        assert isinstance(error, RateLimitError)
        assert error.retry_after == (
            None if seconds is None else pytest.approx(seconds)
        )


@pytest.mark.parametrize("factor", [1, 1000], ids=["seconds", "milliseconds"])
def test_a_moment_in_the_body_counts_as_retry_after(
    make_chat: Make, factor: int
) -> None:
    moment = str(int(time.time() + 3600) * factor)
    body = with_metadata(headers={"X-RateLimit-Reset": moment})
    error = invoke_error(make_chat(refused(429, body)))

    assert isinstance(error, RateLimitError)
    assert error.retry_after is not None
    assert 3000 < error.retry_after <= 3600


def test_a_moment_inside_a_stream_is_passed_over(make_chat: Make) -> None:
    sent = with_metadata(headers={"X-RateLimit-Reset": "1741305600000"})
    error = stream_error(make_chat(streamed(sse(sent))))

    assert isinstance(error, StreamError)
    assert (error.retry_after, error.is_retryable) == (None, True)


def test_the_header_counts_before_the_body(make_chat: Make) -> None:
    answer = refused(429, GEMINI, **{"retry-after": "2"})
    error = invoke_error(make_chat(answer))

    assert isinstance(error, RateLimitError)
    assert error.retry_after == 2.0


def test_too_long_a_wait_inside_a_stream_ends_the_attempts(
    make_chat: Make, server: Scripted
) -> None:
    body = sse(said("Rate limit reached. Please try again in 6m0s."))
    error = stream_error(make_chat(streamed(body), max_retries=2))

    assert isinstance(error, StreamError)
    assert (error.retry_after, error.is_retryable) == (360.0, True)
    assert len(server.requests) == 1


def test_a_short_wait_in_a_body_is_waited_for(
    make_chat: Make, server: Scripted
) -> None:
    answer = refused(429, said("Please try again in 1ms."))
    chat = make_chat(
        answer, streamed(sse(chunk({"content": "Hi"}, finish_reason="stop")))
    )
    chat.max_retries = 1

    assert "".join(c.text for c in chat.stream("Hello")) == "Hi"
    assert len(server.requests) == 2
