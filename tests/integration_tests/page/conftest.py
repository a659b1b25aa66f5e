"""Chromium, and pages in it that are served before a model's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.chromium import chromium
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.serve_clients.served import running

Serve = Callable[..., str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    """Servers that run until every page is closed.

    A page that is still loading when its server stops reports a refused connection.
    """
    with ExitStack() as servers:
        yield servers


@pytest.fixture
def upstream(servers: ExitStack) -> ScriptedServer:
    """The server of the model `m`. Without a script it is the echo model."""
    return servers.enter_context(ScriptedServer())


@pytest.fixture
def serve(servers: ExitStack, upstream: ScriptedServer) -> Serve:
    """Serves targets with the page; returns the address. By default it serves `m`."""
    chat = ChatSSE(model="m", base_url=upstream.base_url, max_retries=0)

    def serve(targets: Any = None, **settings: Any) -> str:
        app = create_app(targets or {"m": chat}, **{"page": True, **settings})
        return servers.enter_context(running(app))

    return serve


@pytest.fixture
def url(serve: Serve) -> str:
    """A page with the model `m`, whose answers are not kept."""
    return serve()


@pytest.fixture
def open_page(
    browser: Browser, servers: ExitStack
) -> Iterator[Callable[..., ChatPage]]:
    """Opens a page in a browser of its own; at the end no page has reported trouble."""
    pages: list[ChatPage] = []

    def open_page(url: str, expected: str = "", **options: Any) -> ChatPage:
        context = browser.new_context(**options)
        context.set_default_timeout(30_000)
        pages.append(ChatPage(context.new_page(), expected))
        pages[-1].open(url)
        return pages[-1]

    yield open_page
    for page in pages:
        page.page.context.close()
    assert [trouble for page in pages for trouble in page.troubles] == []
