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
from langchain_sse_chat.transport.aiohttp_transport import aiohttp_transport
from langchain_sse_chat.transport.clients import ClientSettings, HTTPClients
from langchain_sse_chat.transport.workarounds.aiohttp_idle import take
from tests.unit_tests.transport import aiohttp_stand_in as stand_in
from tests.unit_tests.transport.aiohttp_stand_in import Answer, Connection, Script, Wire

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
LIMITS = httpx.Limits(max_connections=7, keepalive_expiry=3.0)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def install(monkeypatch: pytest.MonkeyPatch, script: Script | None = None) -> None:
    for name, library in stand_in.libraries(script).items():
        monkeypatch.setitem(sys.modules, name, library)


def transport(wanted: Any = "auto", **changed: Any) -> Any:
    given = {"limits": LIMITS, "context": ssl.create_default_context(), **changed}
    return aiohttp_transport(wanted, **given)


def request(
    content: bytes = b"{}", timeout: dict[str, float] | None = None
) -> httpx.Request:
    return httpx.Request(
        "POST",
        "https://h.example/v1?key=hidden",
        headers={"Authorization": "Bearer hidden"},
        content=content,
        extensions={"timeout": timeout or {}},
    )


async def answered(
    monkeypatch: pytest.MonkeyPatch, script: Script, asked: httpx.Request | None = None
) -> httpx.Response:
    install(monkeypatch, script)
    response: httpx.Response = await transport().handle_async_request(
        asked or request()
    )
    return response


async def read(
    monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> tuple[list[bytes], Exception | None]:
    """Return the bytes read of a response, and the error that ended it."""

    async def script(wire: Wire) -> Answer:
        return answer

    response = await answered(monkeypatch, script)
    parts: list[bytes] = []
    assert isinstance(response.stream, httpx.AsyncByteStream)
    try:
        async for data in response.stream:
            parts.append(data)  # noqa: PERF401 - those before an error are kept
    except httpx.TransportError as exc:
        return parts, exc
    finally:
        await response.aclose()
    return parts, None


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
    [(LIMITS, 7, 3.0), (httpx.Limits(keepalive_expiry=None), 0, 86_400.0)],
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


def mapped(by: Exception, cause: Exception) -> Exception:
    """Return an exception as httpx-aiohttp raises it for another."""
    by.__cause__ = cause
    return by


TRUST = ssl.SSLCertVerificationError("self-signed")


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (
            mapped(
                httpx.ConnectError("c"),
                stand_in.ClientConnectorError(OSError("no route")),
            ),
            httpx.ConnectError,
            "no route",
        ),
        (
            stand_in.ClientConnectorCertificateError(TRUST),
            httpx.ConnectError,
            "self-signed",
        ),
        (
            mapped(
                httpx.ConnectTimeout("t"),
                stand_in.ServerDisconnectedError("Server disconnected"),
            ),
            httpx.RemoteProtocolError,
            "Server disconnected without sending a response",
        ),
        (
            mapped(httpx.ConnectTimeout("t"), stand_in.ClientOSError(104, "reset")),
            httpx.ReadError,
            "reset",
        ),
        (
            stand_in.ClientResponseError("400, url=hidden"),
            httpx.RemoteProtocolError,
            "not HTTP",
        ),
        (
            stand_in.ClientResponseError("Bad status line: hidden"),
            httpx.RemoteProtocolError,
            "illegal status line",
        ),
        (
            stand_in.ClientPayloadError("hidden"),
            httpx.RemoteProtocolError,
            "incomplete",
        ),
        (stand_in.InvalidURL("hidden"), httpx.UnsupportedProtocol, "not HTTP"),
        (stand_in.NonHttpUrlClientError("u"), httpx.UnsupportedProtocol, "u"),
        (ValueError("hidden"), httpx.LocalProtocolError, "not HTTP"),
        (httpx.ReadError("by itself"), httpx.ReadError, "by itself"),
    ],
)
async def test_failures_are_those_of_httpx_and_hold_no_secret(
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    error: type[Exception],
    words: str,
) -> None:
    async def script(wire: Wire) -> Answer:
        raise raised

    with pytest.raises(httpx.TransportError, match=words) as caught:
        await answered(monkeypatch, script)
    assert type(caught.value) is error
    cause: BaseException | None = caught.value
    while cause is not None:
        assert "hidden" not in repr(cause)
        assert not isinstance(cause, stand_in.ClientError)
        cause = cause.__cause__ or cause.__context__


async def test_a_refused_certificate_is_the_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(wire: Wire) -> Answer:
        raise stand_in.ClientConnectorError(TRUST)

    with pytest.raises(httpx.ConnectError) as caught:
        await answered(monkeypatch, script)
    assert caught.value.__cause__ is TRUST


async def test_what_came_before_a_connection_was_lost_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cut = stand_in.ClientPayloadError("hidden")
    answer = Answer(b"a", cut, left=[b"b", b"c"], connection=Connection())
    parts, error = await read(monkeypatch, answer)
    assert parts == [b"a", b"b", b"c"]
    assert type(error) is httpx.RemoteProtocolError
    assert "hidden" not in str(error)


async def test_a_body_ends_with_what_its_connection_was_lost_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost = Connection(stand_in.ClientOSError(104, "reset by peer"))
    cut = stand_in.ClientPayloadError("incomplete")
    _, error = await read(monkeypatch, Answer(cut, connection=lost))
    assert type(error) is httpx.ReadError
    assert "reset by peer" in str(error)


async def test_a_body_without_a_connection_tells_its_own_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, error = await read(monkeypatch, Answer(stand_in.ClientPayloadError("cut")))
    assert type(error) is httpx.RemoteProtocolError


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
