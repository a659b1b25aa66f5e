"""Model messages of the AI SDK, as assistant-ui sends them."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.ui_messages import read_ui_messages

PNG = "data:image/png;base64,AA=="
ASK: dict[str, Any] = {"role": "user", "content": [{"type": "text", "text": "Hi"}]}
CALL: dict[str, Any] = {
    "role": "assistant",
    "content": [
        {"type": "text", "text": "Look."},
        {"type": "tool-call", "toolCallId": "c", "toolName": "f", "input": {"a": 1}},
    ],
}
CALLED = AIMessage(
    "Look.",
    tool_calls=[{"name": "f", "args": {"a": 1}, "id": "c", "type": "tool_call"}],
)


def result(output: Any, call_id: Any = "c") -> dict[str, Any]:
    part = {"type": "tool-result", "toolCallId": call_id, "toolName": "f"}
    return {"role": "tool", "content": [{**part, "output": output}]}


def read(*messages: Any) -> list[BaseMessage]:
    return read_ui_messages(list(messages), system=True)


def test_texts_and_lists_of_parts() -> None:
    assert read(
        {"role": "system", "content": "Obey."},
        ASK,
        {"role": "assistant", "content": "Ho"},
        {"role": "user", "content": "Again"},
    ) == [
        SystemMessage("Obey."),
        HumanMessage("Hi"),
        AIMessage("Ho"),
        HumanMessage("Again"),
    ]


@pytest.mark.parametrize("data", [PNG, "AA=="], ids=["URL", "Base64"])
def test_files(data: str) -> None:
    file = {"type": "file", "data": data, "mediaType": "image/png"}
    assert read({"role": "user", "content": [file]}) == [
        HumanMessage([{"type": "image_url", "image_url": {"url": PNG}}])
    ]


@pytest.mark.parametrize(
    ("output", "content", "status"),
    [
        ({"type": "json", "value": {"x": 1}}, '{"x": 1}', "success"),
        ({"type": "text", "value": "found"}, "found", "success"),
        ({"type": "error-text", "value": "lost"}, "lost", "error"),
        ({"type": "error-json", "value": {"x": 1}}, '{"x": 1}', "error"),
        ({"type": "execution-denied"}, "The user denied the call.", "error"),
        ({"type": "execution-denied", "reason": "No!"}, "No!", "error"),
    ],
)
def test_a_result_belongs_to_its_call(output: Any, content: str, status: Any) -> None:
    again = {"role": "assistant", "content": [{"type": "text", "text": "Ho"}]}
    assert read(ASK, CALL, result(output), again) == [
        HumanMessage("Hi"),
        CALLED,
        ToolMessage(content, tool_call_id="c", name="f", status=status),
        AIMessage("Ho"),
    ]


def test_a_call_without_a_result_is_left_out() -> None:
    assert read(ASK, CALL) == [HumanMessage("Hi"), AIMessage("Look.")]


def test_messages_of_both_forms_may_be_mixed() -> None:
    parts = [{"type": "text", "text": "Ho"}]
    answer = {"role": "assistant", "parts": parts, "content": "of an older version"}
    assert read(ASK, answer) == [HumanMessage("Hi"), AIMessage("Ho")]


@pytest.mark.parametrize(
    ("messages", "place"),
    [
        ([ASK, result({"type": "text", "value": "x"})], r"messages\[1\].content\[0\]"),
        ([ASK, CALL, result({}, [])], r"messages\[2\].content\[0\]"),
        ([ASK, CALL, result("x")], r"messages\[2\].content\[0\].output"),
        ([ASK, {"role": "tool", "content": "x"}], r"messages\[1\].content"),
        ([ASK, {"role": "tool", "content": ["x"]}], r"messages\[1\].content\[0\]"),
        ([{"role": "user", "content": 1}], r"messages\[0\].content"),
        ([{"role": "user", "content": ["x"]}], r"messages\[0\].parts\[0\]"),
        ([{"role": "user", "content": [{"type": "x"}]}], r"messages\[0\].parts\[0\]"),
        (
            [{"role": "assistant", "content": [{"type": "tool-call"}]}],
            r"messages\[0\].parts\[0\]",
        ),
    ],
    ids=[
        "no call",
        "no ID",
        "no output",
        "no list",
        "no object",
        "number",
        "text as part",
        "unknown part",
        "call without an ID",
    ],
)
def test_what_is_not_valid_is_refused(messages: list[Any], place: str) -> None:
    with pytest.raises(RequestRefused, match=f"`{place}"):
        read(*messages)
