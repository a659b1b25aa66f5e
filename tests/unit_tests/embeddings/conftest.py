"""A server for embeddings, and both ways to ask it."""

from __future__ import annotations

import os

import pytest

from langchain_sse_chat.providers import PROVIDERS
from tests.unit_tests.embeddings.embeddings_scripts import (
    Ask,
    AskQuery,
    Server,
    ask_async,
    ask_sync,
    query_async,
    query_sync,
)
from tests.unit_tests.providers.environment import variables


@pytest.fixture
def server() -> Server:
    """The server."""
    return Server()


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Return a function that embeds documents, sync or async."""
    run: Ask = request.param
    return run


@pytest.fixture(params=[query_sync, query_async], ids=["sync", "async"])
def ask_query(request: pytest.FixtureRequest) -> AskQuery:
    """Return a function that embeds a query, sync or async."""
    run: AskQuery = request.param
    return run


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name in variables(provider):
            monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("GIGACHAT_")]:
        monkeypatch.delenv(name)
