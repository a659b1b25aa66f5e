"""User and password in `base_url`, over real sockets."""

from __future__ import annotations

from base64 import b64encode

import pytest

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.asking import said
from tests.integration_tests.deployment.conftest import Ask, model


def test_they_reach_the_server_as_a_header(server: ScriptedServer, asked: Ask) -> None:
    base_url = server.base_url.replace("://", "://me:p%40ss@")
    assert asked(model(base_url), "Hello") == said("Hello")
    pair = b64encode(b"me:p@ss").decode()
    assert server.requests[0].headers["authorization"] == f"Basic {pair}"


def test_with_a_key_they_are_an_error(server: ScriptedServer, asked: Ask) -> None:
    base_url = server.base_url.replace("://", "://me:p%40ss@")
    with pytest.raises(ConfigurationError, match="an API key is set as well"):
        asked(model(base_url, api_key="a-key"), "Hello")
    assert server.requests == []
