"""Reasoning in the content that a mark next to it tells from the answer."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.marked_thoughts import MarkedThoughts, without_mark

MARK = {"extra_content": {"google": {"thought": True}}}


def split(*deltas: tuple[dict[str, Any], str]) -> list[tuple[str, str]]:
    thoughts = MarkedThoughts()
    return [thoughts.split(delta, content) for delta, content in deltas]


def test_marked_content_is_reasoning_and_its_tags_are_not() -> None:
    assert split(
        (MARK, "<thought>One"), (MARK, " two"), ({}, "</thought>Yes"), ({}, " it is")
    ) == [("", "One"), ("", " two"), ("Yes", ""), (" it is", "")]


def test_an_answer_in_one_piece_is_divided_at_its_tags() -> None:
    assert split((MARK, "<thought>One</thought>Yes")) == [("Yes", "One")]


def test_a_delta_without_content_does_not_end_the_reasoning() -> None:
    assert split((MARK, "<thought>One"), ({}, ""), ({}, "</thought>Yes")) == [
        ("", "One"),
        ("", ""),
        ("Yes", ""),
    ]


@pytest.mark.parametrize(
    "delta",
    [
        {},
        {"extra_content": None},
        {"extra_content": {"google": {"thought_signature": "x"}}},
        {"extra_content": {"google": {"thought": False}}},
        {"extra_content": {"google": [True]}},
    ],
)
def test_without_the_mark_tags_are_text(delta: dict[str, Any]) -> None:
    content = "<thought>One</thought>Yes"
    assert split((delta, content)) == [(content, "")]


@pytest.mark.parametrize(
    ("extra", "rest"),
    [
        ({"google": {"thought": True}}, {}),
        (
            {"google": {"thought": True, "thought_signature": "x"}},
            {"extra_content": {"google": {"thought_signature": "x"}}},
        ),
        ({"google": {"thought": True}, "y": 1}, {"extra_content": {"y": 1}}),
    ],
)
def test_a_message_does_not_keep_the_mark(extra: Any, rest: dict[str, Any]) -> None:
    delta = {"content": "a", "extra_content": extra}
    assert without_mark(delta) == {"content": "a", **rest}


def test_a_delta_without_the_mark_stays_as_it_is() -> None:
    delta = {"content": "a", "extra_content": {"google": {"thought_signature": "x"}}}
    assert without_mark(delta) is delta
