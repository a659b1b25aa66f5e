"""A Redis is named by an address or given as a client; its errors are of one kind."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import fakeredis
import pytest
import redis.asyncio
import redis.asyncio.cluster

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve.kept.shared.store import Store, StoreError
from tests.unit_tests.serve.kept.shared.two_workers import SharedRedis
from tests.unit_tests.transport.virtual_time import in_virtual_time


@pytest.mark.parametrize(
    "keep",
    [
        "redis://localhost",
        "redis://user:secret@localhost:6380/2",
        "rediss://localhost?ssl_cert_reqs=none",
        "unix:///run/redis.sock?db=1",
        redis.asyncio.Redis(),
    ],
    ids=["short", "long", "tls", "unix", "client"],
)
@in_virtual_time
async def test_it_takes_addresses_and_clients(keep: Any) -> None:
    await Store.of(keep, 10).close()


@pytest.mark.parametrize(
    "keep",
    [
        "memory",
        "http://localhost",
        "redis://:secret@localhost:port",
        "redis://:secret@localhost?unknown=1",
        "redis://:secret@localhost?decode_responses=true",
        True,
        redis.Redis(),
        redis.asyncio.Redis(decode_responses=True),
        redis.asyncio.Redis(protocol=3),
    ],
    ids=[
        "word",
        "http",
        "port",
        "option",
        "decoded",
        "flag",
        "sync client",
        "decoding client",
        "client of the third protocol",
    ],
)
def test_what_is_no_redis_is_refused_without_its_password(keep: Any) -> None:
    with pytest.raises(ConfigurationError, match="Invalid `keep`: pass") as raised:
        Store.of(keep, 10)
    assert "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_extra_is_named_if_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigurationError, match=r"langchain-sse-chat\[redis\]"):
        Store.of("redis://localhost", 10)


@in_virtual_time
async def test_commands_are_sent_alone_and_together() -> None:
    store = SharedRedis().store()
    assert await store.one("SET", "key", "a")
    assert await store.all([("GET", "key"), ("EXISTS", "key")]) == [b"a", 1]
    assert await store.each(("GET", "key"), ("EXISTS", "none")) == [b"a", 0]
    await store.close()


@in_virtual_time
async def test_errors_are_of_one_kind() -> None:
    shared = SharedRedis()
    store = shared.store()
    await store.one("SET", "key", "a")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await store.one("HGETALL", "key")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await store.each(("GET", "key"), ("HGETALL", "key"))
    replies = await store.all([("HGETALL", "key"), ("GET", "key")])
    assert "WRONGTYPE" in str(replies[0])
    assert replies[1] == b"a"
    shared.stop()
    with pytest.raises(StoreError):
        await store.one("GET", "key")
    with pytest.raises(StoreError):
        await store.all([("GET", "key")])
    await store.close()


class Closable(fakeredis.FakeAsyncRedis):
    """Takes a second to close its connections, as a network does."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closing = False

    async def aclose(self, *args: Any) -> None:
        self.is_closing = True
        await asyncio.sleep(1)
        await super().aclose(*args)

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        assert not self.is_closing
        execute: Any = super().execute_command
        return await execute(*args, **options)


@pytest.mark.parametrize("is_own", [True, False], ids=["own", "foreign"])
@in_virtual_time
async def test_the_last_user_closes_the_connections(is_own: bool) -> None:
    clients: list[Closable] = []

    def new_client() -> Closable:
        if is_own or not clients:
            clients.append(Closable())
        return clients[-1]

    store = Store(new_client, is_own=is_own)
    async with store.using():
        async with store.using():
            await store.one("GET", "key")
        assert not clients[0].is_closing
    assert clients[0].is_closing == is_own
    await store.close()


@in_virtual_time
async def test_a_user_who_comes_while_connections_are_closed_gets_others() -> None:
    store = Store(Closable, is_own=True)

    async def use() -> Any:
        async with store.using():
            return await store.one("EXISTS", "key")

    first = asyncio.create_task(use())
    await asyncio.sleep(0.5)
    assert not first.done()
    assert await use() == 0
    await first
    await store.close()


@in_virtual_time
async def test_a_reply_has_a_time() -> None:
    store = SharedRedis().store()
    with pytest.raises(StoreError, match="TimeoutError"):
        await store.one("XREAD", "BLOCK", 60_000, "STREAMS", "key", "0-0")
    await store.close()


@in_virtual_time
async def test_a_client_of_somebody_else_is_not_closed() -> None:
    class Client(fakeredis.FakeAsyncRedis):
        closed = 0

        async def aclose(self, *args: Any) -> None:
            self.closed += 1
            await super().aclose(*args)

    client = Client()
    await Store.of(client, 10).close()
    assert client.closed == 0
    await Store(lambda: client, is_own=True).close()
    assert client.closed == 1
