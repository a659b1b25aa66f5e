from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.request.token_count import (
    count_message_tokens,
    count_tokens,
    text_to_token_ids,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a", 1),
        ("abcd", 1),
        ("abcde", 2),
        ("ж" * 4, 2),
        ("中" * 4, 3),
        ("\ud83d", 1),
    ],
)
def test_a_token_is_taken_for_four_bytes(text: str, count: int) -> None:
    assert count_tokens(text) == count
    assert len(text_to_token_ids(text)) == count


def test_the_ids_are_numbers_that_tell_texts_apart() -> None:
    assert text_to_token_ids("abcd") != text_to_token_ids("abce")
    assert text_to_token_ids("abcdabcd") == text_to_token_ids("abcd") * 2


@pytest.mark.parametrize(
    ("message", "count"),
    [
        pytest.param({"role": "user", "content": "abcd"}, 2, id="text"),
        pytest.param({"role": "user", "content": ""}, 1, id="empty"),
        pytest.param({"role": "user", "content": None}, 1, id="null"),
        pytest.param(
            {"role": "user", "content": [{"type": "text", "text": "abcde"}]},
            3,
            id="blocks",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
            257,
            id="image",
        ),
        pytest.param(
            {"role": "tool", "content": "", "extra": {"a": "ж"}},
            1 + 3,
            id="Cyrillic field",
        ),
        pytest.param(
            {"role": "tool", "content": "", "extra": [{1}]}, 1 + 2, id="not JSON"
        ),
    ],
)
def test_a_message_has_the_tokens_of_all_its_fields(
    message: dict[str, Any], count: int
) -> None:
    assert count_message_tokens([message]) == 3 + count + 3


def test_messages_and_tools_are_added_up() -> None:
    message = {"role": "user", "content": "abcd"}
    tool = {"type": "x"}

    assert count_message_tokens([]) == 0
    assert count_message_tokens([message, message]) == 2 * (3 + 2) + 3
    assert count_message_tokens([], [tool, tool]) == 2 * 4
