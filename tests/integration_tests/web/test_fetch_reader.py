"""The reader of the page with `fetch`, in Chromium, at every chunking."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from langchain_sse_chat.testing import ScriptedServer
from tests.integration_tests.web.backend import application, serving

SIZES = [1, 2, 3, 7, 1000]
READ = """
async ({ bytes, size }) => {
  const { readEvents } = await import("./completions.js");
  const data = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  const stream = new ReadableStream({
    start(controller) {
      for (let at = 0; at < data.length; at += size) {
        controller.enqueue(data.subarray(at, at + size));
      }
      controller.close();
    },
  });
  const found = [];
  for await (const event of readEvents(stream)) found.push(event);
  return found;
}
"""


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """The page. The tests call its module, and change nothing."""
    with ScriptedServer() as upstream, serving(application(upstream)) as url:
        page = browser.new_page()
        page.goto(f"{url}/fetch-reader/")
        yield page
        page.close()


@pytest.mark.parametrize(
    ("sent", "events"),
    [
        pytest.param("data: a\n\ndata:b\n\n", ["a", "b"], id="two events"),
        pytest.param("data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"], id="CR and LF"),
        pytest.param("data: a\r\rdata: b\r\r\n", ["a", "b"], id="CR"),
        pytest.param("data: a\ndata:  b\ndata\n\n", ["a\n b\n"], id="several lines"),
        pytest.param(": keep\n\n:\n\ndata: a\n\n", ["a"], id="keep-alives"),
        pytest.param("id: 1\nevent: x\ndatax: y\ndata: a\n\n", ["a"], id="fields"),
        pytest.param("data: Привет\n\n", ["Привет"], id="Russian"),
        pytest.param("data: 你好\n\n", ["你好"], id="Chinese"),
        pytest.param("data: 👋🏽\n\n", ["👋🏽"], id="emoji"),
        pytest.param("data: a\u2028b\n\n", ["a\u2028b"], id="line separator"),
        pytest.param("\ufeffdata: a\n\n", ["a"], id="byte order mark"),
        pytest.param("data: a\n\ndata: b\n", ["a"], id="unfinished"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_events(reader: Page, sent: str, events: list[str]) -> None:
    encoded = base64.b64encode(sent.encode()).decode()
    found = {
        size: reader.evaluate(READ, {"bytes": encoded, "size": size}) for size in SIZES
    }

    assert found == dict.fromkeys(SIZES, events)
