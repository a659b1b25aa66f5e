"""Shared async clients: one for each event loop, which closes it."""

from __future__ import annotations

import asyncio
import gc
import warnings

import httpx
import pytest

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.transport import clients as clients_module
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients

pytestmark = pytest.mark.usefixtures("no_shared_clients")


async def test_async_clients_are_shared_in_an_event_loop() -> None:
    one, two = HTTPClients(), HTTPClients()
    assert one.async_client() is two.async_client()
    await one.aclose()
    await two.aclose()


async def test_async_clients_without_a_model_are_kept_in_a_small_number() -> None:
    made = [
        HTTPClients(ClientSettings(max_connections=number)).async_client()
        for number in range(1, 41)
    ]
    await asyncio.gather(*clients_module.shared.of(asyncio.get_running_loop())._closing)
    assert sum(not client.is_closed for client in made) == 16
    assert all(client.is_closed for client in made[:24])


def test_async_clients_that_a_loop_had_no_time_to_close_are_closed_with_it() -> None:
    async def make() -> list[httpx.AsyncClient]:
        return [
            HTTPClients(ClientSettings(max_connections=number)).async_client()
            for number in range(1, 41)
        ]

    made = asyncio.run(make())
    assert all(client.is_closed for client in made)


async def test_an_async_client_that_was_shut_down_is_forgotten_too() -> None:
    HTTPClients().async_client()
    pools = clients_module.shared.of(asyncio.get_running_loop())
    [first] = pools.by_settings.values()
    assert first.keeper is not None
    await first.keeper.aclose()
    for number in range(1, 21):
        HTTPClients(ClientSettings(max_connections=number)).async_client()
    assert first not in pools.by_settings.values()


@pytest.mark.parametrize("shut_down", [True, False])
def test_a_loop_that_closed_its_clients_is_forgotten_without_a_collection(
    *, shut_down: bool
) -> None:
    clients = HTTPClients()

    async def get() -> None:
        clients.async_client()

    collections: list[str] = []
    gc.disable()
    gc.callbacks.append(lambda phase, _: collections.append(phase))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default", ResourceWarning)
            for _ in range(2):
                loop = asyncio.new_event_loop()
                loop.run_until_complete(get())
                if shut_down:
                    loop.run_until_complete(loop.shutdown_asyncgens())
                loop.close()
    finally:
        gc.callbacks.pop()
        gc.enable()
    assert bool(collections) is not shut_down


def test_each_event_loop_has_its_client_and_closes_it() -> None:
    clients = HTTPClients()

    async def get() -> httpx.AsyncClient:
        return clients.async_client()

    made = [asyncio.run(get()) for _ in range(3)]
    assert len({id(client) for client in made}) == 3
    assert all(client.is_closed for client in made)


def test_a_loop_that_is_gone_leaves_nothing_behind() -> None:
    clients = HTTPClients()

    async def get() -> None:
        clients.async_client()

    asyncio.run(get())
    gc.collect()
    assert len(clients_module.shared.by_loop) == 0


@pytest.mark.parametrize("action", ["ignore", "default"])
def test_a_loop_closed_by_hand_is_let_go_of(action: str) -> None:
    clients = HTTPClients()

    async def get() -> None:
        clients.async_client()

    loops = [asyncio.new_event_loop() for _ in range(3)]
    for loop in loops:
        with warnings.catch_warnings():
            warnings.simplefilter(action, ResourceWarning)  # type: ignore[arg-type]
            loop.run_until_complete(get())
        loop.close()
    assert list(clients_module.shared.by_loop) == [loops[-1]]


def test_async_clients_need_an_event_loop() -> None:
    with pytest.raises(ConfigurationError, match="need a running asyncio event loop"):
        HTTPClients().async_client()
