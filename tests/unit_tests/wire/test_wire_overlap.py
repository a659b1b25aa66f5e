"""The seam of a text that came in two parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.wire.overlap import (
    LONGEST_OVERLAP,
    Overlap,
    without_overlap,
)


def reference(first: str, second: str, least: int) -> str:
    """Return the second part without the longest end of the first that it begins with.

    In the plainest way, for parts of a few characters.
    """
    for size in range(len(second), max(least, 1) - 1, -1):
        if first.endswith(second[:size]):
            return second[size:]
    return second


@pytest.mark.parametrize(
    ("first", "second", "new"),
    [
        ("The quick bro", "brown fox", "wn fox"),
        ("The quick bro", "wn fox", "wn fox"),
        ("The quick bro", "The quick brown fox", "wn fox"),
        ("The quick bro", "quick brown fox", "wn fox"),
        ("раз, два", "два, три", ", три"),
        ("床前明月", "明月光", "光"),
        ("👍🏽 ok", "ok 👍🏽", " 👍🏽"),
        ("ab", "ab", ""),
        ("ab", "", ""),
        ("", "ab", "ab"),
        # The longest end, not the first that fits.
        ("abab", "ababc", "c"),
        # An earlier place fits for a while and then does not.
        ("x ab y ab", "ab z", " z"),
    ],
)
def test_leaves_out_what_is_repeated(first: str, second: str, new: str) -> None:
    assert without_overlap(first, second) == new


@given(
    st.text("ab", max_size=9),
    st.lists(st.text("ab", max_size=3), max_size=5),
    st.integers(0, 4),
)
def test_is_the_longest_end_however_the_text_comes(
    first: str, pieces: list[str], least: int
) -> None:
    overlap = Overlap(first, least=least)

    got = "".join([*map(overlap.feed, pieces), overlap.close()])

    assert got == reference(first, "".join(pieces), least)


@given(st.text(), st.text(), st.text())
def test_what_stood_at_the_end_is_never_given_twice(
    before: str, repeated: str, rest: str
) -> None:
    new = without_overlap(before + repeated, repeated + rest)

    assert (repeated + rest).endswith(new)
    assert len(new) <= len(rest)


def test_gives_a_piece_as_soon_as_it_is_new_for_certain() -> None:
    overlap = Overlap("the cat and the dog")

    assert overlap.feed("the") == ""
    assert overlap.feed(" d") == ""
    assert overlap.feed("uck") == "the duck"
    assert overlap.feed(" dog") == " dog"
    assert overlap.close() == ""


def test_too_little_is_a_coincidence() -> None:
    assert without_overlap("10", "000", least=2) == "000"
    assert without_overlap("abc", "abcd", least=3) == "d"
    assert without_overlap("abc", "bcd", least=3) == "bcd"


def test_looks_at_the_end_of_a_long_text_only() -> None:
    start, end = "x" * 10, "y" * LONGEST_OVERLAP

    assert without_overlap(start + end, start + end + "z") == start + end + "z"
    whole = len(start + end)
    assert without_overlap(start + end, start + end + "z", least=whole) == "z"
