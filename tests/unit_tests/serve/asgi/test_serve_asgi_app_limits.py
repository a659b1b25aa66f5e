"""The application refuses keys, names, sizes and numbers, and ends gracefully."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from langchain_sse_chat.serve.asgi.app import ServeApp
from tests.unit_tests.serve.asgi_calls import MESSAGES, Client, Reply, chat, get
from tests.unit_tests.serve.served import application, echo
from tests.unit_tests.transport.virtual_time import in_virtual_time, virtual_loop

TEXT = "You said: Hello"
PATH = "/v1/chat/completions"


async def post(
    app: Any, body: bytes, content_type: str = "application/json", **headers: str
) -> Reply:
    head = {"content-type": content_type, **headers}
    return await Client(app, "POST", PATH, body=body, headers=head).whole()


@pytest.mark.parametrize("path", ["/models", "/models/echo", "/events", "/metrics"])
async def test_a_key_is_needed(path: str) -> None:
    app = application(api_keys=["one", "two"])
    for headers in ({}, {"authorization": "Bearer three"}):
        reply = await get(app, path, "message=Hello", headers=headers)
        assert reply.status == 401
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.error["code"] == "invalid_api_key"
    headers = {"authorization": "Bearer two"}
    assert (await get(app, path, "message=Hello", headers=headers)).status == 200


async def test_a_key_is_needed_before_the_body_is_read() -> None:
    app = application(api_keys=["one"])
    client = chat(app, "echo")
    assert (await client.whole()).status == 401
    assert client._body != []
    answered = chat(app, "echo", headers={"authorization": "Bearer one"})
    assert (await answered.whole()).contents() == TEXT


async def test_no_key_is_needed_to_see_the_health() -> None:
    assert (await get(application(api_keys=["one"]), "/health")).status == 200


async def test_a_function_of_keys_that_fails_lets_nobody_in() -> None:
    async def check(key: str) -> bool:
        raise RuntimeError(key)

    reply = await get(
        application(api_keys=check), "/models", headers={"authorization": "Bearer k1"}
    )
    assert reply.status == 500
    assert "k1" not in reply.text


async def test_keys_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    app = application(api_keys=["key-one"])
    for key in ("key-one", "key-two"):
        await chat(app, "echo", headers={"authorization": f"Bearer {key}"}).whole()
    assert len([r for r in caplog.records if r.name.endswith(".serve")]) == 2
    assert "key-" not in caplog.text


LOOPBACK = ("127.0.0.1", 8000)


async def test_names_of_others_do_not_reach_a_loopback_address() -> None:
    app = application()
    evil: dict[str, Any] = {"headers": {"host": "evil.example"}, "server": LOOPBACK}
    reply = await get(app, "/models", **evil)
    assert (reply.status, reply.error["code"]) == (403, "host_not_allowed")
    own: dict[str, Any] = {"headers": {"host": "localhost:8000"}, "server": LOOPBACK}
    assert (await get(app, "/models", **own)).status == 200
    assert (await get(app, "/health", **evil)).status == 200
    allowed = application(allowed_hosts=["evil.example"])
    assert (await get(allowed, "/models", **evil)).status == 200
    keyed = application(api_keys=["one"])
    assert (await get(keyed, "/models", **evil)).status == 401


@pytest.mark.parametrize("server", [None, ("/run/app.sock", None)], ids=["none", "uds"])
async def test_any_name_reaches_a_unix_socket(server: Any) -> None:
    assert (await get(application(), "/models", server=server)).status == 200


async def test_pages_of_other_sites_buy_no_answers() -> None:
    image = {"sec-fetch-site": "cross-site"}
    reply = await get(application(), "/events", "message=Hello", headers=image)
    assert reply.status == 403


ORIGIN = "https://page.example"


async def test_pages_may_not_ask_unless_their_origin_is_allowed() -> None:
    closed = await get(application(), "/models", headers={"origin": ORIGIN})
    assert "access-control-allow-origin" not in closed.headers
    app = application(cors_origins=[ORIGIN])
    opened = await get(app, "/models", headers={"origin": ORIGIN})
    assert opened.headers["access-control-allow-origin"] == ORIGIN
    assert "x-request-id" in opened.headers["access-control-expose-headers"]
    other = await get(app, "/models", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def test_a_browser_may_ask_for_permission_without_a_key() -> None:
    app = application(cors_origins=[ORIGIN], api_keys=["one"])
    asked = "authorization,content-type,x-stainless-os"
    headers = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
    }
    reply = await Client(app, "OPTIONS", PATH, headers=headers).whole()
    assert reply.status == 200
    assert reply.headers["access-control-allow-headers"] == asked
    refused = await chat(app, "echo", headers={"origin": ORIGIN}).whole()
    assert refused.status == 401
    assert refused.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"{", "application/json", 400, id="broken"),
        pytest.param(b"", "application/json", 400, id="empty"),
        pytest.param(b"[]", "application/json", 400, id="list"),
        pytest.param(b"{}", "application/json", 400, id="no messages"),
        pytest.param(b"\xff", "application/json", 400, id="not UTF-8"),
        pytest.param(b"[" * 100_000, "application/json", 400, id="deep"),
        pytest.param(b"{}", "text/plain", 415, id="type"),
    ],
)
async def test_a_bad_body(body: bytes, content_type: str, status: int) -> None:
    reply = await post(application(), body, content_type)
    assert reply.status == status
    assert reply.error["type"] == "invalid_request_error"
    assert reply.headers["x-should-retry"] == "false"


async def test_a_broken_message_is_named() -> None:
    messages = [*MESSAGES, {"role": "nobody", "content": "x"}]
    body = json.dumps({"model": "echo", "messages": messages}).encode()
    reply = await post(application(), body)
    assert (reply.status, reply.error["param"]) == (400, "messages[1]")


async def test_a_body_may_not_be_too_large() -> None:
    app = application(max_body=100)
    assert (await post(app, b" " * 101)).status == 413
    declared = await post(app, b"{}", **{"content-length": "101"})
    assert declared.status == 413


@in_virtual_time
async def test_a_body_may_not_take_too_long(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    head = {"content-type": "application/json"}
    client = Client(application(), "POST", PATH, body=[b"{", b""], headers=head)
    client._body.pop()
    task = client.start()
    before = virtual_loop().time()
    await task
    assert virtual_loop().time() == before + 60
    assert client.reply.status == 408
    assert "ending=failed:request_timeout" in caplog.text


async def test_a_body_may_not_be_compressed() -> None:
    reply = await post(application(), b"\x1f\x8b", **{"content-encoding": "gzip"})
    assert reply.status == 415
    assert reply.error["code"] == "unsupported_content_encoding"
    whole = {"model": "echo", "messages": MESSAGES}
    plain = {"content-encoding": "identity"}
    answer = await post(application(), json.dumps(whole).encode(), **plain)
    assert answer.status == 200


async def test_a_refused_key_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    headers = {"authorization": "Bearer sk-wrong", "x-request-id": "mine"}
    app = application(api_keys=["one"])
    assert (await get(app, "/models", headers=headers)).status == 401
    assert "id=mine status=401 ending=failed:invalid_api_key" in caplog.text
    assert "sk-wrong" not in caplog.text


@in_virtual_time
async def test_a_request_that_comes_slowly_has_a_place() -> None:
    app = application(max_streams=1)
    head = {"content-type": "application/json"}
    slow = Client(app, "POST", PATH, body=[b"{", b""], headers=head)
    slow._body.pop()
    task = slow.start()
    await asyncio.sleep(1)
    assert (await chat(app, "echo").whole()).status == 429
    await task
    assert (await chat(app, "echo").whole()).contents() == TEXT


async def test_a_client_that_leaves_in_its_request_gets_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    client = Client(application(), "POST", PATH, body=[b"{", b""])
    client._body.pop()
    client.leave()
    await client.whole()
    assert client.reply.status == 0
    assert "status=- " in caplog.text
    assert "ending=left" in caplog.text


async def test_two_names_need_a_choice() -> None:
    reply = await chat(application(), None).whole()
    assert (reply.status, reply.error["param"]) == (400, "model")
    alone = await chat(application(echo), None).whole()
    assert alone.contents() == TEXT


@in_virtual_time
async def test_there_may_be_so_many_answers() -> None:
    app = application(max_streams=2)
    first, second = chat(app, "begins"), chat(app, "silent", stream=False)
    tasks = [first.start(), second.start()]
    await first.until("Well")
    third = await chat(app, "echo").whole()
    assert third.status == 429
    assert third.headers["retry-after"] == "1"
    assert third.headers["x-should-retry"] == "true"
    assert (await get(app, "/models")).status == 200
    first.leave()
    await tasks[0]
    assert (await chat(app, "echo").whole()).contents() == TEXT
    second.leave()
    await tasks[1]


@in_virtual_time
async def test_an_answer_may_take_so_long() -> None:
    app = application(max_seconds=60)
    reply = await chat(app, "silent", stream=False).whole()
    assert reply.status == 504
    late = await chat(app, "begins").whole()
    assert late.events()[-1]["error"]["code"] == "upstream_timeout"


async def begun(app: ServeApp, model: str) -> Client:
    client = chat(app, model)
    client.start()
    if model == "begins":
        await client.until("Well")
    await asyncio.sleep(1)
    return client


@in_virtual_time
async def test_a_drain_ends_what_is_open() -> None:
    app = application()
    opened, waiting = await begun(app, "begins"), await begun(app, "silent")
    before = virtual_loop().time()
    drained = asyncio.ensure_future(app.drain(5))
    await asyncio.sleep(1)
    refused = await chat(app, "echo").whole()
    assert refused.status == 503
    assert refused.headers["retry-after"]
    health = await get(app, "/health")
    assert (health.status, health.json()) == (503, {"status": "draining"})
    assert (await get(app, "/models")).status == 200
    await drained
    assert virtual_loop().time() == before + 5
    await opened.task
    await waiting.task
    assert opened.reply.events()[-1]["error"]["code"] == "server_shutting_down"
    assert opened.reply.is_complete
    assert waiting.reply.status == 503
    assert waiting.reply.headers["x-should-retry"] == "true"
    assert len(asyncio.all_tasks()) == 1


@in_virtual_time
async def test_the_lifespan_drains() -> None:
    app = application(drain_seconds=7)
    steps: list[str] = []
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def send(message: Any) -> None:
        steps.append(message["type"])

    async def live() -> None:
        await app({"type": "lifespan"}, inbox.get, send)

    life = asyncio.ensure_future(live())
    await inbox.put({"type": "lifespan.startup"})
    client = await begun(app, "begins")
    before = virtual_loop().time()
    await inbox.put({"type": "lifespan.shutdown"})
    await life
    assert virtual_loop().time() == before + 7
    assert steps == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert "server_shutting_down" in client.reply.text

    again = asyncio.ensure_future(live())
    await inbox.put({"type": "lifespan.startup"})
    await asyncio.sleep(0)
    assert (await chat(app, "echo").whole()).contents() == TEXT
    await inbox.put({"type": "lifespan.shutdown"})
    await again


@pytest.mark.parametrize(
    "name", ["a\r\nset-cookie: x=1", "a\nb", "ключ", "a: b"], ids=repr
)
async def test_names_of_fields_cannot_become_headers(name: str) -> None:
    fields = {"model": "echo", "messages": MESSAGES, name: 1, "fine": 1}
    reply = await post(application(), json.dumps(fields).encode())
    assert reply.status == 200
    assert reply.headers["x-ignored-parameters"] == "fine"
    assert "set-cookie" not in reply.headers


async def test_a_request_id_cannot_become_a_header() -> None:
    headers = {"x-request-id": "a b"}
    reply = await get(application(), "/models", headers=headers)
    assert reply.headers["x-request-id"].startswith("req_")
