"""A thousand models that were created, used and dropped leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.running import run_program

HAS_LIST = Path("/proc/self/fd").is_dir() or Path("/dev/fd").is_dir()


@pytest.mark.skipif(not HAS_LIST, reason="the system does not list open files")
def test_models_leave_no_connection_and_no_object_behind(
    server: ScriptedServer,
) -> None:
    run_program("leftovers", server.base_url)
