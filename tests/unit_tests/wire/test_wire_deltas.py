"""Several choices of one event are joined."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.deltas import Delta, ToolCallDelta, joined

CALL = ToolCallDelta(0, "c", "f", "{}")


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([None, "a", None], "a", id="one text"),
        pytest.param(["a", "b"], Delta("ab"), id="two texts"),
        pytest.param(
            ["a", Delta(tool_calls=[CALL])],
            Delta("a", tool_calls=[CALL]),
            id="a text and a call",
        ),
        pytest.param(
            [Delta("a", "r", "n"), Delta("b", "s", "o")],
            Delta("ab", "rs", "no"),
            id="text, reasoning and refusal",
        ),
    ],
)
def test_parts_of_one_event_are_added_up_in_their_order(parts: Any, whole: Any) -> None:
    assert joined(parts) == whole
