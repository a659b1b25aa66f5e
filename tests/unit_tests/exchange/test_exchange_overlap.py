"""The seam of a text that came in two parts."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat.exchange import overlap as overlap_module
from langchain_sse_chat.exchange.overlap import Overlap, without_overlap


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
        pytest.param("раз, два", "два, три", ", три", id="Cyrillic"),
        pytest.param("床前明月", "明月光", "光", id="Chinese"),
        pytest.param("👍🏽 ok", "ok 👍🏽", " 👍🏽", id="emoji"),
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
def test_the_overlap_is_the_longest_end_however_the_text_comes(
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


def test_a_beginning_that_comes_again_and_is_cut_is_left_out() -> None:
    first = "".join(map(str, range(99)))

    assert without_overlap(first, first[:64]) == ""
    assert without_overlap(first, first[:63]) == first[:63]
    assert without_overlap(first, first[1:80]) == first[1:80]


@pytest.mark.parametrize("size", [100, 70_000, 200_000])
@pytest.mark.parametrize("piece", [1, 7, 10_000])
def test_a_text_that_begins_again_is_left_out_however_long_it_is(
    size: int, piece: int
) -> None:
    first = "".join(f"{number} " for number in range(size))[:size]
    second = first + "and the rest"
    overlap = Overlap(first)

    got = [overlap.feed(second[i : i + piece]) for i in range(0, len(second), piece)]

    assert "".join([*got, overlap.close()]) == "and the rest"


def fibonacci(size: int) -> str:
    """Return a text that nearly repeats itself everywhere."""
    one, other = "a", "ab"
    while len(other) < size:
        one, other = other, other + one
    return other[:size]


ADVERSARIAL: dict[str, Callable[[int], tuple[str, str]]] = {
    "one letter": lambda n: ("a" * n, "a" * (n - 1) + "b"),
    "one letter, and the end": lambda n: ("a" * n + "b", "a" * n + "c"),
    "half of it": lambda n: ("a" * n, "a" * (n // 2)),
    "periods": lambda n: (("a" * 99 + "b") * (n // 100), "a" * 99 + "ba" * n),
    "nearly": lambda n: (fibonacci(n), fibonacci(n)[: n // 2] + "c"),
    "suffixes": lambda n: (fibonacci(n), fibonacci(n)[n // 3 :] * 2),
}


def lines_run(first: str, second: str) -> int:
    """Return how many lines of the module run for a text in pieces of three."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != overlap_module.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        overlap = Overlap(first)
        for start in range(0, len(second), 3):
            overlap.feed(second[start : start + 3])
        overlap.close()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_the_work_grows_with_the_length_and_not_with_its_square(kind: str) -> None:
    make = ADVERSARIAL[kind]

    small, large = (lines_run(*make(size)) for size in (1_000, 8_000))

    assert large < 8 * 1.5 * small + 1_000


@given(
    st.text("ab", max_size=60),
    st.integers(0, 60),
    st.text("ab", max_size=9),
    st.lists(st.integers(1, 7), min_size=1, max_size=9),
)
def test_the_overlap_of_texts_that_repeat_themselves_is_the_longest_end(
    first: str, start: int, rest: str, sizes: list[int]
) -> None:
    second = first[start:] + rest
    overlap = Overlap(first)

    got = ""
    place = 0
    for size in itertools.cycle(sizes):
        if place >= len(second):
            break
        got += overlap.feed(second[place : place + size])
        place += size
        assert reference(first, second, 1).startswith(got)

    assert got + overlap.close() == reference(first, second, 1)
