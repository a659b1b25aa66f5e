"""Refusals are content blocks of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit_tests.chat_models.block_ways import (
    Blocks,
    Way,
    by_invoke,
    every_way,
)
from tests.unit_tests.chat_models.scripted import chunk, completion, sse


@every_way
def test_a_refusal_is_one_block(way: Way) -> None:
    body = sse(
        chunk({"refusal": "I "}),
        chunk({"refusal": "will not."}),
        chunk(finish_reason="stop"),
    )

    refusal = {"type": "refusal", "refusal": "I will not."}
    assert way(body) == [refusal]


@every_way
def test_a_refusal_is_next_to_the_other_blocks(way: Way) -> None:
    call = {"name": "f", "arguments": "{}"}
    body = sse(
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "Once"}),
        chunk({"tool_calls": [{"index": 0, "id": "c", "function": call}]}),
        chunk({"refusal": "I "}),
        chunk({"refusal": "will not."}),
        chunk(finish_reason="stop"),
    )

    blocks = way(body)

    assert [block["type"] for block in blocks] == [
        *("reasoning", "text", "tool_call", "refusal"),
    ]
    assert blocks[-1] == {"type": "refusal", "refusal": "I will not."}


WITHHELD = [
    pytest.param("content_filter", {}, [], id="content_filter"),
    pytest.param("SAFETY", {}, [], id="SAFETY"),
    pytest.param(
        "blacklist",
        {"content": "No."},
        [{"type": "text", "text": "No."}],
        id="blacklist",
    ),
    pytest.param(
        "refusal", {"content": "I "}, [{"type": "text", "text": "I "}], id="refusal"
    ),
]


@pytest.mark.parametrize(("reason", "delta", "text"), WITHHELD)
@every_way
def test_an_answer_that_was_withheld_has_a_refusal_without_words(
    way: Way, reason: str, delta: dict[str, Any], text: Blocks
) -> None:
    body = sse(chunk(delta), chunk(finish_reason=reason))

    extras = {"category": reason}
    assert way(body) == [*text, {"type": "refusal", "refusal": "", "extras": extras}]


@every_way
@pytest.mark.parametrize(
    ("delta", "reason"),
    [
        pytest.param({"content": "Once"}, "content_filter", id="truncated"),
        pytest.param({"content": ""}, "stop", id="empty"),
    ],
)
def test_an_answer_that_a_filter_cut_is_not_a_refusal(
    way: Way, delta: dict[str, Any], reason: str
) -> None:
    body = sse(chunk(delta), chunk(finish_reason=reason))

    assert "refusal" not in [block["type"] for block in way(body)]


def test_an_empty_refusal_of_a_choice_is_not_one() -> None:
    answer = completion({"content": "Hi"})
    answer["choices"][0]["refusal"] = ""

    assert by_invoke(json.dumps(answer).encode()) == [{"type": "text", "text": "Hi"}]
