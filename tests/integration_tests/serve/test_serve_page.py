"""A page that reads `/events` by an `EventSource`, as many tutorials have it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.cli.listen import address_of, listening
from langchain_sse_chat.cli.server import Server
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.event_source import EventSource, Message

TEXT = ["Two", " lines:\n", "**one**", "\n\n", "and <br> two."]


@pytest.fixture
def model() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        server.script(Reply.text(TEXT))
        yield server


@asynccontextmanager
async def serving(model: ScriptedServer) -> AsyncIterator[str]:
    chat = ChatSSE(model="m", base_url=model.base_url, max_retries=0)
    server = Server(create_app(chat), log_level="critical", drain_seconds=5)
    with listening("127.0.0.1", 0, None) as sock:
        task = asyncio.create_task(server.serve(sockets=[sock]))
        yield address_of(sock)
        server.should_exit = True
        await task
    await chat.aclose()


class Page:
    """Shows the text as it comes, and at the end the whole text once more."""

    def __init__(self, url: str, *, closes: bool) -> None:
        self.source = EventSource(f"{url}/events?message=Hello+from+me")
        self.shown = ""
        self.whole: str | None = None
        self.closes = closes
        self.source.add_event_listener("message", self.add)
        self.source.add_event_listener("end", self.end)

    def add(self, message: Message) -> None:
        self.shown += message.data

    def end(self, message: Message) -> None:
        if self.closes:
            self.source.close()
        self.whole = message.data


@pytest.mark.parametrize("closes", [True, False])
async def test_a_page_shows_the_answer_and_buys_it_once(
    model: ScriptedServer, *, closes: bool
) -> None:
    async with serving(model) as url:
        page = Page(url, closes=closes)
        await page.source.run()

    assert page.shown == page.whole == "".join(TEXT)
    assert page.source.statuses == ([200] if closes else [200, 204])
    assert len(model.requests) == 1
