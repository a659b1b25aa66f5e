from __future__ import annotations

import sys

import pytest

from langchain_sse_chat.cli.chat.rich_markdown import rich_renderer


def test_markdown_is_rendered_at_the_width_of_the_terminal() -> None:
    renderer = rich_renderer(lambda: 9)
    assert renderer is not None
    first, second = renderer()("one **two** three")
    assert first.startswith("one \x1b[1mtwo")
    assert second == "three"


def test_lines_have_no_margins() -> None:
    renderer = rich_renderer(lambda: 20)
    assert renderer is not None
    assert renderer()("> a") == ["\x1b[35m▌ \x1b[0m\x1b[35ma\x1b[0m\x1b[35m\x1b[0m"]
    assert renderer()("[a]: b") == []


def test_without_rich_there_is_no_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert rich_renderer(lambda: 80) is None


def test_an_image_stays_behind_the_text_before_it() -> None:
    renderer = rich_renderer(lambda: 20)
    assert renderer is not None
    assert renderer()("a\n![*b* c](u) d") == ["a 🌆 *b* c d"]
    [linked] = renderer()("[![b](u)](v)")
    assert "🌆 b" in linked
