from __future__ import annotations

import pytest

from langchain_sse_chat.near_match import near_match


@pytest.mark.parametrize(
    ("word", "near"),
    [("chta", "chat"), ("/atach", "/attach"), ("opnerouter", "openrouter")],
)
def test_a_similar_word_is_meant(word: str, near: str) -> None:
    assert near_match(word, ["serve", near]) == f" Did you mean {near}?"


@pytest.mark.parametrize(
    ("word", "other"), [("weather", "chat"), ("/foo", "/tools"), ("nobody", "nous")]
)
def test_other_words_are_not_meant(word: str, other: str) -> None:
    assert near_match(word, [other]) == ""
