"""A served application, with the embedded server as that of its model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.serve_clients.node import Node, node_folder
from tests.integration_tests.serve_clients.relay import Relay, relaying


@pytest.fixture
def upstream() -> Iterator[ScriptedServer]:
    """The server of the model. Without a script it is the echo model."""
    with ScriptedServer(api_key="sk-of-the-server") as server:
        yield server


@pytest.fixture
def relay(upstream: ScriptedServer) -> Iterator[Relay]:
    """A served `ChatSSE`."""
    with relaying(upstream) as relay:
        yield relay


@pytest.fixture
def node(relay: Relay) -> Node:
    """Runs clients in Node against the relay."""
    return Node(node_folder(), relay.base_url, relay.key)
