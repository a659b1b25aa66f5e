"""`examples/web/app.py` as a user runs it, without a key."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.integration_tests.web.chat_page import ChatPage
from tests.integration_tests.web.program import program


def test_the_pages_are_served_with_an_embedded_model(page: Page) -> None:
    with program("web/app.py") as url:
        page.goto(url)
        links = page.get_by_role("link")
        expect(links).to_have_count(4)

        for name in links.all_inner_texts():
            chat = ChatPage(page, f"{url}/{name}/")
            chat.ask("Hello")
            chat.expect_words("You said: Hello")
        page.goto(f"{url}/use-chat/")
        chat.ask("How is the weather?")
        expect(chat.answer.locator("summary")).to_have_text("weather: done")


def test_an_answer_of_the_embedded_model_can_be_stopped(page: Page) -> None:
    words = " ".join(str(number) for number in range(1000))
    with program("web/app.py") as url:
        chat = ChatPage(page, f"{url}/event-source/")
        chat.ask(words)
        expect(chat.answer).to_contain_text("You said: 0 1 2")
        chat.stop()
        chat.expect_idle()
        expect(chat.answer).to_contain_text("You said: 0 1 2")
        expect(chat.answer).not_to_contain_text("999")
