"""The promises about connections, over TCP, by each transport."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from tests.integration_tests.transport_wire import Server
from tests.unit_tests.transport.connection_promises import *  # noqa: F403
from tests.unit_tests.transport.transport_ways import Way

HAS_AIOHTTP = importlib.util.find_spec("httpx_aiohttp") is not None


@pytest.fixture(params=["sync", "httpx", *["aiohttp"] * HAS_AIOHTTP])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    made = Way(request.param)
    yield made
    made.end()


@pytest.fixture
def serve() -> type[Server]:
    """Return a factory of servers."""
    return Server
