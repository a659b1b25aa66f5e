"""The page as a user has it before them."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Locator, Page, expect


class ChatPage:
    """A chat page in a tab.

    Args:
        page: The tab.
        expected: A pattern of errors of the console that belong to the test.
    """

    def __init__(self, page: Page, expected: str = "") -> None:
        self.page = page
        self.troubles: list[str] = []
        """Errors of the console and of scripts, with reports of the policy."""
        self.expected = expected
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: self.troubles.append(dialog.message))

    def _note(self, message: ConsoleMessage) -> None:
        is_expected = self.expected and re.search(self.expected, message.text)
        if message.type in ("error", "warning") and not is_expected:
            self.troubles.append(message.text)

    def open(self, url: str) -> None:
        self.page.goto(url)
        expect(self.question).to_be_visible()

    @property
    def question(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def answers(self) -> Locator:
        return self.log.locator("article").filter(has_text=re.compile("^Answer"))

    @property
    def answer(self) -> Locator:
        """The last answer."""
        return self.answers.last

    @property
    def text(self) -> Locator:
        """The texts of the last answer, as they stream."""
        return self.answer.locator(".parts > .plain")

    @property
    def rendered(self) -> Locator:
        """The texts of the last answer, rendered."""
        return self.answer.locator(".rendered")

    @property
    def notice(self) -> Locator:
        return self.answer.locator(".notice")

    @property
    def live(self) -> Locator:
        """The words for a screen reader."""
        return self.page.get_by_role("status")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def ask(self, text: str) -> None:
        self.question.fill(text)
        self.question.press("Enter")

    def wait_for_text(self, text: str) -> None:
        """Wait until the answer that streams has exactly a text."""
        expect(self.text).to_have_text(text, use_inner_text=False)

    def wait_for_end(self) -> None:
        expect(self.answer).to_have_attribute("aria-busy", "false")

    def shown(self) -> str:
        """The characters of the answer that streams, each of them."""
        return "".join(self.text.all_text_contents())
