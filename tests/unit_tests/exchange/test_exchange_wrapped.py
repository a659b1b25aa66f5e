"""Token, recording and log around the requests of an exchange."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.embeddings.exchange import EmbeddingsPlan, batch_request
from langchain_sse_chat.exchange.access_token import AccessGrant, AuthorizedExchange
from langchain_sse_chat.exchange.plain_request import PlainAttempts
from langchain_sse_chat.exchange.retry import RetryPolicy
from langchain_sse_chat.exchange.wrapped import with_token_and_observers
from langchain_sse_chat.transport.clients import HTTPClients
from langchain_sse_chat.transport.observer import ObservedExchange
from langchain_sse_chat.transport.protocols import Timeouts

PLAN = EmbeddingsPlan(
    url="http://test/v1/embeddings",
    headers={},
    fields={"model": "m"},
    extra_body={},
    clients=HTTPClients(),
    timeouts=Timeouts(),
    policy=RetryPolicy(),
)
GRANT = AccessGrant("http://test/token", "Basic a2V5", "scope")


def wrapped(plan: EmbeddingsPlan) -> tuple[Any, Any]:
    """Return an exchange, wrapped and as it is."""
    attempts = PlainAttempts(plan, batch_request(plan, ["a"]))
    return with_token_and_observers(attempts, plan, "m"), attempts


def test_without_need_nothing_is_around_it() -> None:
    exchange, attempts = wrapped(PLAN)

    assert exchange is attempts


def test_a_grant_brings_a_token() -> None:
    exchange, _ = wrapped(replace(PLAN, grant=GRANT))

    assert isinstance(exchange, AuthorizedExchange)
    begun = exchange.begin()
    exchange.close()
    assert not isinstance(begun, float)
    assert begun[0].url == "http://test/token"


def test_a_folder_brings_a_recorder(tmp_path: Path) -> None:
    exchange, _ = wrapped(replace(PLAN, record=tmp_path / "new"))

    assert isinstance(exchange, ObservedExchange)
    exchange.begin()
    exchange.close()
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_the_level_debug_brings_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "langchain_sse_chat")

    exchange, _ = wrapped(PLAN)

    assert isinstance(exchange, ObservedExchange)
    exchange.begin()
    assert "model m, not streamed" in caplog.text
    exchange.close()
