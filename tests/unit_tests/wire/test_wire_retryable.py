"""Which failures are retried: rate limits are, accounts without money are not."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.errors import (
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    StreamError,
)
from langchain_sse_chat.wire import server_errors
from tests.unit_tests.chat_models.scripted import Scripted, sse, streamed
from tests.unit_tests.chat_models.server_errors import (
    GEMINI,
    Make,
    invoke_error,
    refused,
    stream_error,
)
from tests.unit_tests.wire.wire_streams import (
    WHERE,
)

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
    pytest.param(
        {"message": "Inactive subscription or usage limit reached"}, id="Mistral"
    ),
]


@pytest.mark.parametrize("sent", OUT_OF_MONEY)
@pytest.mark.parametrize("status", [429, 402, 403, 500])
def test_spent_money_is_not_asked_for_again_and_says_so(
    make_chat: Make, server: Scripted, sent: dict[str, Any], status: int
) -> None:
    error = invoke_error(make_chat(refused(status, {"error": sent}), max_retries=2))

    kinds = {429: RateLimitError, 500: ServerError}
    assert type(error) is kinds.get(status, PermissionDeniedError)
    assert not error.is_retryable
    assert "there is no retry" in str(error)
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
    assert "there is no retry" in str(error)
    assert len(server.requests) == 1


def test_no_header_makes_money_come_back(make_chat: Make) -> None:
    sent = {"error": {"message": "no", "code": "insufficient_quota"}}
    answer = refused(429, sent, **{"x-should-retry": "true"})

    assert not invoke_error(make_chat(answer)).is_retryable


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
    error = invoke_error(make_chat(refused(429, body)))

    assert type(error) is RateLimitError
    assert error.is_retryable
    assert "there is no retry" not in str(error)


@pytest.mark.parametrize(
    ("body", "retryable"),
    [
        ({"code": 502}, True),
        ({"code": "502"}, True),
        ({"code": 429}, True),
        ({"code": 408}, True),
        ({"code": 400}, False),
        ({"code": 1301}, False),
        ({"code": "13013"}, False),
        ({"code": "²"}, False),
        ({"code": "rate_limit_exceeded"}, True),
        ({"type": "overloaded_error"}, True),
        ({"code": "invalid_api_key"}, False),
        ({"type": "invalid_request_error"}, False),
        ({}, False),
    ],
)
def test_only_a_passing_failure_is_retried(
    body: dict[str, Any], retryable: bool
) -> None:
    assert (
        server_errors.stream_error({"message": "m", **body}, WHERE).is_retryable
        is retryable
    )
