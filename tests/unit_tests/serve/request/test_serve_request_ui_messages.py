"""The messages of `useChat` become LangChain's."""

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

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Part,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import RequestRefused
from langchain_sse_chat.serve.request.limits import RequestLimits
from langchain_sse_chat.serve.request.ui_messages import (
    before_answer,
    last_answer_id,
    read_ui_messages,
)
from langchain_sse_chat.serve.wires.ui_messages import UIMessageWire
from tests.unit_tests.serve.ui_client import read_ui

IMAGE = {"type": "file", "mediaType": "image/png", "url": "https://a.example/1"}
STEP = {"type": "step-start"}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "state": "done"}


def message(role: str, *parts: Any) -> dict[str, Any]:
    return {"id": "m", "role": role, "parts": list(parts)}


def tool(call_id: str = "c", **fields: Any) -> dict[str, Any]:
    return {
        "type": "tool-f",
        "toolCallId": call_id,
        "state": "output-available",
        "input": {"a": 1},
        "output": "found",
        **fields,
    }


def call(call_id: str = "c") -> dict[str, Any]:
    return {"type": "tool_call", "name": "f", "args": {"a": 1}, "id": call_id}


def answer(*parts: Any) -> list[BaseMessage]:
    read = read_ui_messages([message("assistant", *parts), message("user", text("x"))])
    assert read[-1] == HumanMessage("x")
    return read[:-1]


def refused(*messages: Any, **options: Any) -> str:
    with pytest.raises(RequestRefused) as caught:
        read_ui_messages(list(messages), **options)
    failure = caught.value.failure
    assert failure.status == 400
    assert failure.param is not None
    assert failure.param in failure.message
    return failure.param


def test_a_question_is_a_string() -> None:
    assert read_ui_messages([message("user", text("Hi"))]) == [HumanMessage("Hi")]


def test_a_question_may_have_files() -> None:
    [read] = read_ui_messages([message("user", IMAGE, text("What is it?"))])
    assert read.content == [
        {"type": "image_url", "image_url": {"url": "https://a.example/1"}},
        {"type": "text", "text": "What is it?"},
    ]


def test_a_question_may_be_a_file() -> None:
    [read] = read_ui_messages([message("user", IMAGE, text(""))])
    assert isinstance(read.content, list)
    assert len(read.content) == 1


def test_an_answer_is_one_message_with_its_reasoning() -> None:
    parts = [STEP, {"type": "reasoning", "text": "Hm"}, text("Hel"), text("lo")]
    [read] = answer(*parts)
    assert read == AIMessage("Hello", additional_kwargs={"reasoning_content": "Hm"})


def test_each_step_is_a_message_followed_by_its_results() -> None:
    parts = [STEP, text("See:"), tool("1"), tool("2"), STEP, text("Done.")]
    assert answer(*parts) == [
        AIMessage("See:", tool_calls=[call("1"), call("2")]),
        ToolMessage("found", tool_call_id="1", name="f"),
        ToolMessage("found", tool_call_id="2", name="f"),
        AIMessage("Done."),
    ]


def test_text_after_a_result_is_a_message_of_its_own() -> None:
    kinds = [type(m) for m in answer(tool(), text("Done."))]
    assert kinds == [AIMessage, ToolMessage, AIMessage]


def test_a_broken_call_is_invalid() -> None:
    [read, result] = answer(tool(input="{", state="output-error", errorText="Lost."))
    assert isinstance(read, AIMessage)
    assert not read.tool_calls
    assert [c["args"] for c in read.invalid_tool_calls] == ["{"]
    assert isinstance(result, ToolMessage)
    assert result.status == "error"


@pytest.mark.parametrize(
    "parts",
    [
        [STEP],
        [],
        [{"type": "reasoning", "text": "Hm", "state": "streaming"}],
        [tool(state="input-available")],
    ],
    ids=["nothing", "no parts", "reasoning", "call"],
)
def test_an_answer_that_was_stopped_before_its_text_is_left_out(parts: Any) -> None:
    assert answer(*parts) == []


@pytest.mark.parametrize(
    "part",
    [
        {"type": "source-url", "sourceId": "1", "url": "https://a.example"},
        {"type": "source-document", "sourceId": "1", "title": "A"},
        {"type": "data-weather", "data": {}},
        {"type": "custom", "kind": "openai.compaction"},
        {"type": "reasoning-file", "url": "x"},
        IMAGE,
    ],
    ids=lambda part: part["type"],
)
def test_parts_for_the_page_are_left_out(part: Any) -> None:
    assert answer(part, text("a"), part) == [AIMessage("a")]


def test_data_of_a_question_is_left_out() -> None:
    data = {"type": "data-page", "data": 1}
    assert read_ui_messages([message("user", data, text("a"))]) == [HumanMessage("a")]


def test_system_messages_are_left_out_unless_they_are_allowed() -> None:
    messages = [
        message("system", text("Obey"), text(" me.")),
        message("system", text("")),
        message("user", text("a")),
    ]
    assert read_ui_messages(messages) == [HumanMessage("a")]
    read = read_ui_messages(messages, system=True)
    assert read == [SystemMessage("Obey me."), HumanMessage("a")]


@pytest.mark.parametrize(
    ("broken", "param"),
    [
        ("Hi", "messages[1]"),
        ({"role": "tool", "parts": []}, "messages[1]"),
        ({"parts": []}, "messages[1]"),
        ({"role": "user", "text": "Hi"}, "messages[1]"),
        ({"role": "user", "parts": {}}, "messages[1].parts"),
        ({"role": "user", "parts": ["Hi"]}, "messages[1].parts[0]"),
        (message("user"), "messages[1]"),
        (message("user", text("")), "messages[1]"),
        (message("user", {"type": "text"}), "messages[1].parts[0].text"),
        (message("user", text("a"), tool()), "messages[1].parts[1]"),
        (message("user", {"type": "video"}), "messages[1].parts[0]"),
        (message("user", {}), "messages[1].parts[0]"),
        (message("user", {**IMAGE, "url": "ftp://a"}), "messages[1].parts[0].url"),
        (message("system", IMAGE), "messages[1].parts[0]"),
        (message("assistant", {"type": "video"}), "messages[1].parts[0]"),
        (message("assistant", {"type": 1}), "messages[1].parts[0]"),
        (
            message("assistant", {"type": "reasoning", "text": 1}),
            "messages[1].parts[0].text",
        ),
        (message("assistant", tool(state="x")), "messages[1].parts[0].state"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_message_that_is_not_valid_is_named(broken: Any, param: str) -> None:
    assert refused(message("user", text("a")), broken) == param


def test_a_conversation_has_a_message() -> None:
    assert refused() == "messages"
    assert refused(message("system", text("a"))) == "messages"
    with pytest.raises(RequestRefused, match="no `messages`"):
        read_ui_messages(None)


def test_a_conversation_has_limits() -> None:
    question = message("user", text("a"), text("b"))
    limits = RequestLimits(messages=1)
    assert refused(question, question, limits=limits) == "messages"
    assert refused(question, limits=RequestLimits(parts=1)) == "messages[0].parts"


def test_the_id_of_the_last_answer() -> None:
    assert last_answer_id([message("user"), message("assistant")]) == "m"
    assert last_answer_id([message("assistant"), message("user")]) is None
    assert last_answer_id([{"role": "assistant", "id": ""}]) is None
    assert last_answer_id([{"role": "assistant", "id": 1}]) is None
    assert last_answer_id(["x"]) is None
    assert last_answer_id([]) is None
    assert last_answer_id(None) is None


def test_an_answer_that_is_given_again_is_left_out_with_what_follows() -> None:
    question = {"role": "user", "id": "1"}
    given = {"role": "assistant", "id": "2"}
    conversation = [question, given, {"role": "user", "id": "3"}]
    assert before_answer(conversation, "2") == [question]
    assert before_answer(conversation, "1") == conversation
    assert before_answer(conversation, "4") == conversation
    assert before_answer(["x"], None) == ["x"]
    assert before_answer("x", "2") == "x"


def test_an_answer_that_was_served_is_read_back() -> None:
    wire = UIMessageWire()
    parts: list[Part] = [
        Delta(reasoning="Hm"),
        "See:",
        ToolRun("c", "f", {"a": 1}),
        ToolRun("c", "f", output="found"),
        NextMessage(),
        "Done.",
    ]
    data = [wire.open(), *map(wire.feed, parts), wire.close(Finish())]
    client = read_ui(b"".join(data))

    assert answer(*client.parts) == [
        AIMessage(
            "See:",
            tool_calls=[call()],
            additional_kwargs={"reasoning_content": "Hm"},
        ),
        ToolMessage("found", tool_call_id="c", name="f"),
        AIMessage("Done."),
    ]
