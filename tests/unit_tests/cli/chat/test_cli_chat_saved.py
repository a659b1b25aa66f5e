from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from langchain_sse_chat.cli.chat.saved import dump_messages, read_messages
from langchain_sse_chat.cli.load import CommandError


def test_messages_survive() -> None:
    call = {"name": "f", "args": {"a": "é"}, "id": "1", "type": "tool_call"}
    messages = [
        HumanMessage([{"type": "text", "text": "Hi"}]),
        AIMessage("", tool_calls=[call], response_metadata={"cost": 0.1}),
        ToolMessage("ok", tool_call_id="1"),
    ]
    text = dump_messages(messages)
    assert "é" in text
    assert read_messages("a.json", text) == messages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "1",
        "{}",
        '"text"',
        "{}[]",
        '{"a": 1}',
        "[1]",
        '[{"type": "human"}]',
        '[{"type": "alien", "data": {}}]',
        '[{"type": "human", "data": {"content": 5}}]',
        pytest.param("[" * 100_000, id="nested"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match=r"^a.json is not a saved conversation"):
        read_messages("a.json", text)


def test_numbers_that_json_does_not_have_are_null_in_the_file() -> None:
    answer = AIMessage("Hi", response_metadata={"logprobs": [float("-inf")]})
    written = dump_messages([answer])
    assert "Infinity" not in written
    [loaded] = read_messages("a.json", written)
    assert loaded.response_metadata == {"logprobs": [None]}
