"""Answers that survive a reload and a lost connection."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Page, expect

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.served import PATIENCE
from tests.integration_tests.web.backend import (
    BreaksConnection,
    application,
    serving,
)
from tests.integration_tests.web.chat_page import ChatPage

TOKENS = ["Привет", " и 你好", " 👋🏽", " —", " всё"]
TEXT = "".join(TOKENS)
CALL = {"id": "call_1", "name": "weather", "arguments": {"city": "Köln"}}


def test_a_reload_resumes_the_answer(
    url: str, page: Page, upstream: ScriptedServer
) -> None:
    gate = threading.Semaphore(2)
    upstream.script(Reply.text(TOKENS, gate=gate))
    chat = ChatPage(page, f"{url}/use-chat/")

    chat.ask("Hello")
    for count in range(2, len(TOKENS)):
        chat.expect_answer("".join(TOKENS[:count]))
        page.reload()
        chat.expect_answer("".join(TOKENS[:count]))
        gate.release()
    chat.expect_answer(TEXT)
    gate.release(10)
    chat.expect_idle()
    page.reload()

    chat.expect_answer(TEXT)
    chat.expect_idle()
    expect(page.locator(".message")).to_have_count(2)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(upstream.requests) == 1


def test_a_reload_before_the_first_token_loses_nothing(
    url: str, page: Page, upstream: ScriptedServer
) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate))
    chat = ChatPage(page, f"{url}/use-chat/")

    chat.ask("Hello")
    assert upstream.wait_for_requests(1)
    page.reload()
    # The page knows that an answer is coming.
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    gate.release(10)

    chat.expect_answer(TEXT)
    assert len(upstream.requests) == 1


def test_a_reload_shows_each_tool_once(
    url: str, page: Page, upstream: ScriptedServer
) -> None:
    gate = threading.Semaphore(1)
    upstream.script(
        Reply.text("Let me look.", tool_calls=[CALL]),
        Reply.text(["It is", " sunny."], gate=gate),
    )
    chat = ChatPage(page, f"{url}/use-chat/")

    chat.ask("How is the weather?")
    expect(chat.answer.locator(".text").last).to_have_text("It is")
    # An answer that ends before the page asks for it is not a running one.
    with page.expect_response("**/stream"):
        page.reload()
    gate.release(10)

    expect(chat.answer.locator(".text")).to_have_text(["Let me look.", "It is sunny."])
    expect(chat.answer.locator(".tool summary")).to_have_text(["weather: done"])
    chat.expect_idle()


def test_a_reload_after_a_stop_shows_what_came(
    url: str, page: Page, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))
    chat = ChatPage(page, f"{url}/use-chat/")

    chat.ask("Hello")
    chat.expect_answer("".join(TOKENS[:2]))
    page.reload()
    chat.expect_answer("".join(TOKENS[:2]))
    chat.stop()
    assert upstream.wait_for_disconnect(PATIENCE)
    chat.expect_idle()
    page.reload()

    chat.expect_answer("".join(TOKENS[:2]))
    chat.expect_idle()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("use-chat", "/api/chat", id="useChat"),
        pytest.param("event-source", "/api/events", id="EventSource"),
    ],
)
def test_a_lost_connection_loses_nothing(
    page: Page, upstream: ScriptedServer, name: str, path: str
) -> None:
    gate = threading.Semaphore(2)
    upstream.script(Reply.text(TOKENS, gate=gate))
    proxy = BreaksConnection(application(upstream), path)

    with serving(proxy) as url:
        chat = ChatPage(page, f"{url}/{name}/")
        chat.ask("Hello")
        chat.expect_answer("".join(TOKENS[:2]))
        proxy.breaks = True
        gate.release()
        chat.expect_answer("".join(TOKENS[:3]))
        gate.release(10)
        chat.expect_idle()

        chat.expect_words(TEXT)
        assert not proxy.breaks
        expect(page.get_by_role("alert").filter(has_text=".")).to_have_count(0)
    assert len(upstream.requests) == 1
