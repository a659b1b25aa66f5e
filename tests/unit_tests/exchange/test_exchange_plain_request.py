"""The attempts of a request that is not for a chat completion."""

from __future__ import annotations

import pytest

from langchain_sse_chat import ConfigurationError, ServerError
from langchain_sse_chat.exchange.plain_answer import PlainReceiver, Reading, json_object
from langchain_sse_chat.exchange.plain_request import (
    PlainAttempts,
    PlainPlan,
    PlainRequest,
    plain_exchange,
)
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.request.multipart import FormFile, Multipart
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import Timeouts

KEY = "sk-a-secret-of-some-length"

PLAN = PlainPlan(
    url="http://test/v1/things?key=marker",
    headers={"Authorization": f"Bearer {KEY}"},
    clients=HTTPClients(),
    timeouts=Timeouts(),
    policy=RetryPolicy(max_retries=1, initial=0.0),
)
READING = Reading("/things", json_object)
FORM = Multipart({}, (FormFile("file", "a", b"content"),), boundary="b")


def test_a_plan_shows_neither_query_nor_headers() -> None:
    assert repr(PLAN) == "PlainPlan(url='http://test/v1/things')"


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        pytest.param(PlainRequest(READING), b"", id="none"),
        pytest.param(
            PlainRequest(READING, "POST", body={"a": [1]}), b'{"a":[1]}', id="json"
        ),
        pytest.param(
            PlainRequest(READING, "POST", body=FORM), FORM.encode(), id="form"
        ),
    ],
)
def test_a_request_has_its_method_and_its_body(
    request_: PlainRequest[object], body: bytes
) -> None:
    exchange = plain_exchange(PLAN, request_)

    begun = exchange.begin()

    assert not isinstance(begun, float)
    spec, receiver = begun
    assert (spec.method, spec.body) == (request_.method, body)
    assert (spec.url, spec.headers, spec.streamed) == (PLAN.url, PLAN.headers, False)
    assert isinstance(receiver, PlainReceiver)
    assert exchange.finished()
    exchange.close()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(None, None, id="none"),
        pytest.param({}, "application/json", id="json"),
        pytest.param(FORM, "multipart/form-data; boundary=b", id="form"),
    ],
)
def test_the_headers_name_the_kinds_of_the_bodies(
    body: dict[str, object] | Multipart | None, kind: str | None
) -> None:
    request_ = PlainRequest(READING, "POST", body=body, accept="image/jpeg")

    assert request_.headers == {"Accept": "image/jpeg", "Content-Type": kind}


def test_a_retryable_error_is_retried_as_often_as_the_policy_allows() -> None:
    attempts = PlainAttempts(PLAN, PlainRequest(READING))

    attempts.begin()
    again = attempts.failed(ServerError(f"failed with {KEY}", is_retryable=True))
    attempts.begin()
    last = attempts.failed(ServerError("failed", is_retryable=True))

    assert again is not None
    assert again.retry is not None
    assert KEY not in str(again.retry)
    assert last is None


def test_a_value_that_is_not_json_is_an_error_before_anything_is_sent() -> None:
    attempts = PlainAttempts(PLAN, PlainRequest(READING, body={"thing": object()}))

    with pytest.raises(ConfigurationError, match="'thing'"):
        attempts.begin()
