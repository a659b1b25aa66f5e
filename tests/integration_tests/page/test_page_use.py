"""The page is used by keyboard, by screen reader, and wherever it is mounted."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.routing import Mount

from langchain_sse_chat.serve import create_app
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.page.conftest import Serve
from tests.integration_tests.serve_clients.served import running

Open = Callable[..., ChatPage]
WIDTHS = (360, 768, 1280)


async def echo(messages: Any, request: Any) -> AsyncIterator[str]:
    yield f"{request.model}: {messages[-1].text}"


async def other(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "The other one."


def test_shift_enter_starts_a_line_and_enter_sends(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url)
    expect(page.question).to_be_focused()
    expect(page.button("Send")).to_be_disabled()
    page.page.keyboard.type("One")
    page.page.keyboard.press("Shift+Enter")
    page.page.keyboard.type("two")
    expect(page.question).to_have_value("One\ntwo")
    page.page.keyboard.press("Enter")
    page.wait_for_end()
    expect(page.question).to_have_value("")
    expect(page.question).to_be_focused()
    [request] = upstream.requests
    assert request.json()["messages"][-1]["content"] == "One\ntwo"


def test_the_field_grows_with_its_text(open_page: Open, url: str) -> None:
    page = open_page(url)
    height = "e => e.getBoundingClientRect().height"
    one = page.question.evaluate(height)
    page.question.fill("a\nb\nc")
    three = page.question.evaluate(height)
    page.question.fill("a\n" * 500)
    assert one * 1.5 < three < page.question.evaluate(height) < 500


def test_files_and_sources_of_answers_are_not_sent_again(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    # Some images would be more than a request may have, and end the chat.
    page = open_page(url)
    picture = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    chunks = (
        '{"type":"start"}',
        '{"type":"text-start","id":"1"}',
        '{"type":"text-delta","id":"1","delta":"Look"}',
        '{"type":"text-end","id":"1"}',
        f'{{"type":"file","mediaType":"image/gif","url":"{picture}"}}',
        '{"type":"source-url","sourceId":"1","url":"https://a.test/"}',
        '{"type":"finish"}',
        "[DONE]",
    )
    body = "".join(f"data: {chunk}\n\n" for chunk in chunks)
    page.page.route(
        "**/chat",
        lambda route: route.fulfill(content_type="text/event-stream", body=body),
        times=1,
    )
    page.ask("Draw")
    page.wait_for_end()
    with page.page.expect_request("**/chat") as asked:
        page.ask("Again")
    sent = asked.value.post_data or ""
    assert "Look" in sent
    assert picture not in sent
    assert "a.test" not in sent
    expect(page.rendered).to_have_text("You said: Again")
    expect(page.log.locator("img")).to_have_count(1)


def test_blank_questions_are_not_sent(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url)
    page.ask("  \n ")
    expect(page.log.locator("article")).to_have_count(0)
    assert upstream.requests == []


def test_enter_ends_a_composition_and_sends_after_it(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url)
    devtools = page.page.context.new_cdp_session(page.page)
    compose = {"selectionStart": 2, "selectionEnd": 2, "text": "ni"}
    devtools.send("Input.imeSetComposition", compose)
    # As an input method sends the Enter that it takes itself.
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    devtools.send("Input.insertText", {"text": "你好"})
    expect(page.question).to_have_value("你好")
    expect(page.log.locator("article")).to_have_count(0)
    page.page.keyboard.press("Enter")
    expect(page.rendered).to_have_text("You said: 你好")
    assert len(upstream.requests) == 1


def test_a_screen_reader_hears_the_answer_once(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url)
    page.page.evaluate(
        """() => {
          window.said = [];
          const live = document.getElementById("live");
          new MutationObserver(() => window.said.push(live.textContent))
            .observe(live, { childList: true, characterData: true, subtree: true });
        }"""
    )
    upstream.script(Reply.text([f"w{n} " for n in range(50)], delay=0.002))
    page.ask("Hello")
    expect(page.answer).to_have_attribute("aria-busy", "false")
    expect(page.live).to_contain_text("w49")
    said = page.page.evaluate("said")
    assert len(said) == 2
    assert said[0] == "The answer is being written."
    expect(page.log).to_have_attribute("aria-live", "off")
    assert page.log.get_by_role("heading").all_inner_texts() == ["You", "Answer"]


def test_everything_is_reached_by_tab(open_page: Open, serve: Serve) -> None:
    page = open_page(serve({"a": echo, "b": other}))
    page.ask("Hello")
    expect(page.rendered).to_have_count(1)
    names = []
    for _ in range(12):
        page.page.keyboard.press("Tab")
        names.append(
            page.page.evaluate(
                "() => document.activeElement.ariaLabel"
                " ?? document.activeElement.textContent"
            )
        )
    assert {"Model", "New chat", "Copy answer", "Retry", "Message"} <= set(names)


@pytest.mark.parametrize("name", ["Send", "Retry"])
def test_the_focus_stays_with_the_answer(
    open_page: Open, url: str, upstream: ScriptedServer, name: str
) -> None:
    page = open_page(url)
    page.ask("Hello")
    page.wait_for_end()
    gate = threading.Semaphore(0)
    upstream.script(Reply.text("a", gate=gate))
    page.question.fill("Hello")
    page.button(name).press("Enter")
    focused = page.question if name == "Send" else page.button("Stop")
    expect(focused).to_be_focused()
    gate.release(9)
    page.wait_for_end()
    expect(page.question).to_be_focused()


def test_a_line_begins_on_the_side_of_its_language(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    words = "שלום."
    upstream.script(Reply.text(f"{words}\n\n- {words}\n\n# {words}"))
    page = open_page(url)
    page.ask(words)
    lines = page.rendered.locator("p, li, h3")
    expect(lines).to_have_count(3)
    question = page.log.locator(".question .plain > div")
    for line in (question, *lines.all()):
        assert line.evaluate(
            """line => {
              const range = document.createRange();
              const at = (place) => {
                range.setStart(line.firstChild, place);
                range.setEnd(line.firstChild, place + 1);
                return range.getBoundingClientRect().left;
              };
              return at(4) < at(0);
            }"""
        )


def test_a_model_is_chosen(open_page: Open, serve: Serve) -> None:
    page = open_page(serve({"a": echo, "b": other}))
    picker = page.page.get_by_label("Model", exact=True)
    expect(picker).to_have_value("a")
    page.ask("Hello")
    expect(page.rendered).to_have_text("a: Hello")
    picker.select_option("b")
    page.ask("Hello")
    expect(page.rendered).to_have_text("The other one.")
    page.page.reload()
    expect(picker).to_have_value("b")
    page.button("New chat").click()
    expect(picker).to_have_value("b")


def test_answers_and_code_are_copied(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text("See **this**:\n\n```sh\nls -l\n```\n"))
    allowed = ["clipboard-read", "clipboard-write"]
    page = open_page(url, permissions=allowed)
    page.ask("Hello")
    expect(page.rendered.locator("figcaption")).to_contain_text("sh")
    read = "() => navigator.clipboard.readText()"
    page.button("Copy code").click()
    expect(page.button("Copy code")).to_have_text("Copied")
    assert page.page.evaluate(read) == "ls -l\n"
    page.button("Copy answer").click()
    expect(page.button("Copy answer")).to_have_text("Copied")
    assert page.page.evaluate(read) == "See **this**:\n\n```sh\nls -l\n```\n"


def test_a_page_without_tls_copies_too(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url, permissions=["clipboard-read", "clipboard-write"])
    page.ask("Hello")
    expect(page.rendered).to_have_count(1)
    page.page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    page.button("Copy answer").click()
    expect(page.button("Copy answer")).to_have_text("Copied")
    page.question.press("Control+V")
    expect(page.question).to_have_value("You said: Hello")


@pytest.mark.parametrize("path", ["/ai/", "/ai"])
def test_it_may_be_mounted(open_page: Open, servers: ExitStack, path: str) -> None:
    inner = create_app({"m": echo}, page=True, keep="memory://")
    app = Starlette(routes=[Mount("/ai", inner)])
    page = open_page(servers.enter_context(running(app)) + path)
    page.ask("Hello")
    expect(page.rendered).to_have_text("m: Hello")


def test_it_may_be_behind_a_proxy_that_takes_the_prefix_off(
    open_page: Open, servers: ExitStack
) -> None:
    inner = create_app({"m": echo}, page=True)

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            assert scope["path"].startswith("/a/b/")
            scope = {**scope, "path": scope["path"].removeprefix("/a/b")}
            scope["root_path"] = "/a/b"
        await inner(scope, receive, send)

    page = open_page(f"{servers.enter_context(running(proxy))}/a/b/")
    page.ask("Hello")
    expect(page.rendered).to_have_text("m: Hello")


def test_failures_are_told_in_words(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url, "429|Failed to load resource")
    upstream.script(
        Reply.status(429),
        Reply.text(["One", " two", " three"], reset_after=2),
        Reply.text("Fine"),
    )
    page.ask("Hello")
    expect(page.notice).to_contain_text("has a rate limit")
    page.button("Retry").click()
    expect(page.notice).to_contain_text("The connection to the model's server failed")
    expect(page.rendered).to_have_text("One two")
    page.button("Retry").click()
    expect(page.rendered).to_have_text("Fine")
    expect(page.notice).to_be_hidden()


def test_a_server_that_is_gone_is_told(open_page: Open) -> None:
    with running(create_app({"m": echo}, page=True)) as url:
        page = open_page(url)
        expect(page.page.get_by_label("Model", exact=True)).to_have_value("m")
        page.expected = "Failed to load resource|net::ERR"
    page.ask("Hello")
    expect(page.notice).to_contain_text("The server cannot be reached")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_larger_than_the_screen(
    open_page: Open, url: str, upstream: ScriptedServer, width: int, scheme: str
) -> None:
    wide = "x" * 300
    table = "|" + "a|" * 40 + "\n|" + "-|" * 40 + "\n|" + "b|" * 40
    long = "a\n\n" * 50
    upstream.script(Reply.text(f"{long}{wide}\n\n```\n{wide}\n```\n\n{table}"))
    size = {"width": width, "height": 700}
    page = open_page(url, viewport=size, color_scheme=scheme)
    page.ask(wide)
    expect(page.rendered.locator("table")).to_have_count(1)
    page.question.fill("a\n" * 30)
    heights = "() => [document.documentElement.scrollHeight, innerHeight]"
    scrolls, has = page.page.evaluate(heights)
    assert scrolls <= has
    for place in ("document.documentElement", "document.getElementById('scroller')"):
        widths = f"() => [{place}.scrollWidth, {place}.clientWidth]"
        scrolls, has = page.page.evaluate(widths)
        assert scrolls <= has


def test_the_end_stays_in_sight_unless_the_user_scrolls_up(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text([f"- line {n}\n" for n in range(200)]))
    page = open_page(url)
    page.ask("Hello")
    expect(page.rendered).to_have_count(1)
    expect(page.answer.get_by_text("Retry")).to_be_in_viewport()
    page.question.fill("a\n" * 8)
    expect(page.answer.get_by_text("Retry")).to_be_in_viewport()
    scroller = page.page.locator("#scroller")
    scroller.evaluate("e => { e.scrollTop = 0; }")
    page.button("Latest ↓").click()
    expect(page.answer.get_by_text("Retry")).to_be_in_viewport()
    expect(page.button("Latest ↓")).to_be_hidden()


def test_a_question_is_followed_that_is_pasted_and_sent_at_once(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    gate = threading.Semaphore(0)
    upstream.script(
        Reply.text([f"- line {n}\n" for n in range(200)]),
        Reply.text(["a", "b"], gate=gate),
    )
    page = open_page(url)
    page.ask("Hello")
    expect(page.rendered).to_have_count(1)

    page.question.evaluate(
        """(field) => {
          field.focus();
          document.execCommand("insertText", false, "line\\n".repeat(60));
          const enter = { key: "Enter", bubbles: true };
          field.dispatchEvent(new KeyboardEvent("keydown", enter));
        }"""
    )

    expect(page.answer.locator(".waiting")).to_be_in_viewport()
    expect(page.button("Latest ↓")).to_be_hidden()
    gate.release(9)
    page.wait_for_end()
    expect(page.answer.get_by_text("Retry")).to_be_in_viewport()
    expect(page.button("Latest ↓")).to_be_hidden()
