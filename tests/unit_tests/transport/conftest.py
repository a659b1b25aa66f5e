"""One way to run an exchange, in sync and async."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from langchain_sse_chat.transport import clients as clients_module
from tests.unit_tests.transport.transport_scripts import Drive, drive_async, drive_sync


@pytest.fixture(params=[drive_sync, drive_async], ids=["sync", "async"])
def drive(request: pytest.FixtureRequest) -> Drive:
    """Run an exchange against a handler and return its outputs, `take` at most."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def no_shared_clients() -> Iterator[None]:
    """Start and end each test without clients of others."""
    clients_module.shared.reset()
    yield
    for pool in clients_module.shared.sync.by_settings.values():
        pool.client.close()
    clients_module.shared.reset()
