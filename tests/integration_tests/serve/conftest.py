"""Each server with the application, before a model's server that tests script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve.servers import SERVERS, Running, running


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def upstream() -> Iterator[ScriptedServer]:
    """The server of the model `chat`."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="session", params=SERVERS)
def server(
    request: pytest.FixtureRequest, upstream: ScriptedServer
) -> Iterator[Running]:
    limits = {"READER_SECONDS": "1", "BODY_SECONDS": "1"}
    with running(request.param, UPSTREAM=upstream.base_url, **limits) as found:
        yield found
