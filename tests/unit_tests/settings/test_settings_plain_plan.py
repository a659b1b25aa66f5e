"""The way of a request that is not for a chat completion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE, ConfigurationError
from langchain_sse_chat.exchange.plain_answer import Reading, json_object
from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.settings.plain_plan import plan_request

REQUEST = PlainRequest(Reading("/models", json_object), query={"limit": 5})


def model(**fields: Any) -> ChatSSE:
    return ChatSSE(model="m", base_url="http://test/v1", api_key="k", **fields)


def test_a_request_has_the_address_the_key_and_the_query_of_its_model() -> None:
    plan = plan_request(
        model(default_headers={"X-A": "b", "content-type": "text/x"}), REQUEST, key="k"
    )

    assert str(plan.url) == "http://test/v1/models?limit=5"
    assert plan.headers["Authorization"] == "Bearer k"
    assert plan.headers["X-A"] == "b"
    assert plan.headers["Accept"] == "application/json"
    assert "content-type" not in {name.lower() for name in plan.headers}


def test_a_request_has_the_limits_of_its_model(tmp_path: Path) -> None:
    made = model(timeout=3, max_retries=7, max_retry_after=1, record=tmp_path)

    plan = plan_request(made, REQUEST, key="k")

    assert plan.timeouts.read == 3
    assert (plan.policy.max_retries, plan.policy.max_retry_after) == (7, 1)
    assert plan.record == tmp_path
    assert plan.key_hint == ""


def test_a_header_that_cannot_be_sent_is_an_error_without_variables() -> None:
    key = "a-key\nof two lines"

    with pytest.raises(ConfigurationError, match="'Authorization'") as caught:
        plan_request(model(), REQUEST, key=key)

    traceback = caught.value.__traceback__
    assert traceback is not None
    assert traceback.tb_next is not None
    assert traceback.tb_next.tb_next is None
