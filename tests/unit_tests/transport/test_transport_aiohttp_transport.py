"""Differences between aiohttp and httpx are adapted, without aiohttp installed."""

from __future__ import annotations

import asyncio
import ssl
import sys
from typing import Any

import httpx
import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.workarounds.aiohttp_idle import take
from tests.unit_tests.transport import aiohttp_stand_in as stand_in
from tests.unit_tests.transport.aiohttp_requests import (
    LIMITS,
    answered,
    install,
    read,
    request,
    transport,
)
from tests.unit_tests.transport.aiohttp_stand_in import Answer, Connection, Wire
from tests.unit_tests.transport.virtual_time import in_virtual_time

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("missing", ["aiohttp", "httpx_aiohttp"])
def test_httpx_sends_where_a_library_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    install(monkeypatch)
    monkeypatch.setitem(sys.modules, missing, None)
    assert transport() is None
    with pytest.raises(ConfigurationError, match=r"langchain-sse-chat\[aiohttp\]"):
        transport("aiohttp")


@pytest.mark.parametrize("wanted", ["auto", "aiohttp"])
def test_aiohttp_sends_when_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    install(monkeypatch)
    assert transport(wanted) is not None
    assert transport("httpx") is None


async def test_the_shared_async_client_sends_by_aiohttp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Answer(b"a", b"b")

    async def script(wire: Wire) -> Answer:
        await wire.connect()
        await wire.send(Connection())
        return answer

    install(monkeypatch, script)
    clients = HTTPClients(ClientSettings(max_connections=3))
    try:
        response = await clients.async_client().post("https://h.example/v1")
        assert (response.content, response.headers["a"]) == (b"ab", "b")
        assert answer.closed
    finally:
        await clients.aclose()


async def test_requests_through_a_proxy_are_sent_by_httpx(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch)
    settings = ClientSettings(async_transport="aiohttp", proxy="http://p.example:1")
    clients = HTTPClients(settings)
    routes = clients.async_client()._transport._routes  # type: ignore[attr-defined]
    through = routes.of(httpx.Request("POST", "https://h.example"))
    assert type(through) is httpx.AsyncHTTPTransport
    await clients.aclose()


async def test_models_with_another_transport_have_another_client() -> None:
    one, two = HTTPClients(), HTTPClients(ClientSettings(async_transport="httpx"))
    assert one.async_client() is not two.async_client()
    await one.aclose()
    await two.aclose()


async def test_the_sync_client_needs_no_aiohttp(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    clients = HTTPClients(ClientSettings(async_transport="aiohttp"))
    assert isinstance(clients.sync_client()._transport, httpx.HTTPTransport)
    clients.close()
    with pytest.raises(ConfigurationError, match="httpx-aiohttp"):
        clients.async_client()


@pytest.mark.parametrize(
    "chat",
    [
        ChatSSE(model="m", base_url="http://h.example/v1", async_transport="aiohttp"),
        GigaChat(access_token="t", async_transport="aiohttp"),
    ],
    ids=["ChatSSE", "GigaChat"],
)
async def test_a_model_that_wants_aiohttp_says_that_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, chat: ChatSSE
) -> None:
    monkeypatch.setitem(sys.modules, "httpx_aiohttp", None)
    with pytest.raises(ConfigurationError, match="pip install"):
        await chat.ainvoke("Hello")


@pytest.mark.parametrize(
    ("limits", "connections", "seconds"),
    [
        pytest.param(LIMITS, 7, 3.0, id="limits"),
        pytest.param(httpx.Limits(keepalive_expiry=None), 0, 86_400.0, id="no limits"),
    ],
)
async def test_the_pool_keeps_the_limits_and_no_cookies(
    monkeypatch: pytest.MonkeyPatch,
    limits: httpx.Limits,
    connections: int,
    seconds: float,
) -> None:
    install(monkeypatch)
    context = ssl.create_default_context()
    made = transport(limits=limits, context=context)._bridge.make().given
    connector = made["connector"].given
    assert connector["ssl"] is context
    assert connector["limit"] == connections
    assert connector["keepalive_timeout"] == seconds
    cookies: Any = sys.modules["aiohttp"]
    assert isinstance(made["cookie_jar"], cookies.DummyCookieJar)


@pytest.mark.parametrize(
    ("phase", "error"),
    [
        ("pool", httpx.PoolTimeout),
        ("connect", httpx.ConnectTimeout),
        ("write", httpx.WriteTimeout),
    ],
)
async def test_each_part_of_a_request_has_its_limit(
    monkeypatch: pytest.MonkeyPatch, phase: str, error: type[Exception]
) -> None:
    connection = Connection()

    async def script(wire: Wire) -> Answer:
        if phase != "pool":
            await wire.connect()
        if phase == "write":
            await wire.send(connection)
        await wire.hang()
        return Answer()

    asked = request(bytes(100_000), {"pool": 60.0, "connect": 60.0, phase: 0.001})
    with pytest.raises(error):
        await answered(monkeypatch, script, asked)
    assert connection.aborted == (phase == "write")


@in_virtual_time
async def test_a_wait_for_the_head_has_no_limit_of_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(wire: Wire) -> Answer:
        await wire.connect()
        await wire.send(Connection())
        await asyncio.sleep(0.01)
        return Answer()

    limits = {"pool": 0.005, "connect": 0.005, "write": 0.005}
    response = await answered(monkeypatch, script, request(timeout=limits))
    assert response.status_code == 200


@in_virtual_time
async def test_a_large_body_is_sent_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = bytes(range(256)) * 600
    sent: list[bytes] = []

    async def script(wire: Wire) -> Answer:
        await wire.send(Connection())
        assert isinstance(wire.request.stream, httpx.AsyncByteStream)
        sent.extend([data async for data in wire.request.stream])
        assert wire.request.headers["content-length"] == str(len(content))
        await asyncio.sleep(0.6)  # its limit is over
        return Answer()

    await answered(monkeypatch, script, request(content, {"write": 0.5}))
    assert b"".join(sent) == content
    assert max(map(len, sent)) == 64 * 1024


async def test_an_answer_may_come_before_the_request_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bodies: list[Any] = []

    async def script(wire: Wire) -> Answer:
        bodies.append(wire.request.stream)
        return Answer()

    await answered(monkeypatch, script, request(bytes(100_000)))
    assert len([data async for data in bodies[0]]) == 2


async def test_a_request_that_is_cancelled_is_not_sent_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection, begun = Connection(), asyncio.Event()

    async def script(wire: Wire) -> Answer:
        await wire.send(connection)
        begun.set()
        await wire.hang()
        return Answer()

    task = asyncio.create_task(answered(monkeypatch, script))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert connection.aborted == 1


async def test_a_connection_that_is_in_the_pool_again_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Answer(b"a")
    assert await read(monkeypatch, answer) == ([b"a"], None)
    assert answer.closed


async def test_a_connection_that_is_gone_needs_no_abort(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = Connection()
    connection.transport = None
    answer = Answer(connection=connection)
    await read(monkeypatch, answer)
    assert answer.closed


@pytest.mark.parametrize("how", ["close", "forget"])
async def test_an_answer_that_is_left_closes_its_connection_at_once(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    connection = Connection()
    answer = Answer(b"a", b"b", connection=connection)

    async def script(wire: Wire) -> Answer:
        return answer

    response = await answered(monkeypatch, script)
    reads: Any = aiter(response.stream)  # type: ignore[arg-type]
    assert await anext(reads) == b"a"
    await (response if how == "close" else reads).aclose()
    assert connection.aborted == 1
    await reads.aclose()


async def test_closing_closes_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    made = transport()
    await made.aclose()
    assert made._bridge.closed


@pytest.mark.parametrize("size", [1_000, 20_000, 100_000])
async def test_a_refused_large_request_closes_its_connection(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    connection = Connection()

    async def script(wire: Wire) -> Answer:
        await wire.send(connection)
        return Answer(connection=connection, status=413)

    await answered(monkeypatch, script, request(bytes(size)))
    assert connection.protocol.should_close is (size > 16 * 1024)


async def test_a_connection_in_the_pool_is_closed_after_a_refused_large_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = Connection()

    async def script(wire: Wire) -> Answer:
        await wire.send(connection)
        return Answer(status=413)

    await answered(monkeypatch, script, request(bytes(100_000)))
    assert connection.aborted == 1


async def test_another_connection_is_taken_for_one_that_is_spoilt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoilt, fresh = Connection(), Connection()
    await stand_in.ClientRequest().send(spoilt)
    take(spoilt)
    spoilt.release()
    spoilt.transport.protocol.data_received(b"HTTP/1.1 408 Request Timeout")
    connections = [spoilt, fresh]
    sent: list[Connection] = []

    async def script(wire: Wire) -> Answer:
        sent.append(connections.pop(0))
        await wire.send(sent[-1])
        return Answer(b"a")

    response = await answered(monkeypatch, script)
    assert (response.status_code, sent) == (200, [spoilt, fresh])
