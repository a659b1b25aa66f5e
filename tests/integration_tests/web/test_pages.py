"""All pages: tokens one by one, stop, failures, and characters in two reads."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Page, expect

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.serve_clients.served import PATIENCE, eventually
from tests.integration_tests.web.backend import (
    CountsPieces,
    CutInCharacters,
    application,
    serving,
)
from tests.integration_tests.web.chat_page import ChatPage

TOKENS = ["Привет", " и 你好", ",\n世界", " 👋🏽", " — всё"]
TEXT = "".join(TOKENS)

NOT_KEPT = ["react-openai", "fetch-reader"]
"""Pages whose answer ends when they are left."""
ALL = pytest.mark.parametrize("name", [*NOT_KEPT, "use-chat", "event-source"])


@pytest.fixture
def chat(url: str, page: Page, name: str) -> ChatPage:
    return ChatPage(page, f"{url}/{name}/")


@ALL
def test_tokens_appear_one_by_one(chat: ChatPage, upstream: ScriptedServer) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate))

    chat.ask("Hello")

    for count in range(1, len(TOKENS) + 1):
        gate.release()
        chat.expect_answer("".join(TOKENS[:count]))
    gate.release(10)
    chat.expect_idle()
    assert upstream.requests[0].json()["messages"][-1]["content"] == "Hello"


@ALL
def test_a_character_that_comes_in_two_reads_is_whole(
    page: Page, upstream: ScriptedServer, name: str
) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate))
    cutting = CutInCharacters(application(upstream))

    with serving(cutting) as url:
        chat = ChatPage(page, f"{url}/{name}/")
        cutting.cuts = 0
        chat.ask("Hello")
        gate.release()
        for count in range(1, len(TOKENS)):
            gate.release()
            # The last read that the page got ended inside the next token.
            chat.expect_answer("".join(TOKENS[:count]))
        gate.release(10)
        chat.expect_idle()
        chat.expect_words(TEXT)

    assert cutting.cuts >= len(TOKENS) - 1


@ALL
def test_keep_alives_are_not_text(
    page: Page, upstream: ScriptedServer, name: str
) -> None:
    gate = threading.Semaphore(1)
    upstream.script(Reply.text(TOKENS, gate=gate))
    counting = CountsPieces(application(upstream, keep_alive=0.02, commit_after=0.02))

    with serving(counting) as url:
        chat = ChatPage(page, f"{url}/{name}/")
        chat.ask("Hello")
        chat.expect_answer(TOKENS[0])
        before = counting.pieces
        assert eventually(lambda: counting.pieces > before + 3)
        gate.release(10)
        chat.expect_idle()
        chat.expect_words(TEXT)


@ALL
def test_stop_reaches_the_model(chat: ChatPage, upstream: ScriptedServer) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))

    chat.ask("Hello")
    chat.expect_answer("".join(TOKENS[:2]))
    chat.stop()

    # Sooner than a kept answer that is only left, which ends after 30 seconds.
    assert upstream.wait_for_disconnect(PATIENCE)
    chat.expect_idle()
    chat.expect_words("".join(TOKENS[:2]))
    chat.ask("And now?")
    chat.expect_words("You said: And now?")


@pytest.mark.parametrize("name", [*NOT_KEPT, "use-chat"])
def test_stop_reaches_a_model_that_is_silent(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=0))

    chat.ask("Hello")
    assert upstream.wait_for_requests(1)
    chat.stop()

    assert upstream.wait_for_disconnect(PATIENCE)
    chat.expect_idle()
    expect(chat.page.get_by_role("alert").filter(has_text=".")).to_have_count(0)


@ALL
def test_a_failure_is_a_sentence(chat: ChatPage, upstream: ScriptedServer) -> None:
    limit = Reply.status(429, headers={"retry-after": "1"})
    upstream.script(limit, Reply.text(TOKENS, cut_after=2))

    chat.ask("Hello")
    chat.expect_problem("rate limit|no answer")
    chat.expect_idle()
    chat.ask("Hello again")
    chat.expect_problem("The model's server failed")
    chat.expect_answer("".join(TOKENS[:2]))
    chat.expect_idle()


@pytest.mark.parametrize("name", ["react-openai"])
def test_a_component_that_is_unmounted_stops_the_model(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))

    chat.ask("Hello")
    chat.expect_answer("".join(TOKENS[:2]))
    chat.page.get_by_role("button", name="New chat").click()

    assert upstream.wait_for_disconnect(PATIENCE)
    expect(chat.page.locator(".message")).to_have_count(0)


@pytest.mark.parametrize("name", NOT_KEPT)
def test_a_page_that_is_left_stops_the_model(
    chat: ChatPage, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(TOKENS, stall_after=2))

    chat.ask("Hello")
    chat.expect_answer("".join(TOKENS[:2]))
    chat.page.close()

    assert upstream.wait_for_disconnect(PATIENCE)
