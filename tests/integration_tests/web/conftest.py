"""Chromium, and the server of the model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.chromium import chromium
from tests.integration_tests.web.backend import application, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new page. An exception in its script fails the test."""
    context = browser.new_context()
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []


@pytest.fixture
def upstream() -> Iterator[ScriptedServer]:
    """The server of the model. Without a script it is the echo model."""
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def url(upstream: ScriptedServer) -> Iterator[str]:
    """The address of the back end."""
    with serving(application(upstream)) as url:
        yield url
