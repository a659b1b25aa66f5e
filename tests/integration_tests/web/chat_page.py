"""A page with a chat, as its user sees it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


class ChatPage:
    """Asks and reads by what a page shows, not by how it is made."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.goto(url)

    def ask(self, question: str) -> None:
        self.page.get_by_label("Message").fill(question)
        self.page.get_by_role("button", name="Send").click()

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop").click()

    @property
    def answer(self) -> Locator:
        """The last answer, or its part so far."""
        return self.page.locator(".assistant").last

    def expect_answer(self, text: str) -> None:
        """Wait until the answer is a text, in each character."""
        expect(self.answer).to_have_js_property("textContent", text)

    def expect_words(self, text: str) -> None:
        """Wait until the answer has these words; white space does not matter."""
        expect(self.answer).to_have_text(text)

    def expect_problem(self, text: str) -> None:
        """Wait until the page says that something failed."""
        expect(self.page.get_by_role("alert")).to_contain_text(re.compile(text))

    def expect_idle(self) -> None:
        """Wait until the page can be asked again, and nothing can be stopped."""
        expect(self.page.get_by_role("button", name="Send")).to_be_visible()
        stop = self.page.get_by_role("button", name="Stop")
        expect(stop.and_(self.page.locator(":enabled"))).to_have_count(0)
