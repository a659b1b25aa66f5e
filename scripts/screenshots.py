"""Make the pictures of the chat page in the documentation.

Run from the root of the project: `make screenshots`. It needs Chromium.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from langchain_core.messages import AIMessageChunk
from playwright.sync_api import Browser, Page, sync_playwright

from langchain_sse_chat.cli.listen import address_of, listening
from langchain_sse_chat.serve import create_app
from langchain_sse_chat.serve.answer.parts import Delta, ToolRun

IMAGES = Path(__file__).parents[1] / "docs" / "images"

QUESTION = "How tall are the two highest mountains of Kenya?"
ANSWER = """The two highest mountains of Kenya:

| Mountain | Height | First ascent |
| --- | ---: | --- |
| **Mount Kenya** (Batian) | 5,199 m | 1899 |
| **Mount Elgon** (Wagagai) | 4,321 m | 1911 |

The summit of Elgon is just across the border, in Uganda. In Python:

```python
heights = {"Batian": 5_199, "Wagagai": 4_321}
print(max(heights, key=heights.get))
```
"""
USAGE = {"input_tokens": 412, "output_tokens": 148, "total_tokens": 560}
SECOND = "And in feet?"


async def guide(messages: Any, request: Any) -> AsyncIterator[Any]:
    """Answer as an agent with a tool; a second question gets no end."""
    del request
    if messages[-1].text == SECOND:
        yield "Mount Kenya is 17,057 feet high"
        await asyncio.Event().wait()
    yield Delta(reasoning="The user asks for heights. I look them up.")
    yield ToolRun("1", "find_mountains", {"country": "Kenya", "limit": 2})
    yield ToolRun("1", "find_mountains", output="Batian 5199, Wagagai 4321")
    for word in ANSWER.split(" "):
        yield f"{word} "
        await asyncio.sleep(0.02)
    yield AIMessageChunk(content="", usage_metadata=USAGE)


@contextmanager
def served() -> Iterator[str]:
    """Serve the page; yield its address."""
    app = create_app({"mountain-guide": guide, "small-talk": guide}, page=True)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    with listening("127.0.0.1", 0, None) as sock:
        options = {"sockets": [sock]}
        thread = threading.Thread(target=server.run, kwargs=options, daemon=True)
        thread.start()
        yield address_of(sock)
        server.should_exit = server.force_exit = True
        thread.join()


def opened(browser: Browser, url: str, width: int, height: int, scheme: str) -> Page:
    """Return a page with an answer."""
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme=scheme
    )
    page.goto(url)
    page.get_by_label("Message", exact=True).fill(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rendered table")
    return page


def main() -> None:
    """Write the pictures."""
    path = shutil.which("chromium")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for scheme in ("light", "dark"):
            page = opened(browser, url, 1000, 920, scheme)
            page.get_by_text("find_mountains").click()
            page.screenshot(path=IMAGES / f"chat_page_{scheme}.png")
        page = opened(browser, url, 380, 720, "light")
        page.get_by_label("Message", exact=True).fill(SECOND)
        page.keyboard.press("Enter")
        page.get_by_text("17,057 feet").wait_for()
        page.screenshot(path=IMAGES / "chat_page_phone.png")
        browser.close()


if __name__ == "__main__":
    main()
