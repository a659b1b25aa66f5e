"""`examples/web_endpoint.py` asks the model once for each question."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.event_source import EventSource, Message

FILE = Path(__file__).parents[2] / "examples" / "web_endpoint.py"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_endpoint", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def model() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@asynccontextmanager
async def serving(example: ModuleType, model: ScriptedServer) -> AsyncIterator[str]:
    chat = ChatSSE(model="m", base_url=model.base_url, max_retries=0)
    handling: list[asyncio.Task[None]] = []

    def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handled = example.handle(chat, reader, writer)
        handling.append(asyncio.ensure_future(handled))

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"
        await asyncio.gather(*handling)
    await chat.aclose()


class Reader:
    """The state of a page that reads a stream."""

    def __init__(self, url: str, *, closes: bool) -> None:
        self.source = EventSource(f"{url}/?q=Hello+from+me")
        self.seen: list[Message] = []
        for name in ("token", "failed", "end", "error", "message"):
            self.source.add_event_listener(name, self.seen.append)
        if closes:
            self.source.add_event_listener("end", lambda _: self.source.close())

    @property
    def text(self) -> str:
        return "".join(json.loads(e.data) for e in self.seen if e.type == "token")

    def count(self, name: str) -> int:
        return sum(event.type == name for event in self.seen)


async def test_a_page_that_closes_at_the_end_connects_once(
    example: ModuleType, model: ScriptedServer
) -> None:
    async with serving(example, model) as url:
        reader = Reader(url, closes=True)
        await reader.source.run()
    assert reader.text == "You said: Hello from me"
    assert reader.source.statuses == [200]
    assert reader.count("error") == 0
    assert len(model.requests) == 1


async def test_a_page_that_never_closes_is_told_not_to_come_again(
    example: ModuleType, model: ScriptedServer
) -> None:
    async with serving(example, model) as url:
        reader = Reader(url, closes=False)
        await reader.source.run()
    assert reader.text == "You said: Hello from me"
    assert reader.source.statuses == [200, 204]
    assert reader.source.ready_state == "closed"
    assert len(model.requests) == 1


@pytest.mark.parametrize("closes", [False, True])
async def test_a_model_that_fails_is_asked_once(
    example: ModuleType, model: ScriptedServer, closes: bool
) -> None:
    model.script(*[Reply.status(500, error="out of order")] * 3)
    async with serving(example, model) as url:
        reader = Reader(url, closes=closes)
        await reader.source.run()
    assert [json.loads(e.data) for e in reader.seen if e.type == "failed"] == [
        "ServerError"
    ]
    # The browser's own event, and none of the server's under its name.
    assert all(e.data == "" for e in reader.seen if e.type == "error")
    assert reader.count("end") == 1
    assert len(model.requests) == 1


async def test_a_connection_that_breaks_stops_the_model_and_asks_no_other_answer(
    example: ModuleType, model: ScriptedServer
) -> None:
    model.script(Reply.text(["a", "b"], delay=3600.0))
    async with serving(example, model) as url:
        reader = Reader(url, closes=True)
        reader.source.add_event_listener(
            "token", lambda _: reader.source.break_connection()
        )
        await reader.source.run()
        assert await asyncio.to_thread(model.wait_for_disconnect, 30.0)
    assert reader.text == "a"
    assert reader.source.statuses == [200, 204]
    assert len(model.requests) == 1


async def test_a_reader_that_leaves_while_the_model_is_silent_stops_the_model(
    example: ModuleType, model: ScriptedServer
) -> None:
    model.script(Reply.text("too late", first_delay=3600.0))
    async with serving(example, model) as url:
        reader = Reader(url, closes=True)
        running = asyncio.create_task(reader.source.run())
        assert await asyncio.to_thread(model.wait_for_requests, 1, 30.0)
        reader.source.close()
        await running
        assert await asyncio.to_thread(model.wait_for_disconnect, 30.0)
    assert reader.seen == []


async def test_a_silent_model_keeps_the_connection_alive(
    example: ModuleType, model: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(example, "KEEP_ALIVE_SECONDS", 0.01)
    model.script(Reply.text("at last", first_delay=3600.0))
    async with serving(example, model) as url:
        reader, writer = await opened(url, b"GET /?q=x HTTP/1.1\r\n\r\n")
        await reader.readuntil(example.KEEP_ALIVE)
        await reader.readuntil(example.KEEP_ALIVE)
        writer.close()
        assert await asyncio.to_thread(model.wait_for_disconnect, 30.0)


async def opened(
    url: str, request: bytes
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    return reader, writer


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("GET /favicon.ico HTTP/1.1", 404),
        ("GET /robots.txt?q=x HTTP/1.1", 404),
        ("HEAD /?q=x HTTP/1.1", 405),
        ("POST /?q=x HTTP/1.1", 405),
        ("GET /?q=x HTTP/1.1\r\nSec-Fetch-Site: cross-site", 403),
        ("GET /?q=x HTTP/1.1\r\nLast-Event-ID: asked", 204),
        ("GET / HTTP/1.1", 200),
        ("GET /?q= HTTP/1.1", 200),
        ("nonsense", None),
        ("", None),
    ],
)
async def test_what_is_no_question_does_not_reach_the_model(
    example: ModuleType, model: ScriptedServer, request_head: str, status: int | None
) -> None:
    async with serving(example, model) as url:
        reader, writer = await opened(url, f"{request_head}\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
    assert answer[9:12].decode() == ("" if status is None else str(status))
    assert model.requests == []


async def test_the_page_listens_to_all_that_the_server_sends(
    example: ModuleType, model: ScriptedServer
) -> None:
    model.script(Reply.text("a"), Reply.status(500))
    sent = set()
    async with serving(example, model) as url:
        for _ in range(2):
            reader, writer = await opened(url, b"GET /?q=x HTTP/1.1\r\n\r\n")
            stream = (await reader.read()).decode()
            sent |= set(re.findall(r"^event: (.*)$", stream, re.MULTILINE))
            writer.close()
    listened = set(re.findall(r'addEventListener\("(\w+)"', example.PAGE))
    assert listened == sent | {"error"}
