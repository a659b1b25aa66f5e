from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from langchain_sse_chat.cli.chat.markdown_stream import MarkdownStream
from langchain_sse_chat.cli.chat.rich_markdown import rich_renderer

ROOT = Path(__file__).parents[4]
PAGES = ("CONTRIBUTING.md", "docs/progress.md", "docs/how-it-works.md")


def stream(width: int = 40) -> MarkdownStream:
    renderer = rich_renderer(lambda: width)
    assert renderer is not None
    return MarkdownStream(renderer)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [20, 80])
def test_the_pieces_do_not_change_what_is_shown(page: str, width: int) -> None:
    text = (ROOT / page).read_text("utf-8")[:6000]
    whole = stream(width)
    expected = plain(whole.feed(text) + whole.finish())
    cuts = random.Random(page)  # noqa: S311  not a secret
    pieces, shown, at = stream(width), "", 0
    while at < len(text):
        size = cuts.choice([1, 4, 9, 300])
        shown += pieces.feed(text[at : at + size])
        at += size
    assert plain(shown + pieces.finish()) == expected


def test_lines_of_a_plain_paragraph_are_shown_before_its_end() -> None:
    pieces = stream(20)
    assert pieces.feed("Goldfish on the moon") == ""
    assert pieces.feed(" swim in circles") == "Goldfish on the moon\n"
    assert pieces.finish() == "swim in circles\n"


def test_lines_of_code_are_shown_before_its_end() -> None:
    pieces = stream()
    assert pieces.feed("```\none\n") == ""
    assert plain(pieces.feed("two\n")) == " one\n"
    assert plain(pieces.finish()) == " two\n"


def test_marked_text_waits_for_its_end() -> None:
    pieces = stream(20)
    assert pieces.feed("Goldfish **on** the moon swim in circles") == ""
    assert plain(pieces.feed("\n\n")) == "Goldfish on the moon\nswim in circles\n"


def test_blank_lines_are_between_blocks_that_had_them_and_around_code() -> None:
    pieces = stream()
    shown = plain(
        pieces.feed("\n\n# A\nb\n\n[x]: y\n\nc\n```\nd\n```\ne\n") + pieces.finish()
    )
    lines = [line.strip() for line in shown.splitlines()]
    assert lines == ["A", "b", "", "c", "", "d", "", "e"]


def test_a_paragraph_that_becomes_a_heading_is_shown_again() -> None:
    pieces = stream(20)
    first = pieces.feed("Goldfish on a moon swim in circles, and")
    assert first == "Goldfish on a moon\n"
    assert "Goldfish on a moon" in plain(pieces.feed("\n===\n") + pieces.finish())


def test_the_width_is_that_of_the_begin_of_a_block() -> None:
    widths = iter([80, 12])
    renderer = rich_renderer(lambda: next(widths))
    assert renderer is not None
    pieces = MarkdownStream(renderer)
    assert pieces.feed("one two three four\n\n") == "one two three four\n"
    assert pieces.feed("one two three four\n\n") == "\none two\nthree four\n"
