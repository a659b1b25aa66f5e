"""The page with `useChat`: an agent and its tool."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.web.chat_page import ChatPage

CALL = {"id": "call_1", "name": "weather", "arguments": {"city": "Köln"}}


@pytest.fixture
def chat(url: str, page: Page) -> ChatPage:
    return ChatPage(page, f"{url}/use-chat/")


def test_a_tool_is_shown_with_its_state(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text("Let me look.", reasoning="A tool knows.", tool_calls=[CALL]),
        Reply.text(" It is sunny."),
    )

    chat.ask("How is the weather?")

    tool = chat.answer.locator(".tool")
    expect(tool.locator("summary")).to_have_text("weather: done")
    tool.locator("summary").click()
    expect(tool).to_contain_text('"city": "Köln"')
    expect(tool).to_contain_text("It is sunny in Köln.")
    expect(chat.answer.locator(".text").first).to_have_text("Let me look.")
    expect(chat.answer.get_by_text("Reasoning")).to_be_visible()


def test_a_failed_question_is_asked_again(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.status(500))

    chat.ask("Hello")
    chat.expect_problem("The model's server failed")
    chat.page.get_by_role("button", name="Try again").click()

    chat.expect_words("You said: Hello")
    expect(chat.page.locator(".message")).to_have_count(2)
    expect(chat.page.get_by_role("alert")).to_have_count(0)


def test_the_conversation_is_there_after_a_reload(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    chat.ask("Hello")
    chat.expect_words("You said: Hello")
    chat.expect_idle()

    chat.page.reload()

    chat.expect_words("You said: Hello")
    chat.ask("And now?")
    chat.expect_words("You said: And now?")
    assert len(upstream.requests[-1].json()["messages"]) == 3
    chat.page.get_by_role("button", name="New chat").click()
    expect(chat.page.locator(".message")).to_have_count(0)
    chat.page.reload()
    expect(chat.page.locator(".message")).to_have_count(0)
