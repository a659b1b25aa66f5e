"""Texts in batches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langchain_sse_chat import ConfigurationError
from langchain_sse_chat.embeddings.batches import (
    Batches,
    checked_texts,
    estimated_tokens,
)


def sizes(batches: Batches) -> list[int]:
    """Take all batches; return their sizes."""
    found = []
    while (batch := batches.take()) is not None:
        found.append(len(batch.texts))
    return found


@pytest.mark.parametrize(
    "texts", [["a", "b"], ("a", "b"), iter("ab")], ids=["list", "tuple", "iterator"]
)
def test_texts_of_any_iterable_are_a_list(texts: Any) -> None:
    assert checked_texts(texts) == ["a", "b"]


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        pytest.param("abc", "`texts` must be a list of strings, not str", id="str"),
        pytest.param(
            b"abc", "`texts` must be a list of strings, not bytes", id="bytes"
        ),
        pytest.param(
            ["a", None], r"texts\[1\] must be a string, not NoneType", id="none"
        ),
        pytest.param(
            [[1, 2]],
            r"texts\[0\] must be a string, not list. .* token IDs",
            id="tokens",
        ),
        pytest.param(["a", "b", ""], r"texts\[2\] is empty", id="empty"),
    ],
)
def test_what_is_no_text_is_an_error_with_its_place(texts: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        checked_texts(texts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "^`text` is empty", id="empty"),
        pytest.param(
            [1, 2], "^`text` must be a string, not list. .* token IDs", id="tokens"
        ),
    ],
)
def test_a_query_has_no_place_in_a_list(text: Any, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        checked_texts([text], is_query=True)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        ("a" * 300, 101),
        ("ж" * 300, 201),
        ("\ud83d", 2),
    ],
)
def test_tokens_are_estimated_by_bytes(text: str, count: int) -> None:
    assert estimated_tokens(text) == count


def test_a_batch_has_no_more_texts_than_the_limit() -> None:
    assert sizes(Batches(["x"] * 25, 10, None)) == [10, 10, 5]
    assert sizes(Batches(["x"] * 20, 10, None)) == [10, 10]
    assert sizes(Batches([], 10, None)) == []


def test_a_batch_has_no_more_tokens_than_the_limit() -> None:
    long = "x" * 29  # 10 tokens

    assert sizes(Batches([long] * 5, 100, 20)) == [2, 2, 1]
    # A text that exceeds the limit alone is sent alone.
    assert sizes(Batches(["x", long * 9, "x", "x"], 100, 20)) == [1, 1, 2]


def test_halves_are_sent_next_and_the_others_are_cut_to_their_size() -> None:
    batches = Batches(list("abcdefghijk"), 5, None)
    assert len(batches) == 3
    first = batches.take()
    assert first is not None

    batches.halve(first)

    taken = []
    while (batch := batches.take()) is not None:
        taken.append((batch.start, "".join(batch.texts), batch.stop))
    assert taken == [
        (0, "abc", 3),
        (3, "de", 5),
        (5, "fgh", 8),
        (8, "ij", 10),
        (10, "k", 11),
    ]
    assert batches.max_texts == 3


@given(
    st.lists(st.text(min_size=1, max_size=40), max_size=40),
    st.integers(1, 9),
    st.none() | st.integers(1, 30),
    st.integers(1, 9),
)
def test_each_text_is_sent_once_and_in_order(
    texts: list[str], max_texts: int, max_tokens: int | None, accepted: int
) -> None:
    batches = Batches(texts, max_texts, max_tokens)
    sent: list[str] = []
    while (batch := batches.take()) is not None:
        assert batch.start == len(sent)
        assert len(batch.texts) <= max_texts
        if len(batch.texts) > accepted:
            batches.halve(batch)
        else:
            sent += batch.texts
    assert sent == texts
