"""The attempts of one request."""

from __future__ import annotations

import httpx
import pytest

from langchain_sse_chat import (
    ConfigurationError,
    InvalidRequestError,
    ServerError,
    SSEChatError,
)
from langchain_sse_chat.embeddings.exchange import EmbeddingsPlan, batch_request
from langchain_sse_chat.exchange.plain_request import PlainAttempts
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.protocols import Timeouts
from tests.unit_tests.embeddings.embeddings_scripts import (
    KEY,
    Ask,
    Server,
    embedded,
    refused,
)

PLAN = EmbeddingsPlan(
    url="http://test/v1/embeddings?key=marker",
    headers={"Authorization": f"Bearer {KEY}"},
    fields={"model": "m", "a": 1, "b": 2},
    extra_body={"b": 3},
    clients=HTTPClients(),
    timeouts=Timeouts(),
    policy=RetryPolicy(max_retries=1, initial=0.0),
)


def test_a_plan_shows_neither_query_nor_headers() -> None:
    assert repr(PLAN) == "EmbeddingsPlan(url='http://test/v1/embeddings')"


def test_a_request_has_the_texts_and_all_fields() -> None:
    attempts = PlainAttempts(PLAN, batch_request(PLAN, ["x", "y"]))

    spec, receiver = attempts.begin()

    assert spec.body == b'{"model":"m","a":1,"b":3,"input":["x","y"]}'
    assert (spec.url, spec.streamed, spec.headers) == (PLAN.url, False, PLAN.headers)
    assert receiver.progress == 0
    assert attempts.finished()
    attempts.close()


def test_a_retryable_error_is_retried_as_often_as_the_policy_allows() -> None:
    attempts = PlainAttempts(PLAN, batch_request(PLAN, ["x"]))

    attempts.begin()
    again = attempts.failed(ServerError(f"failed with {KEY}", is_retryable=True))
    attempts.begin()
    last = attempts.failed(ServerError("failed", is_retryable=True))

    assert again is not None
    assert again.retry is not None
    assert KEY not in str(again.retry)
    assert last is None


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_call_survives_a_passing_failure(
    server: Server, ask: Ask, status: int
) -> None:
    model = server.model(
        refused("wait", status, **{"retry-after": "0"}), embedded, max_retries=1
    )

    assert ask(model, ["ab"]) == [[2.0, 97.0, 0.5]]
    assert len(server.requests) == 2


def test_an_error_has_the_servers_words_without_the_key(
    server: Server, ask: Ask
) -> None:
    model = server.model(refused(f"no such field, {KEY}"), max_retries=5)

    with pytest.raises(InvalidRequestError, match="no such field") as caught:
        ask(model, ["ab"])

    assert KEY not in str(caught.value)
    assert KEY not in str(caught.value.body)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 200])
def test_no_variable_of_a_traceback_shows_the_key(
    server: Server, ask: Ask, status: int
) -> None:
    model = server.model(
        refused("no", status), default_headers={"X-Auth": f"other-{KEY}"}
    )

    with pytest.raises(SSEChatError) as caught:
        ask(model, ["ab"])

    traceback, seen = caught.value.__traceback__, 0
    while traceback is not None:
        shown = repr(traceback.tb_frame.f_locals.values())
        if "embeddings_scripts" not in traceback.tb_frame.f_code.co_filename:
            assert KEY not in shown
            seen += 1
        traceback = traceback.tb_next
    assert seen >= 3


def test_a_value_that_is_not_json_is_an_error_before_anything_is_sent(
    server: Server, ask: Ask
) -> None:
    model = server.model(extra_body={"thing": object()})

    with pytest.raises(ConfigurationError, match="'thing'"):
        ask(model, ["ab"])
    assert server.requests == []


def test_a_lone_surrogate_is_sent_as_an_escape(server: Server, ask: Ask) -> None:
    ask(server.model(), ["a\ud83d"])

    assert b'"input":["a\\ud83d"]' in server.requests[0].content


def test_an_empty_answer_is_asked_for_again(server: Server, ask: Ask) -> None:
    model = server.model(httpx.Response(200), embedded, max_retries=1)

    assert len(ask(model, ["ab"])) == 1
