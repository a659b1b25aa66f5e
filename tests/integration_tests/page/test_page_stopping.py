"""Stop, retry and new chats."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.page.conftest import Serve

Open = Callable[..., ChatPage]
KEEPS = pytest.mark.parametrize("keep", [None, "memory://"], ids=["plain", "kept"])


def held(upstream: ScriptedServer, *tokens: str) -> None:
    """Have the model's server answer with tokens, and then say nothing more."""
    upstream.script(Reply.text([*tokens, "more"], stall_after=len(tokens)))


@KEEPS
@pytest.mark.parametrize("way", ["button", "Escape"])
def test_stop_reaches_the_model_and_keeps_what_came(
    open_page: Open, serve: Serve, upstream: ScriptedServer, way: str, keep: str | None
) -> None:
    held(upstream, "**One**", " two")
    page = open_page(serve(keep=keep))
    page.ask("Count")
    page.wait_for_text("**One** two")
    expect(page.button("Send")).to_be_hidden()

    if way == "button":
        page.button("Stop").click()
    else:
        page.page.keyboard.press("Escape")

    assert upstream.wait_for_disconnect()
    expect(page.notice).to_have_text("Stopped.")
    expect(page.notice).to_have_class("notice")
    expect(page.rendered.locator("strong")).to_have_text("One")
    expect(page.button("Stop")).to_be_hidden()
    expect(page.question).to_be_focused()
    page.ask("Go on")
    expect(page.rendered).to_have_text("You said: Go on")
    sent = upstream.requests[-1].json()["messages"]
    contents = [message["content"] for message in sent]
    assert contents == ["Count", "**One** two", "Go on"]


def test_an_answer_is_stopped_before_its_first_token(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text("a", gate=threading.Semaphore(0)))
    page = open_page(url)
    page.ask("Hello")
    assert upstream.wait_for_requests()
    page.button("Stop").click()
    expect(page.notice).to_have_text("Stopped.")
    assert upstream.wait_for_disconnect()


@pytest.mark.parametrize("clicks", [2, 3])
def test_a_double_click_sends_and_only_another_click_stops(
    open_page: Open, url: str, upstream: ScriptedServer, clicks: int
) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text("a", gate=gate))
    page = open_page(url)
    page.question.fill("Hello")
    page.button("Send").click(click_count=clicks)
    if clicks == 2:
        assert upstream.wait_for_requests()
        gate.release(9)
        expect(page.rendered).to_have_text("a")
    expect(page.notice).to_have_text("" if clicks == 2 else "Stopped.")


def test_a_tab_stops_its_own_answer_only(
    open_page: Open, serve: Serve, upstream: ScriptedServer
) -> None:
    first = open_page(serve(keep="memory://"))
    first.ask("Hello")
    first.wait_for_end()
    # As a tab that the user duplicates: it has the same chat.
    with first.page.context.expect_page() as opened:
        first.page.evaluate("() => void window.open(location.href)")
    second = ChatPage(opened.value)
    pages, words = (first, second), ("One", "Two")
    for page, word in zip(pages, words, strict=True):
        held(upstream, word)
        page.ask("Count")
        page.wait_for_text(word)

    for page in pages:
        page.button("Stop").click()
        expect(page.notice).to_have_text("Stopped.")
        if page is first:
            assert upstream.wait_for_disconnect()
            second.wait_for_text("Two")
            expect(second.answer).to_have_attribute("aria-busy", "true")
    assert second.troubles == []


def test_retry_asks_again_without_the_answer(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text("First"), Reply.text("Second"))
    page = open_page(url)
    page.ask("Hello")
    expect(page.rendered).to_have_text("First")
    page.button("Retry").click()
    expect(page.rendered).to_have_text("Second")
    expect(page.answers).to_have_count(1)
    sent = upstream.requests[-1].json()["messages"]
    assert [message["content"] for message in sent] == ["Hello"]


def test_only_the_last_answer_is_retried(open_page: Open, url: str) -> None:
    page = open_page(url)
    for text in ("One", "Two"):
        page.ask(text)
        expect(page.rendered).to_have_text(f"You said: {text}")
    expect(page.button("Retry")).to_have_count(1)


@KEEPS
def test_a_new_chat_stops_the_answer_and_forgets_the_conversation(
    open_page: Open, serve: Serve, upstream: ScriptedServer, keep: str | None
) -> None:
    held(upstream, "One")
    page = open_page(serve(keep=keep))
    page.ask("Count")
    page.wait_for_text("One")

    page.button("New chat").click()

    assert upstream.wait_for_disconnect()
    expect(page.log.locator("article")).to_have_count(0)
    expect(page.question).to_be_focused()
    page.page.reload()
    expect(page.page.get_by_text("What would you like to know?")).to_be_visible()
    page.ask("Hello")
    expect(page.rendered).to_have_text("You said: Hello")
    assert len(upstream.requests[-1].json()["messages"]) == 1


def test_a_closed_tab_stops_the_model(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    held(upstream, "One")
    page = open_page(url)
    page.ask("Count")
    page.wait_for_text("One")
    page.page.close()
    assert upstream.wait_for_disconnect()
