"""A chat model on scripted answers, without a socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import Answer, Scripted


@pytest.fixture
def server() -> Scripted:
    """The scripted server behind `make_chat`."""
    return Scripted()


@pytest.fixture
def make_chat(server: Scripted) -> Callable[..., ChatSSE]:
    """Return a function that makes a model which asks `server`."""

    def make(*answers: Answer, **fields: Any) -> ChatSSE:
        server.answers = list(answers)
        cls: type[ChatSSE] = fields.pop("cls", ChatSSE)
        given = {
            "model": "m",
            "base_url": "http://test/v1",
            "api_key": "secret-key-1234",
            "max_retries": 0,
            **fields,
        }
        return cls(
            http_client=httpx.Client(transport=httpx.MockTransport(server)),
            http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(server)),
            **given,
        )

    return make
