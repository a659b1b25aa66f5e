"""A model and the processes that come from `os.fork`."""

from __future__ import annotations

import os

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.deployment.running import LONG, run_program

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="the system has no fork"
)


def test_parent_and_children_go_on_with_connections_of_their_own(
    server: ScriptedServer,
) -> None:
    run_program("forks", server.base_url)


@pytest.mark.parametrize("method", ["sync", "async"])
def test_a_child_does_not_hold_a_stream_open_that_the_parent_leaves(
    server: ScriptedServer, method: str
) -> None:
    server.script(Reply.text(["a", "b"], stall_after=1))

    def meanwhile() -> None:
        assert server.wait_for_disconnect(LONG)

    run_program("fork_then_stop", server.base_url, method, meanwhile=meanwhile)
