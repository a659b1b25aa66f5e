"""A model and the processes that come from `os.fork`."""

from __future__ import annotations

import os

import pytest

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.running import run_program

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the system has no fork"
)


def test_parent_and_children_go_on_with_connections_of_their_own(
    server: ScriptedServer,
) -> None:
    run_program("forks", server.base_url)
