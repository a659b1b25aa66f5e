"""Characters that a server cuts in two."""

from __future__ import annotations

import pytest

from langchain_sse_chat.wire.surrogates import SurrogateJoiner, whole_characters


@pytest.mark.parametrize(
    ("pieces", "given"),
    [
        (["a", "b"], ["a", "b"]),
        (["ж", "中", "😀"], ["ж", "中", "😀"]),
        (["a\ud83d", "\ude00b"], ["a", "😀b"]),
        (["\ud83d", "", "\ude00"], ["", "", "😀"]),
        (["a\ud83d", "b"], ["a", "\ufffdb"]),
        (["\ud83d", "\ud83d", "\ude00"], ["", "\ufffd", "😀"]),
        (["\ude00b"], ["\ufffdb"]),
        (["a\ud83db"], ["a\ufffdb"]),
        (["\ud83d\ude00"], ["😀"]),
        (["a\ud83d"], ["a"]),
    ],
)
def test_characters_that_were_cut_become_whole(
    pieces: list[str], given: list[str]
) -> None:
    characters = SurrogateJoiner()

    assert [characters.feed(piece) for piece in pieces] == given


def test_a_half_that_is_waiting_is_known() -> None:
    characters = SurrogateJoiner()
    characters.feed("a\ud83d")

    assert characters.half == "\ud83d"


def test_a_text_has_whole_characters() -> None:
    assert whole_characters("a\ud83d\ude00\ud83d") == "a😀\ufffd"
