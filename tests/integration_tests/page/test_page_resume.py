"""An answer survives a reload and a lost connection, each character once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import expect

from langchain_sse_chat.serve.answer.parts import Delta, ToolRun
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.deployment.relays import Relay
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.page.conftest import Serve

Open = Callable[..., ChatPage]
TOKENS = ["Grüße ", "aus ", "**東京** ", "👋\n\n", "a\n", "b ", "c ", "d"]
TEXT = "".join(TOKENS)
LOST = "The connection was lost before the answer was complete. Retry asks again."
NETWORK = "Failed to load resource|net::ERR"
"""The words of the browser about a connection that is lost."""


class Gate:
    """Lets the model give one token after the other."""

    def __init__(self) -> None:
        self.semaphore = threading.Semaphore(0)

    def open(self, count: int = 1) -> None:
        self.semaphore.release(count)


@pytest.fixture
def gate(upstream: ScriptedServer) -> Iterator[Gate]:
    gate = Gate()
    upstream.script(Reply.text(TOKENS, gate=gate.semaphore))
    yield gate
    gate.open(99)


@pytest.fixture
def relay(servers: ExitStack, serve: Serve) -> Relay:
    """A proxy before a server that keeps answers."""
    return servers.enter_context(Relay(serve(keep="memory://")))


def test_a_reload_in_mid_answer_goes_on(
    open_page: Open, serve: Serve, upstream: ScriptedServer, gate: Gate
) -> None:
    page = open_page(serve(keep="memory://"))
    page.ask("Hello")
    for count in range(1, 5):
        gate.open()
        page.wait_for_text("".join(TOKENS[:count]))
        page.page.reload()
        page.wait_for_text("".join(TOKENS[:count]))
        assert page.shown() == "".join(TOKENS[:count])
    gate.open(99)
    expect(page.rendered.locator("strong")).to_have_text("東京")
    expect(page.notice).to_be_hidden()
    expect(page.answers).to_have_count(1)
    assert len(upstream.requests) == 1

    page.page.reload()
    expect(page.rendered).to_contain_text("👋")
    expect(page.rendered.locator("strong")).to_have_text("東京")
    assert len(upstream.requests) == 1


def test_a_reload_before_the_first_token_goes_on(
    open_page: Open, serve: Serve, upstream: ScriptedServer, gate: Gate
) -> None:
    page = open_page(serve(keep="memory://"))
    page.ask("Hello")
    assert upstream.wait_for_requests()
    page.page.reload()
    gate.open(99)
    expect(page.rendered).to_contain_text("👋")
    assert len(upstream.requests) == 1


def test_an_answer_that_ended_while_the_page_was_away_is_there(
    open_page: Open, serve: Serve, upstream: ScriptedServer, gate: Gate
) -> None:
    page = open_page(serve(keep="memory://"))
    page.ask("Hello")
    gate.open()
    page.wait_for_text(TOKENS[0])
    url = page.page.url
    page.page.goto("about:blank")
    gate.open(99)
    page.open(url)
    expect(page.rendered).to_contain_text("👋")
    assert len(upstream.requests) == 1


def test_tools_and_reasoning_are_there_once_after_a_reload(
    open_page: Open, serve: Serve
) -> None:
    ends = threading.Event()

    def agent(messages: Any, request: Any) -> Any:
        yield Delta(reasoning="Hm.")
        yield ToolRun("1", "search", {"q": "x"})
        yield ToolRun("1", "search", output="found")
        yield "Text"
        ends.wait(30)
        yield " ends."

    page = open_page(serve({"agent": agent}, keep="memory://"))
    page.ask("Hello")
    page.wait_for_text("Text")
    page.page.reload()
    page.wait_for_text("Text")
    expect(page.answer.locator("details")).to_have_count(2)
    ends.set()
    expect(page.rendered).to_have_text("Text ends.")
    expect(page.answer.locator("details")).to_have_count(2)


def test_a_connection_that_is_cut_goes_on_by_itself(
    open_page: Open, upstream: ScriptedServer, gate: Gate, relay: Relay
) -> None:
    page = open_page(relay.url, NETWORK)
    page.ask("Hello")
    for count in range(1, len(TOKENS)):
        gate.open()
        page.wait_for_text("".join(TOKENS[:count]))
        assert page.shown() == "".join(TOKENS[:count])
        relay.drop_idle()
    gate.open(99)
    expect(page.rendered.locator("strong")).to_have_text("東京")
    expect(page.notice).to_be_hidden()
    assert len(upstream.requests) == 1


def test_a_page_that_cannot_connect_says_so_and_tries_again(
    open_page: Open, gate: Gate, relay: Relay
) -> None:
    page = open_page(relay.url, NETWORK)
    page.ask("Hello")
    gate.open()
    page.wait_for_text(TOKENS[0])
    page.page.route("**/chat/*/stream", lambda route: route.abort())
    relay.drop_idle()
    waiting = page.answer.locator(".waiting")
    expect(waiting).to_contain_text("Connection lost. Trying again")
    page.page.unroute("**/chat/*/stream")
    gate.open(99)
    expect(page.rendered.locator("strong")).to_have_text("東京")
    expect(waiting).to_be_hidden()


def test_two_tabs_show_the_same_answer(
    open_page: Open, serve: Serve, upstream: ScriptedServer, gate: Gate
) -> None:
    first = open_page(serve(keep="memory://"))
    first.ask("Hello")
    gate.open(3)
    first.wait_for_text("".join(TOKENS[:3]))
    # A tab that is opened by another one has a copy of what that one keeps, as one
    # that the user duplicates.
    with first.page.context.expect_page() as opened:
        first.page.evaluate("() => void window.open(location.href)")
    second = ChatPage(opened.value)
    second.wait_for_text("".join(TOKENS[:3]))
    gate.open()
    for page in (first, second):
        page.wait_for_text("".join(TOKENS[:4]))
    gate.open(99)
    for page in (first, second):
        expect(page.rendered.locator("strong")).to_have_text("東京")
    assert second.troubles == []
    assert len(upstream.requests) == 1


def test_without_kept_answers_a_reload_keeps_what_came_and_offers_to_retry(
    open_page: Open, url: str, upstream: ScriptedServer, gate: Gate
) -> None:
    page = open_page(url)
    page.ask("Hello")
    gate.open(3)
    page.wait_for_text("".join(TOKENS[:3]))

    page.page.reload()

    expect(page.notice).to_have_text(LOST)
    expect(page.rendered).to_have_text("Grüße aus 東京")
    assert upstream.wait_for_disconnect()
    page.button("Retry").click()
    expect(page.rendered).to_have_text("You said: Hello")
    expect(page.answers).to_have_count(1)


def test_without_kept_answers_a_lost_connection_is_told(
    open_page: Open, serve: Serve, servers: ExitStack, gate: Gate
) -> None:
    relay = servers.enter_context(Relay(serve()))
    page = open_page(relay.url, NETWORK)
    page.ask("Hello")
    gate.open(3)
    page.wait_for_text("".join(TOKENS[:3]))
    relay.drop_idle()
    expect(page.notice).to_have_text(LOST)
    expect(page.rendered).to_have_text("Grüße aus 東京")
    page.button("Retry").click()
    expect(page.rendered).to_have_text("You said: Hello")


def test_an_answer_that_is_no_longer_kept_is_told(
    open_page: Open, serve: Serve, gate: Gate
) -> None:
    page = open_page(serve(keep="memory://"), NETWORK)
    page.ask("Hello")
    gate.open()
    page.wait_for_text(TOKENS[0])
    # As an hour later.
    words = "The answer is no longer kept. Send the request again."
    page.page.route(
        "**/chat/*/stream",
        lambda route: route.fulfill(status=404, content_type="text/plain", body=words),
    )
    page.page.reload()
    expect(page.notice).to_have_text(words)
    expect(page.rendered).to_have_text(TOKENS[0].strip())
