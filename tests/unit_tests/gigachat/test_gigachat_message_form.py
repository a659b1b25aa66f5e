"""Messages instead of choices are read."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.gigachat.message_form import with_choices


@pytest.mark.parametrize("chunk", [{}, {"usage": {}}, {"finish_reason": None}])
def test_what_holds_no_message_is_left_as_it_is(chunk: dict[str, Any]) -> None:
    assert with_choices(chunk) is chunk


@pytest.mark.parametrize(
    ("messages", "content"),
    [
        ([{"content": "Hi"}], ["Hi"]),
        ([{"role": "", "content": [{"text": "H"}, {"text": "i"}]}], None),
        ([{"content": None}, "odd", {"role": "tool", "content": "no"}], []),
        ([{"content": [{"function_call": "odd"}]}], [{"function_call": "odd"}]),
    ],
)
def test_the_answers_parts_are_its_content(messages: Any, content: Any) -> None:
    chunk = with_choices({"id": "x", "messages": messages, "finish_reason": "stop"})

    assert chunk["id"] == "x"
    [choice] = chunk["choices"]
    assert choice["finish_reason"] == "stop"
    expected = messages[0]["content"] if content is None else content
    assert choice["delta"] == {"content": expected, "tool_calls": []}


def test_what_else_a_message_has_is_kept() -> None:
    call = {"name": "f", "arguments": {}}
    message = {"tool_state_id": "s", "content": [{"function_call": call}]}

    [choice] = with_choices({"messages": [message]})["choices"]

    assert choice["delta"] == {
        "content": [],
        "tool_calls": [{"function": call}],
        "tool_state_id": "s",
    }
