"""An answer grows token by token, and is rendered at its end."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from langchain_sse_chat.serve.answer.parts import Delta, Note, ToolRun
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.page.chat_page import ChatPage
from tests.integration_tests.page.conftest import Serve

Open = Callable[..., ChatPage]
TOKENS = ["Grüße,", " **東京**", " 👋", "\n\n- one", "\n- two"]


def test_tokens_appear_one_by_one_and_markdown_at_the_end(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    gate = threading.Semaphore(0)
    upstream.script(Reply.text(TOKENS, gate=gate))
    page = open_page(url)

    page.ask("Hello")

    expect(page.answer.locator(".waiting")).to_be_visible()
    for count in range(1, len(TOKENS) + 1):
        gate.release()
        expect(page.text).to_have_js_property("textContent", "".join(TOKENS[:count]))
        expect(page.rendered).to_have_count(0)
    for _ in range(9):
        gate.release()
    expect(page.rendered.locator("strong")).to_have_text("東京")
    expect(page.rendered.locator("li")).to_have_text(["one", "two"])
    expect(page.answer.locator(".waiting")).to_be_hidden()
    expect(page.text).to_have_count(0)


def test_the_figures_are_those_of_the_model(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    usage = {"prompt_tokens": 1200, "completion_tokens": 40, "total_tokens": 1240}
    gate = threading.Semaphore(1)
    upstream.script(Reply.text(["a", "b"], usage=usage, model="m-2", gate=gate))
    page = open_page(url)

    page.ask("Hello")
    page.wait_for_text("a")
    gate.release(9)

    figures = page.answer.locator(".figures")
    expect(figures).to_contain_text(
        "m-2 · 1,200 tokens in · 40 out · first token after"
    )
    expect(figures).to_contain_text("tokens/s")


def test_the_conversation_is_sent(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    page = open_page(url)
    for text in ("One", "Two"):
        page.ask(text)
        expect(page.rendered).to_have_text(f"You said: {text}")
    sent = upstream.requests[-1].json()["messages"]
    assert [message["content"] for message in sent] == ["One", "You said: One", "Two"]


async def agent(messages: Any, request: Any) -> AsyncIterator[Any]:
    yield Delta(reasoning="Let me ")
    yield Delta(reasoning="think.")
    yield ToolRun("1", "search", {"query": "tea"})
    yield ToolRun("1", "search", output="Found it.")
    yield ToolRun("2", "weather", {"city": "Köln"})
    yield ToolRun("2", "weather", output="No such city.", failed=True)
    yield "Here it is."


def test_reasoning_and_tools_are_folded(open_page: Open, serve: Serve) -> None:
    page = open_page(serve({"agent": agent}))

    page.ask("Hello")

    expect(page.rendered).to_have_text("Here it is.")
    reasoning, search, weather = page.answer.locator("details").all()
    expect(reasoning.locator("summary")).to_have_text("Reasoning")
    expect(reasoning.locator(".plain")).to_be_hidden()
    reasoning.locator("summary").click()
    expect(reasoning.locator(".plain")).to_have_text("Let me think.")
    expect(search.locator("summary")).to_have_text("searchdone")
    search.locator("summary").click()
    expect(search.locator(".value").first).to_contain_text('"query": "tea"')
    expect(search.locator(".value").last).to_have_text("OutputFound it.")
    expect(weather.locator("summary")).to_have_text("weatherfailed")
    weather.locator("summary").click()
    expect(weather.locator(".value").last).to_have_text("ErrorNo such city.")


def test_a_tool_is_shown_while_it_runs(open_page: Open, serve: Serve) -> None:
    ends = threading.Event()

    def slow(messages: Any, request: Any) -> Any:
        yield ToolRun("1", "search", {})
        ends.wait(30)
        yield ToolRun("1", "search", output="Found it.")

    page = open_page(serve({"slow": slow}))
    page.ask("Hello")
    state = page.answer.locator(".state")
    expect(state).to_have_text("running")
    ends.set()
    expect(state).to_have_text("done")


def test_what_a_graph_tells_about_its_work_is_shown_until_it_goes_on(
    open_page: Open, serve: Serve
) -> None:
    goes_on = threading.Event()

    def worker(messages: Any, request: Any) -> Any:
        yield Note("Searching 3 pages")
        goes_on.wait(30)
        yield "Here it is."

    page = open_page(serve({"worker": worker}))
    page.ask("Hello")
    expect(page.answer.locator(".waiting")).to_contain_text("Searching 3 pages")
    goes_on.set()
    expect(page.rendered).to_have_text("Here it is.")
    expect(page.answer.get_by_text("Searching 3 pages")).to_have_count(0)


def test_arguments_of_a_call_for_the_page_are_shown(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    calls = [{"name": "weather", "arguments": {"city": "Köln"}}]
    upstream.script(Reply.text("", tool_calls=calls))
    page = open_page(url)
    page.ask("Hello")
    page.wait_for_end()
    page.answer.locator("summary").click()
    expect(page.answer.locator(".value")).to_contain_text('"city": "Köln"')


def test_the_next_question_sends_what_the_tools_said(
    open_page: Open, serve: Serve
) -> None:
    async def roles(messages: Any, request: Any) -> AsyncIterator[Any]:
        if len(messages) == 1:
            yield ToolRun("1", "search", {"q": "x"})
            yield ToolRun("1", "search", output="Found it.")
        yield " ".join(f"{message.type}:{message.text}" for message in messages)

    page = open_page(serve({"roles": roles}))
    page.ask("A")
    expect(page.rendered).to_have_text("human:A")
    page.ask("B")
    expected = "human:A ai: tool:Found it. ai:human:A human:B"
    expect(page.rendered).to_have_text(expected)


def test_an_answer_that_is_too_long_for_markdown_stays_as_it_is(
    open_page: Open, serve: Serve
) -> None:
    long = "word " * 60_000

    async def talks(messages: Any, request: Any) -> AsyncIterator[str]:
        yield long if messages[-1].text == "Talk" else "**Bye**"

    page = open_page(serve({"talks": talks}), "413|Markdown is not rendered")
    for question in ("Talk", "Bye"):
        page.ask(question)
        page.wait_for_end()
    expect(page.rendered.locator("strong")).to_have_text("Bye")
    first = page.answers.first
    expect(first.locator(".plain")).to_have_js_property("textContent", long)
    page.page.reload()
    expect(page.rendered.locator("strong")).to_have_text("Bye")
    expect(first.locator(".plain")).to_have_js_property("textContent", long)


WATCH = """() => {
  const seen = (window.seen = { removed: 0, frames: 0, longest: 0 });
  const count = () => { seen.frames += 1; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  new MutationObserver((records) => {
    seen.batches = (seen.batches ?? 0) + 1;
    for (const record of records) {
      if (!record.target.parentElement?.closest(".parts .plain")) continue;
      seen.removed += record.removedNodes.length;
      const length = record.target.data?.length ?? 0;
      seen.longest = Math.max(seen.longest, length);
    }
  }).observe(document.getElementById("messages"),
    { subtree: true, childList: true, characterData: true });
}"""
COUNT = 20_000


def test_a_long_answer_is_only_appended_to_and_drawn_once_a_frame(
    open_page: Open, serve: Serve
) -> None:
    ends = threading.Event()

    def long(messages: Any, request: Any) -> Any:
        for number in range(COUNT):
            yield f"w{number}" + ("\n" if number % 12 == 11 else " ")
        ends.wait(60)

    page = open_page(serve({"long": long}))
    page.page.evaluate(WATCH)
    page.ask("Hello")
    expect(page.text).to_contain_text(f"w{COUNT - 1}", timeout=60_000)
    seen = page.page.evaluate("seen")
    whole = "".join(f"w{n}" + ("\n" if n % 12 == 11 else " ") for n in range(COUNT))
    assert page.shown() == whole
    ends.set()
    expect(page.rendered).to_contain_text(f"w{COUNT - 1}", timeout=60_000)

    assert seen["removed"] == 0
    # A frame lays out one short block, not the whole text.
    assert 0 < seen["longest"] < 2_000
    assert seen["batches"] <= seen["frames"] + 5
    assert seen["frames"] < COUNT / 4


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("length", "it reached the limit on its length"),
        ("content_filter", "cut off by a content filter"),
    ],
)
def test_an_answer_that_is_cut_off_says_so(
    open_page: Open, url: str, upstream: ScriptedServer, reason: str, words: str
) -> None:
    upstream.script(Reply.text("Well", finish_reason=reason))
    page = open_page(url)
    page.ask("Hello")
    expect(page.notice).to_contain_text(words)
    expect(page.rendered).to_have_text("Well")


def test_an_answer_without_anything_says_so(
    open_page: Open, url: str, upstream: ScriptedServer
) -> None:
    upstream.script(Reply.text(""))
    page = open_page(url)
    page.ask("Hello")
    expect(page.notice).to_have_text("The answer is empty.")
