"""What a user gets of the errors that servers send, over HTTP and inside a stream."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import pytest
from langchain_core.exceptions import ContextOverflowError

from langchain_sse_chat import (
    ChatSSE,
    ContextLengthError,
    RateLimitError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.errors import PermissionDeniedError, ServerError, StatusError
from tests.unit_tests.chat_models.scripted import Scripted, chunk, sse, streamed
from tests.unit_tests.wire.overflow_wordings import OTHER_LIMITS, TOO_LONG

Make = Callable[..., ChatSSE]

MODEL_ERROR = {"type": "invalid_request_error", "param": None, "code": None}


def refused(status: int, body: Any, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=headers)


def wrapped(words: str) -> dict[str, Any]:
    """Return an error as OpenRouter passes it on."""
    raw = json.dumps({"error": {"message": words, **MODEL_ERROR}})
    metadata = {"raw": raw, "provider_name": "Upstream"}
    error = {"message": "Provider returned error", "code": 400, "metadata": metadata}
    return {"error": error, "user_id": "user_1"}


def error_of(chat: ChatSSE) -> SSEChatError:
    with pytest.raises(SSEChatError) as caught:
        chat.invoke("Hello")
    return caught.value


@pytest.mark.parametrize(("status", "words"), TOO_LONG)
def test_too_long_a_conversation_is_known_in_every_servers_words(
    make_chat: Make, status: int, words: str
) -> None:
    body = {"error": {"message": words, **MODEL_ERROR}}
    error = error_of(make_chat(refused(status, body), max_retries=2))

    assert type(error) is ContextLengthError
    assert isinstance(error, ContextOverflowError)
    assert (error.status_code, error.is_retryable) == (status, False)
    assert words in str(error)


@pytest.mark.parametrize(("status", "words"), TOO_LONG)
def test_too_long_a_conversation_is_known_in_another_servers_error(
    make_chat: Make, status: int, words: str
) -> None:
    error = error_of(make_chat(refused(status, wrapped(words))))

    assert type(error) is ContextLengthError
    assert words in str(error)


@pytest.mark.parametrize(("status", "words"), OTHER_LIMITS)
@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
def test_other_limits_are_not_taken_for_a_long_conversation(
    make_chat: Make, status: int, words: str, *, nested: bool
) -> None:
    body = wrapped(words) if nested else {"error": {"message": words, **MODEL_ERROR}}
    error = error_of(make_chat(refused(status, body)))

    assert isinstance(error, StatusError)
    assert not isinstance(error, ContextLengthError)
    assert words in str(error)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "context_length_exceeded"),
        (413, "tokens_limit_reached"),
        (400, "exceed_context_size_error"),
        (400, "too_many_prompt_tokens"),
        (400, "model_max_prompt_tokens_exceeded"),
        (422, "context_window_exceeded"),
        (500, "ContextWindowExceededError"),
        (429, "context_length_exceeded"),
        (400, "model_context_window_exceeded"),
        (400, "prompt_too_long"),
    ],
)
@pytest.mark.parametrize("key", ["code", "type"])
def test_too_long_a_conversation_is_known_by_its_code(
    make_chat: Make, status: int, code: str, key: str
) -> None:
    error = error_of(
        make_chat(refused(status, {"error": {"message": "no", key: code}}))
    )

    assert type(error) is ContextLengthError
    assert error.code == code


@pytest.mark.parametrize("code", ["context_deadline_exceeded", "request_too_large"])
def test_a_code_about_something_else_is_not_taken_for_it(
    make_chat: Make, code: str
) -> None:
    error = error_of(
        make_chat(refused(500, {"error": {"message": "no", "code": code}}))
    )

    assert type(error) is ServerError


@pytest.fixture(params=[1, 7, None], ids=["bytewise", "sevens", "whole"])
def size(request: pytest.FixtureRequest) -> int | None:
    """Return the number of bytes in a read."""
    return request.param  # type: ignore[no-any-return]


async def astream_error(chat: ChatSSE) -> SSEChatError:
    with pytest.raises(SSEChatError) as caught:
        async for _ in chat.astream("Hello"):
            pass
    return caught.value


def stream_error(chat: ChatSSE) -> SSEChatError:
    with pytest.raises(SSEChatError) as caught:
        for _ in chat.stream("Hello"):
            pass
    return caught.value


async def test_too_long_a_conversation_is_known_inside_a_stream(
    make_chat: Make, size: int | None
) -> None:
    words = "This model's maximum prompt length is 131072 but the request contains 5e5."
    sent = {"error": {"message": words, "code": 400}}
    body = sse(chunk({"content": "He"}), sent)
    chat = make_chat(lambda _: streamed(body, size), max_retries=2)

    for error in (stream_error(chat), await astream_error(chat)):
        assert type(error) is ContextLengthError
        assert (error.status_code, error.code, error.is_retryable) == (200, 400, False)
        assert error.body == sent["error"]
        assert error.partial is not None
        assert error.partial.content == "He"
        assert words in str(error)


@pytest.mark.parametrize(("_status", "words"), TOO_LONG)
@pytest.mark.parametrize("nested", [False, True], ids=["plain", "nested"])
def test_each_wording_is_known_inside_a_stream(
    make_chat: Make, _status: int, words: str, *, nested: bool
) -> None:
    sent = wrapped(words) if nested else {"error": {"message": words, "code": 500}}
    error = stream_error(make_chat(streamed(sse(sent))))

    assert type(error) is ContextLengthError


@pytest.mark.parametrize(("status", "words"), OTHER_LIMITS)
def test_other_limits_inside_a_stream_are_errors_of_the_stream(
    make_chat: Make, status: int, words: str
) -> None:
    sent = {"error": {"message": words, "code": status}}
    error = stream_error(make_chat(streamed(sse(sent))))

    assert type(error) is StreamError


def test_a_whole_answer_that_is_an_error_is_read_alike(make_chat: Make) -> None:
    body = {"error": {"message": "Prompt exceeds max length", "code": "1261"}}

    assert type(error_of(make_chat(refused(200, body)))) is ContextLengthError


OUT_OF_MONEY = [
    pytest.param(
        {
            "message": "You exceeded your current quota, please check your plan and "
            "billing details.",
            "type": "insufficient_quota",
            "code": "insufficient_quota",
        },
        id="OpenAI",
    ),
    pytest.param(
        {"message": "Billing hard limit has been reached", "code": None}
        | {"code": "billing_hard_limit_reached"},
        id="OpenAI, a hard limit",
    ),
    pytest.param(
        {"message": "Your account is not active, please check your billing details."}
        | {"type": "billing_not_active"},
        id="OpenAI, a closed account",
    ),
    pytest.param(
        {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}, id="Zhipu"
    ),
    pytest.param({"code": "1113", "message": "no"}, id="Zhipu, by the code alone"),
    pytest.param({"code": 1113, "message": "no"}, id="Zhipu, the code as a number"),
    pytest.param(
        {
            "message": "Your account org-1 <ak-1> is suspended, please check your plan "
            "and billing details",
            "type": "exceeded_current_quota_error",
        },
        id="Moonshot",
    ),
    pytest.param(
        {"message": "Insufficient balance or no resource package. Please recharge."},
        id="Z.ai",
    ),
    pytest.param(
        {"message": "Your credit balance is too low to access the Anthropic API."},
        id="Anthropic",
    ),
    pytest.param({"message": "Account overdue", "code": "Arrearage"}, id="DashScope"),
    pytest.param(
        {"message": "用户额度不足", "code": "insufficient_user_quota"}, id="new-api"
    ),
    pytest.param({"message": "You have run out of credits."}, id="a gateway"),
    pytest.param(
        {"message": "Budget has been exceeded! Current cost: 1, Max budget: 1"},
        id="LiteLLM",
    ),
    pytest.param(
        {"message": "The organization has been disabled."}, id="a closed organization"
    ),
]


@pytest.mark.parametrize("sent", OUT_OF_MONEY)
@pytest.mark.parametrize("status", [429, 402, 403, 500])
def test_spent_money_is_not_asked_for_again_and_says_so(
    make_chat: Make, server: Scripted, sent: dict[str, Any], status: int
) -> None:
    error = error_of(make_chat(refused(status, {"error": sent}), max_retries=2))

    kinds = {429: RateLimitError, 500: ServerError}
    assert type(error) is kinds.get(status, PermissionDeniedError)
    assert not error.is_retryable
    assert "not sent again" in str(error)
    assert "billing" in str(error)
    assert str(sent["message"]).rstrip(".") in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize("sent", OUT_OF_MONEY)
def test_spent_money_inside_a_stream_is_not_asked_for_again(
    make_chat: Make, server: Scripted, sent: dict[str, Any]
) -> None:
    body = sse({"error": {"code": 429, **sent}})
    error = stream_error(make_chat(streamed(body), max_retries=2))

    assert type(error) is StreamError
    assert not error.is_retryable
    assert "not sent again" in str(error)
    assert len(server.requests) == 1


def test_no_header_makes_money_come_back(make_chat: Make) -> None:
    sent = {"error": {"message": "no", "code": "insufficient_quota"}}
    answer = refused(429, sent, **{"x-should-retry": "true"})

    assert not error_of(make_chat(answer)).is_retryable


GEMINI = {
    "error": {
        "code": 429,
        "message": "You exceeded your current quota, please check your plan and "
        "billing details.",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "GenerateRequestsPerMinutePerProject"}],
            },
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": "34s",
            },
        ],
    }
}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(GEMINI, id="Gemini says billing and when to come back"),
        pytest.param(
            {
                "error": {
                    "message": "Rate limit reached for gpt-4o on requests per min "
                    "(RPM): Limit 3, Used 3. You can increase your rate limit by "
                    "adding a payment method at https://example.com/account/billing.",
                    "code": "rate_limit_exceeded",
                }
            },
            id="OpenAI says how to get a higher rate",
        ),
        pytest.param(
            {
                "error": {
                    "message": "Rate limit exceeded: free-models-per-day. Add 10 "
                    "credits to unlock 1000 free model requests per day",
                    "code": 429,
                }
            },
            id="OpenRouter says the same",
        ),
        pytest.param({"error": {"message": "slow down"}}, id="plain"),
    ],
)
def test_a_rate_is_not_taken_for_spent_money(make_chat: Make, body: Any) -> None:
    error = error_of(make_chat(refused(429, body)))

    assert type(error) is RateLimitError
    assert error.is_retryable
    assert "not sent again" not in str(error)


def said(words: str) -> dict[str, Any]:
    return {"error": {"message": words, "code": "rate_limit_exceeded"}}


def with_metadata(**metadata: Any) -> dict[str, Any]:
    return {"error": {"message": "slow", "code": 429, "metadata": metadata}}


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
    for error in (error_of(chat), caught.value):
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
    error = error_of(make_chat(refused(429, body)))

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
    error = error_of(make_chat(answer))

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


MANY = [[[f"t{a}{b}{c}" for c in range(9)] for b in range(9)] for a in range(9)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            with_metadata(raw="m:free is temporarily rate-limited upstream."),
            ["slow: m:free is temporarily rate-limited upstream."],
            id="a raw text",
        ),
        pytest.param(
            with_metadata(raw='{"error": {"message": "no such tool"}}'),
            ["slow: no such tool."],
            id="raw JSON",
        ),
        pytest.param(
            {"error": {"message": "failed", "details": {"error": {"message": "why"}}}},
            ["failed: why."],
            id="details.error.message",
        ),
        pytest.param(
            {"details": {"error": {"message": "why"}}}, [": why."], id="details alone"
        ),
        pytest.param(
            {"error": {"code": "400", "message": "Param Incorrect", "param": "no m-1"}},
            ["Param Incorrect (param: no m-1)."],
            id="param",
        ),
        pytest.param(
            {"error": {"message": "bad `n`", "param": "n"}},
            [": bad `n`."],
            id="a param that the message names",
        ),
        pytest.param(
            {
                "error": {"code": 400},
                "warnings": [{"message": "w1"}, {"message": "w2"}],
            },
            [": w1: w2."],
            id="warnings",
        ),
        pytest.param(
            {"error": {"message": "Same.", "cause": {"message": "same"}}},
            [": Same."],
            id="the same words twice",
        ),
        pytest.param(
            {"error": {"message": "Failed.", "cause": {"message": "why"}}},
            [": Failed. why."],
            id="after a whole sentence",
        ),
        pytest.param(
            {"error": {"message": "m", "details": ["one", "two"]}},
            ["m: one; two."],
            id="a list of texts",
        ),
        pytest.param(
            {"error": {"message": "m", "details": MANY}},
            ["m: t000; t001; t002; t003."],
            id="many texts",
        ),
        pytest.param(
            {
                "detail": [
                    {"loc": ["body", "n"], "msg": "bad", "input": {"message": "I"}}
                ]
            },
            [": body.n: bad."],
            id="the request is not quoted",
        ),
        pytest.param(
            with_metadata(raw="{not JSON"), ["slow: {not JSON."], id="a cut object"
        ),
    ],
)
def test_the_message_has_the_words_that_stand_deeper(
    make_chat: Make, body: Any, words: Sequence[str]
) -> None:
    error = error_of(make_chat(refused(418, body)))

    for each in words:
        assert each in str(error)


def test_an_error_nested_without_end_is_read_to_a_depth(make_chat: Make) -> None:
    body: Any = {"message": "innermost"}
    for _ in range(60):
        body = {"error": {"reason": "wrapped"}, "details": [body]}

    assert "innermost" not in str(error_of(make_chat(refused(418, body))))


@pytest.mark.parametrize(
    "words",
    [
        "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Client sent an HTTP request to an HTTPS server.",
    ],
)
def test_http_where_https_is_served_names_the_scheme(
    make_chat: Make, words: str
) -> None:
    error = error_of(make_chat(httpx.Response(400, text=words)))

    assert "Use https:// in `base_url`." in str(error)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_that_no_key_was_sent(
    make_chat: Make, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-another-host")
    chat = make_chat(refused(status, {"error": {"message": "no"}}), api_key=None)
    error = error_of(chat)

    assert "No API key was sent" in str(error)
    assert "OPENAI_API_KEY goes to api.openai.com only" in str(error)


def test_a_refusal_names_the_variable_of_the_provider(make_chat: Make) -> None:
    chat = make_chat(refused(401, {}), api_key=None, provider="deepseek")

    assert "set DEEPSEEK_API_KEY" in str(error_of(chat))


@pytest.mark.parametrize(
    "fields",
    [{"api_key": "a-key"}, {"api_key": None, "default_headers": {"X-API-Key": "k"}}],
    ids=["a key", "a header"],
)
def test_a_refusal_of_a_key_speaks_of_that(
    make_chat: Make, fields: dict[str, Any]
) -> None:
    error = error_of(make_chat(refused(401, {}), **fields))

    assert "Check the API key." in str(error)
    assert "No API key was sent" not in str(error)


@pytest.mark.parametrize("key", ["Bearer sk-12345678", "bearer  sk-12345678"])
@pytest.mark.parametrize("as_function", [False, True], ids=["text", "function"])
async def test_a_key_with_its_prefix_is_understood(
    make_chat: Make, server: Scripted, key: str, *, as_function: bool
) -> None:
    echo = {"error": {"message": "bad key sk-12345678"}}
    chat = make_chat(
        lambda _: refused(401, echo), api_key=(lambda: key) if as_function else key
    )

    for error in (error_of(chat), await astream_error(chat)):
        assert server.headers["authorization"] == "Bearer sk-12345678"
        assert "sk-12345678" not in str(error)
