"""Answers that a server withheld, by their finish reason."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_sse_chat.wire.refusals import is_filtered, is_refusal, is_withheld

from langchain_sse_chat.wire.deltas import AnswerMessage


@pytest.mark.parametrize(
    ("reason", "refusal", "filtered"),
    [
        ("refusal", True, False),
        ("BLACKLIST", True, False),
        ("content_filter", False, True),
        ("SAFETY", False, True),
        ("stop", False, False),
        (None, False, False),
        (5, False, False),
    ],
)
def test_a_reason_is_a_refusal_a_filter_or_neither(
    reason: Any,
    refusal: bool,
    filtered: bool,
) -> None:
    assert (is_refusal(reason), is_filtered(reason)) == (refusal, filtered)


def test_a_text_with_a_refusal_is_the_refusal_itself() -> None:
    assert is_withheld(AnswerMessage(text="I cannot.", finish_reason="refusal"))


def test_a_filter_withholds_an_answer_that_had_not_begun() -> None:
    assert is_withheld(AnswerMessage(finish_reason="content_filter"))
    assert not is_withheld(AnswerMessage(text="One", finish_reason="content_filter"))
