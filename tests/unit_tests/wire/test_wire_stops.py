"""Answers that end at a text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.wire.stops import StopSplitter
from langchain_sse_chat.wire.tags import TagSplitter


def split(splitter: StopSplitter, *pieces: str) -> tuple[str, str]:
    """Return the text and the reasoning of an answer in pieces."""
    parts = [*(splitter.feed(piece) for piece in pieces), splitter.close()]
    return "".join(text for text, _ in parts), "".join(r for _, r in parts)


@pytest.mark.parametrize(
    ("text", "kept", "stopped"),
    [
        ("one END two", "one ", True),
        ("END", "", True),
        ("one \n\n two END", "one ", True),
        ("one EN", "one EN", False),
        ("EEND", "E", True),
        ("", "", False),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_the_text_ends_before_the_first_stop(
    text: str, kept: str, stopped: bool, size: int
) -> None:
    splitter = StopSplitter(("END", "\n\n"), None)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]

    assert split(splitter, *pieces) == (kept, "")
    assert splitter.hit_stop is stopped


def test_only_what_may_begin_a_stop_is_held_back() -> None:
    splitter = StopSplitter(("END",), None)

    assert [splitter.feed(c)[0] for c in "a EaEN!"] == [
        "a",
        " ",
        "",
        "Ea",
        "",
        "",
        "EN!",
    ]


def test_reasoning_is_not_looked_at() -> None:
    tags = TagSplitter("<think>", "</think>")
    splitter = StopSplitter(("END",), tags)

    got = split(splitter, "<think>no END", " here</think>", "Hi EN", "D there")

    assert got == ("Hi ", "no END here")


def test_what_the_tags_held_back_can_be_a_stop() -> None:
    splitter = StopSplitter(("<th",), TagSplitter("<think>", "</think>"))

    assert split(splitter, "<th") == ("", "")
    assert splitter.hit_stop


@given(st.text("abE"), st.lists(st.integers(0, 12), max_size=4))
def test_the_cut_of_the_pieces_does_not_matter(text: str, cuts: list[int]) -> None:
    stops = ("ab", "bE", "EEE")
    found = [at for at in (text.find(stop) for stop in stops) if at >= 0]
    points = sorted({0, len(text), *(c for c in cuts if c < len(text))})
    pieces = [text[a:b] for a, b in pairwise(points)]

    got, _ = split(StopSplitter(stops, None), *pieces)

    assert got == text[: min(found, default=len(text))]
