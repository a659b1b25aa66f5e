from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import HumanMessage

from langchain_sse_chat.answer.server_tools import server_tool_blocks
from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.messages import messages_to_wire
from tests.unit_tests.chat_models.block_ways import Way, every_way, model
from tests.unit_tests.chat_models.scripted import chunk, sse

SEARCH = {"index": 0, "type": "search", "arguments": '{"query": "cats"}'}
FOUND = {
    **SEARCH,
    "output": "A cat.",
    "search_results": {"results": [{"url": "https://x.example"}]},
}
CALL = {
    "type": "server_tool_call",
    "id": "0",
    "name": "web_search",
    "args": {"query": "cats"},
}
RESULT = {
    "type": "server_tool_result",
    "tool_call_id": "0",
    "status": "success",
    "output": "A cat.",
    "extras": {"search_results": {"results": [{"url": "https://x.example"}]}},
}
STREAM = sse(
    chunk({"executed_tools": [SEARCH]}),
    chunk({"executed_tools": [{**FOUND, "type": None}]}),
    chunk({"content": "Cats."}),
    chunk(finish_reason="stop"),
)


@every_way
def test_a_tool_that_the_server_ran_is_a_call_with_its_result(way: Way) -> None:
    text = {"type": "text", "text": "Cats."}

    assert way(STREAM) == [text, CALL, RESULT]


def test_it_is_no_call_for_the_program_and_is_not_sent_back() -> None:
    for settings in ({}, {"output_version": "v1"}):
        message = model(STREAM, **settings).invoke("Hello")
        question = HumanMessage("And dogs?")

        assert (message.tool_calls, message.invalid_tool_calls) == ([], [])
        sent = messages_to_wire([message, question], Dialect())
        assert sent[0] == {"role": "assistant", "content": "Cats."}


@pytest.mark.parametrize(
    ("tool", "call"),
    [
        pytest.param(
            {"type": "python", "arguments": '{"code": "print("a")"}'},
            {"name": "code_interpreter", "args": {"code": 'print("a")'}},
            id="unescaped code",
        ),
        pytest.param(
            {"type": "function", "name": "python", "arguments": "print(1)"},
            {"name": "code_interpreter", "args": {"code": "print(1)"}},
            id="bare code",
        ),
        pytest.param(
            {"type": "function", "name": "browse", "arguments": {"url": "u"}},
            {"name": "browse", "args": {"url": "u"}},
            id="object as arguments",
        ),
        pytest.param(
            {"type": "visit_website", "id": "v1", "arguments": '{"url": "u"}'},
            {"id": "v1", "name": "visit_website", "args": {"url": "u"}},
            id="another tool",
        ),
        pytest.param({"type": "search"}, {"name": "web_search"}, id="no arguments"),
        pytest.param(
            {"type": "search", "arguments": '{"query'},
            {"name": "web_search", "extras": {"arguments": '{"query'}},
            id="broken arguments",
        ),
        pytest.param({}, {"name": ""}, id="nothing known"),
    ],
)
def test_a_call_has_langchains_name_and_its_arguments(
    tool: dict[str, Any], call: dict[str, Any]
) -> None:
    base = {"type": "server_tool_call", "id": "0", "args": {}}

    assert list(server_tool_blocks([tool])) == [base | call]


def test_tools_without_an_index_are_apart() -> None:
    tools = [{"type": "a", "output": ""}, {"type": "b", "output": {"x": 1}}, "odd"]

    blocks = list(server_tool_blocks(tools))

    assert [b.get("name", b.get("output")) for b in blocks] == ["a", "", "b", {"x": 1}]
    assert "extras" not in blocks[1]


@pytest.mark.parametrize("value", ["text", {"a": 1}, 1])
def test_what_is_no_list_has_no_blocks(value: Any) -> None:
    assert list(server_tool_blocks(value)) == []
