"""The end of a choice, and the finish reason of its message."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.choice_end import ChoiceEnd, ends_well, set_finish_reason
from langchain_sse_chat.wire.deltas import AnswerMessage, WireToolCall

CALL = WireToolCall(0, "c1", "pay", "{}", {})


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({}, None),
        ({"finish_reason": None}, None),
        ({"finish_reason": "stop"}, "stop"),
        ({"finish_reason": None, "finishReason": "length"}, "length"),
        ({"finish_reason": "stop", "finishReason": "length"}, "stop"),
    ],
)
def test_reads_the_finish_reason(choice: dict[str, Any], reason: str | None) -> None:
    end = ChoiceEnd()
    assert end.read(choice) == (reason is not None)
    assert end.reason == reason


@pytest.mark.parametrize("reasons", [["stop", "length"], ["length", "stop"]])
def test_the_reason_of_the_highest_rank_wins(reasons: list[str]) -> None:
    end = ChoiceEnd()
    for reason in reasons:
        end.read({"finish_reason": reason})
    assert end.reason == "length"


@pytest.mark.parametrize(
    ("events", "is_over"),
    [
        pytest.param("c c", False, id="no reason"),
        pytest.param("c r", True, id="a reason at the end"),
        pytest.param("rc", True, id="a reason with the only content"),
        pytest.param("c rc", True, id="a reason with the last content"),
        pytest.param("rc c", False, id="content after a reason"),
        pytest.param("rc rc", False, id="a reason with every piece"),
        pytest.param("rc rc r", True, id="and one without content"),
        pytest.param("r r", True, id="two reasons"),
    ],
)
def test_a_reason_that_content_follows_ends_nothing(events: str, is_over: bool) -> None:
    end = ChoiceEnd()
    for event in events.split():
        end.take(has_reason="r" in event, has_content="c" in event)
    assert end.is_over is is_over


@pytest.mark.parametrize(
    ("reason", "native", "well"),
    [
        ("stop", None, True),
        ("tool_calls", None, True),
        ("length", None, False),
        (None, None, False),
        ("stop", "MAX_TOKENS", False),
        ("stop", ["STOP"], True),
    ],
)
def test_a_call_without_arguments_is_complete_after_a_good_reason(
    reason: str | None, native: object, well: bool
) -> None:
    assert ends_well(reason, native) is well


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        pytest.param({"sent": "stop"}, ("stop", None, False), id="text"),
        pytest.param(
            {"sent": "stop", "calls": [CALL]},
            ("tool_calls", "stop", False),
            id="a call after stop",
        ),
        pytest.param(
            {"sent": "tool_calls", "tried_calls": False},
            ("stop", "tool_calls", False),
            id="no call",
        ),
        pytest.param(
            {"sent": "tool_calls"}, ("tool_calls", None, False), id="a lost call"
        ),
        pytest.param(
            {"sent": "length", "calls": [CALL]}, ("length", None, False), id="cut"
        ),
        pytest.param({}, ("stop", None, True), id="no reason"),
        pytest.param(
            {"calls": [CALL]}, ("tool_calls", None, True), id="a call, no reason"
        ),
        pytest.param(
            {"calls": [CALL], "truncated": True}, (None, None, False), id="truncated"
        ),
    ],
)
def test_the_reason_is_corrected_by_what_was_received(
    received: dict[str, Any], expected: tuple[str | None, str | None, bool]
) -> None:
    given = {"sent": None, "truncated": False, "tried_calls": True} | received
    message = AnswerMessage(tool_calls=given.pop("calls", []))
    set_finish_reason(message, **given)
    got = (message.finish_reason, message.native_finish_reason)
    assert (*got, message.finish_reason_inferred) == expected
