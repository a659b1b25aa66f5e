"""The embedded server, and a model that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.asking import ask, ask_in_new_loop

Ask = Callable[[ChatSSE, str], str]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer) -> ChatSSE:
    return ChatSSE(model="echo", base_url=server.base_url, max_retries=0)


@pytest.fixture(params=[ask, ask_in_new_loop], ids=["sync", "async"])
def asked(request: pytest.FixtureRequest) -> Ask:
    """Ask a model and return its answer."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no proxy of the environment between a model and the server."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def model(base_url: str, **fields: Any) -> ChatSSE:
    """Return a model that tries once."""
    return ChatSSE(model="echo", base_url=base_url, max_retries=0, **fields)
