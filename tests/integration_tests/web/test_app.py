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
