"""The promises about connections, over Unix sockets, by httpx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit_tests.transport.connection_promises import *  # noqa: F403
from tests.unit_tests.transport.transport_ways import Way
from tests.unit_tests.transport.unix_wire import UnixServer


@pytest.fixture(params=["sync", "httpx"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    made = Way(request.param)
    yield made
    made.end()


@pytest.fixture
def serve(way: Way) -> Any:
    """Return a factory of servers for the clients of `way`."""

    def made(*behaviors: Any, **given: Any) -> UnixServer:
        server = UnixServer(*behaviors, **given)
        way.set_clients(uds=server.path)
        return server

    return made
