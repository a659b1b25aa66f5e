"""The ID of an event names the answer and the place in it."""

from __future__ import annotations

import pytest

from langchain_sse_chat.serve.kept.event_ids import EventId, new_answer_id


@pytest.mark.parametrize("number", [0, 1, 12345])
def test_an_id_is_read_back(number: int) -> None:
    place = EventId(new_answer_id(), number)
    assert EventId.parse(str(place)) == place


def test_the_place_after_all_events_is_read_back() -> None:
    end = EventId.end(new_answer_id())
    assert str(end).endswith(".end")
    assert EventId.parse(str(end)) == end
    assert end.number > 12345


def test_no_two_answers_have_the_same_id() -> None:
    assert len({new_answer_id() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "short.1",
        "a" * 24,
        "a" * 24 + ".",
        "a" * 24 + ".-1",
        "a" * 24 + ".1234567890",
        "a" * 24 + ".\u0661",
        "a" * 24 + ".1\n",
        "a" * 65 + ".1",
        "a/" * 12 + ".1",
    ],
    ids=ascii,
)
def test_another_text_is_no_id(text: str) -> None:
    assert EventId.parse(text) is None
