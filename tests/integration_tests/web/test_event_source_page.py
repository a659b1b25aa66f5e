"""The page with `EventSource`: Markdown at the end, and another back end."""

from __future__ import annotations

import socket
import threading

import pytest
from playwright.sync_api import Page, expect

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.served import PATIENCE
from tests.integration_tests.web.chat_page import ChatPage
from tests.integration_tests.web.program import program

TOKENS = ["# Title\n", "\n**bold**", " and `code`", "\n\n- one", "\n- two"]


@pytest.fixture
def chat(url: str, page: Page) -> ChatPage:
    return ChatPage(page, f"{url}/event-source/")


def test_markdown_is_shown_at_the_end(chat: ChatPage, upstream: ScriptedServer) -> None:
    gate = threading.Semaphore(len(TOKENS))
    upstream.script(Reply.text(TOKENS, gate=gate))

    chat.ask("Hello")
    chat.expect_answer("".join(TOKENS))
    expect(chat.answer.locator("*")).to_have_count(0)
    gate.release(10)

    expect(chat.answer.get_by_role("heading")).to_have_text("Title")
    expect(chat.answer.get_by_role("listitem")).to_have_text(["one", "two"])
    assert len(upstream.requests) == 1


def test_html_in_an_answer_does_nothing(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(
        Reply.text(
            "<img src=x onerror=\"document.title = 'run'\">"
            "<script>document.title = 'run'</script>"
            " [link](javascript:document.title='run') **done**"
        )
    )

    chat.ask("Hello")

    expect(chat.answer.locator("strong")).to_have_text("done")
    expect(chat.answer.locator("script, [onerror], [href]")).to_have_count(0)
    chat.answer.get_by_text("link").click()
    expect(chat.page).to_have_title("A stream read with EventSource")


def test_without_its_packages_the_page_shows_plain_text(
    url: str, page: Page, upstream: ScriptedServer
) -> None:
    page.route("**/node_modules/**", lambda route: route.abort())
    upstream.script(Reply.text(TOKENS))
    chat = ChatPage(page, f"{url}/event-source/")

    expect(page.get_by_text("run npm ci")).to_be_visible()
    chat.ask("Hello")

    chat.expect_idle()
    chat.expect_answer("".join(TOKENS))
    expect(chat.answer.locator("*")).to_have_count(0)
    expect(chat.answer).to_have_css("white-space", "pre-wrap")


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def test_the_page_reads_the_sanic_example(
    page: Page, upstream: ScriptedServer, free_port: int
) -> None:
    model = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": upstream.base_url}
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate), Reply.text(TOKENS, stall_after=2))

    with program("serve_sanic.py", free_port, **model) as url:
        chat = ChatPage(page, url)
        chat.ask("Hello")
        for count in range(1, len(TOKENS) + 1):
            gate.release()
            chat.expect_answer("".join(TOKENS[:count]))
        gate.release(10)
        expect(chat.answer.get_by_role("heading")).to_have_text("Title")
        chat.ask("Hello again")
        chat.expect_answer("".join(TOKENS[:2]))
        chat.stop()
        assert upstream.wait_for_disconnect(PATIENCE)
