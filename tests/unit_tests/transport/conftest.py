"""One way to run an exchange, in sync and async."""

from __future__ import annotations

import pytest

from tests.unit_tests.transport.transport_scripts import Drive, drive_async, drive_sync


@pytest.fixture(params=[drive_sync, drive_async], ids=["sync", "async"])
def drive(request: pytest.FixtureRequest) -> Drive:
    """Run an exchange against a handler and return its outputs, `take` at most."""
    return request.param  # type: ignore[no-any-return]
