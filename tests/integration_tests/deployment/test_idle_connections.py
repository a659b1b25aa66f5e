"""Connections that a server closes between two calls, or as the next one comes."""

from __future__ import annotations

import asyncio

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.deployment.asking import aask, ask, said
from tests.integration_tests.deployment.certificates import Authority
from tests.integration_tests.deployment.conftest import model
from tests.integration_tests.deployment.relays import Relay

TLS = pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@TLS
def test_a_connection_closed_while_idle_costs_no_error(
    server: ScriptedServer, authority: Authority, tls: bool
) -> None:
    with Relay(server.url, tls=authority.server() if tls else None) as relay:
        chat = model(f"{relay.url}/v1", verify=str(authority.file))
        for number in range(3):
            assert ask(chat, f"{number}") == said(f"{number}")
            relay.drop_idle()
        chat.close()
        assert len(server.requests) == relay.connections == 3


@TLS
async def test_a_connection_closed_while_idle_costs_no_error_in_async_code(
    server: ScriptedServer, authority: Authority, tls: bool
) -> None:
    with Relay(server.url, tls=authority.server() if tls else None) as relay:
        chat = model(f"{relay.url}/v1", verify=str(authority.file))
        for number in range(3):
            assert await aask(chat, f"{number}") == said(f"{number}")
            # The loop is told nothing: it stands still meanwhile.
            relay.drop_idle()
        await chat.aclose()
        assert len(server.requests) == relay.connections == 3


@TLS
def test_many_connections_closed_while_idle_cost_no_error(
    server: ScriptedServer, authority: Authority, tls: bool
) -> None:
    async def ask_twice() -> None:
        for turn in "ab":
            prompts = [f"{turn}{number}" for number in range(10)]
            texts = await asyncio.gather(*(aask(chat, prompt) for prompt in prompts))
            assert texts == [said(prompt) for prompt in prompts]
            relay.drop_idle()

    with Relay(server.url, tls=authority.server() if tls else None) as relay:
        chat = model(f"{relay.url}/v1", verify=str(authority.file))
        asyncio.run(ask_twice())
        assert len(server.requests) == 20


def retrying(relay: Relay) -> ChatSSE:
    """Return a model with the retries that models have."""
    return ChatSSE(model="echo", base_url=f"{relay.url}/v1")


def test_a_connection_closed_under_a_request_costs_no_error(
    server: ScriptedServer,
) -> None:
    with Relay(server.url) as relay:
        chat = retrying(relay)
        assert ask(chat, "a") == said("a")
        relay.hangs_up = 1
        assert ask(chat, "b") == said("b")
        chat.close()
        assert len(server.requests) == 2


async def test_a_connection_closed_under_a_request_costs_no_error_in_async_code(
    server: ScriptedServer,
) -> None:
    with Relay(server.url) as relay:
        chat = retrying(relay)
        assert await aask(chat, "a") == said("a")
        relay.hangs_up = 1
        assert await aask(chat, "b") == said("b")
        await chat.aclose()
        assert len(server.requests) == 2
