"""Conversations as other packages leave them, asked of another server.

The messages are written out by hand in the forms of `ChatOpenAI` (Responses, version 0
and 1), `ChatAnthropic`, `ChatGoogleGenerativeAI`, `ChatBedrockConverse`, `ChatBedrock`,
`ChatDeepSeek`, `ChatMistralAI` and `GigaChat`.
"""

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
from langchain_core.messages.tool import tool_call

from tests.unit_tests.histories.requests import refused_for, sent

Blocks = list[str | dict[str, Any]]


def search(call_id: str) -> Any:
    return tool_call(name="search", args={"q": "Rome"}, id=call_id)


def peer(call_id: str, content: str | Blocks, **kwargs: Any) -> AIMessage:
    return AIMessage(content, tool_calls=[search(call_id)], additional_kwargs=kwargs)


SUMMARY = [{"type": "summary_text", "text": "h"}, {"type": "summary_text", "text": "m"}]
OUTPUT_TEXT = {
    "type": "text",
    "text": "Let me look.",
    "annotations": [{"type": "url_citation", "url": "https://example.org"}],
    "id": "msg_1",
    "phase": "commentary",
}

PEERS = {
    "ChatOpenAI, responses/v1": peer(
        "call_1",
        [
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": SUMMARY,
                "encrypted_content": "x",
            },
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "code_interpreter_call", "id": "ci_1", "code": "1"},
            {"type": "mcp_call", "id": "mcp_1", "name": "f", "arguments": "{}"},
            {"type": "image_generation_call", "id": "ig_1", "result": "AAAA"},
            OUTPUT_TEXT,
            {
                "type": "function_call",
                "id": "fc_1",
                "call_id": "call_1",
                "name": "search",
                "arguments": '{"q": "Rome"}',
            },
        ],
    ),
    "ChatOpenAI, v0": peer(
        "call_1",
        [OUTPUT_TEXT],
        reasoning={"type": "reasoning", "id": "rs_1", "summary": SUMMARY},
        tool_outputs=[{"type": "web_search_call", "id": "ws_1"}],
        __openai_function_call_ids__={"call_1": "fc_1"},
    ),
    "ChatOpenAI, v1": peer(
        "call_1",
        [
            {"type": "reasoning", "id": "rs_1", "reasoning": "h"},
            {"type": "reasoning", "id": "rs_1", "reasoning": "m"},
            {"type": "server_tool_call", "id": "ws_1", "name": "web_search"},
            {"type": "server_tool_result", "tool_call_id": "ws_1"},
            {"type": "text", "text": "Let me look.", "annotations": []},
            {
                "type": "image",
                "base64": "AAAA",
                "mime_type": "image/png",
                "id": "ig_1",
            },
            {"type": "non_standard", "value": {"type": "computer_call", "id": "cu"}},
            {"type": "tool_call", "id": "call_1", "name": "search", "args": {}},
        ],
    ),
    "ChatAnthropic": peer(
        "toolu_01A09q90qw90lq917835lq9",
        [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln", "index": 0},
            {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "Let me ", "citations": None},
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": []},
            {"type": "code_execution_tool_result", "tool_use_id": "s", "content": {}},
            {"type": "text", "text": "look."},
            {
                "type": "tool_use",
                "id": "toolu_01A09q90qw90lq917835lq9",
                "name": "search",
                "input": {"q": "Rome"},
            },
        ],
    ),
    "ChatGoogleGenerativeAI": peer(
        "5f8b6ed4-6c46-4b2c-9d5f-8a0a4f3a0a3a",
        [
            {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
            {"type": "executable_code", "executable_code": "1", "language": "PYTHON"},
            {"type": "code_execution_result", "code_execution_result": "1"},
            "Let me look.",
        ],
        function_call={"name": "search", "arguments": '{"q": "Rome"}'},
        __gemini_function_call_thought_signatures__={},
    ),
    "ChatBedrockConverse": peer(
        "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",
        [
            {
                "type": "reasoning_content",
                "reasoning_content": {"text": "hm", "signature": "c2ln"},
            },
            {"type": "text", "text": "Let me look."},
            {"type": "guard_content", "guard_content": {"text": "x"}},
            {
                "type": "tool_use",
                "id": "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q",
                "name": "search",
                "input": {"q": "Rome"},
            },
        ],
    ),
    "ChatBedrock": peer(
        "toolu_bdrk_1", "Let me look.", thinking={"text": "hm", "signature": "x"}
    ),
    "ChatDeepSeek": peer("call_0_1", "Let me look.", reasoning_content="hm"),
    "ChatMistralAI": peer(
        "D681PevKs",
        [
            {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
            {"type": "text", "text": "Let me look."},
        ],
    ),
    "GigaChat": peer(
        "0d1f4a5c",
        "Let me look.",
        function_call={"name": "search", "arguments": {"q": "Rome"}},
        functions_state_id="state",
        reasoning_content="hm",
    ),
    "ourselves": peer(
        "call_1", "Let me look.", reasoning_content="hm", reasoning_key="reasoning"
    ),
    "ourselves, between tags": peer(
        "call_1", "Let me look.", reasoning_content="hm", reasoning_key=["<t>", "</t>"]
    ),
}

KEYS = {
    "deepseek": "reasoning_content",
    "moonshot": "reasoning_content",
    "zhipu": "reasoning_content",
    "openrouter": "reasoning",
    "cerebras": "reasoning",
    "vllm": "reasoning",
    "ollama": "reasoning",
    "llamacpp": "reasoning_content",
    "mistral": "content",
    "openai": None,
    "azure": None,
    "groq": None,
}
"""The keys under which servers read reasoning."""


def history(name: str) -> list[BaseMessage]:
    answer = PEERS[name]
    return [
        SystemMessage([{"type": "text", "text": "Be short."}]),
        HumanMessage("How is the weather?", name="Stock Keeper"),
        answer,
        ToolMessage("sunny", tool_call_id=answer.tool_calls[0]["id"], name="search"),
    ]


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("provider", KEYS)
def test_reasoning_goes_out_under_the_key_that_the_server_reads(
    provider: str, name: str
) -> None:
    [_, _, answer, _] = sent(provider, history(name))["messages"]
    found = {key: answer[key] for key in answer if "reasoning" in key}
    key = KEYS[provider]
    if key == "content":
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
        assert answer["content"][0] == thinking
        assert answer["content"][1] == {"type": "text", "text": "Let me look."}
        assert found == {}
    else:
        # vLLM reads two keys, and gets the one under which the reasoning came.
        came_under = str(PEERS[name].additional_kwargs.get("reasoning_key"))
        assert found in ([{key: "hm"}, {came_under: "hm"}] if key else [{}])
        assert answer["content"] == "Let me look."


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize(
    "provider",
    ["openai", "mistral", "deepseek", "moonshot", "groq", "zhipu", "gigachat"],
)
def test_a_strict_server_takes_the_history(provider: str, name: str) -> None:
    assert refused_for(provider, history(name), []) == []


@pytest.mark.parametrize("name", PEERS)
def test_the_call_and_its_result_are_all_there(name: str) -> None:
    [system, user, answer, result] = sent("custom", history(name))["messages"]
    assert system["content"] == "Be short."
    assert user["name"] == "Stock_Keeper"
    [call] = answer["tool_calls"]
    assert call["function"] == {"name": "search", "arguments": '{"q": "Rome"}'}
    assert result["tool_call_id"] == call["id"] == PEERS[name].tool_calls[0]["id"]


@pytest.mark.parametrize("provider", ["deepseek", "moonshot"])
def test_a_call_without_reasoning_has_empty_reasoning_where_it_is_required(
    provider: str,
) -> None:
    bare = AIMessage("", tool_calls=[search("c1")])
    result = ToolMessage("sunny", tool_call_id="c1")
    messages = sent(provider, [HumanMessage("q"), bare, result])["messages"]
    assert messages[1]["reasoning_content"] == ""
    never = sent(provider, [bare, result], reasoning_echo="never")["messages"]
    assert "reasoning_content" not in never[0]
    plain = sent(provider, [HumanMessage("q"), AIMessage("a"), HumanMessage("r")])
    assert "reasoning_content" not in plain["messages"][1]


def test_structured_reasoning_goes_only_to_who_reads_it() -> None:
    details = [{"type": "reasoning.text", "text": "hm", "index": 0}]
    answer = AIMessage(
        "", tool_calls=[search("c1")], additional_kwargs={"reasoning_details": details}
    )
    messages = [answer, ToolMessage("sunny", tool_call_id="c1")]
    [openrouter, _] = sent("openrouter", messages)["messages"]
    [deepseek, _] = sent("deepseek", messages)["messages"]
    assert openrouter["reasoning_details"] == details
    assert openrouter["reasoning"] == "hm"
    assert deepseek["reasoning_content"] == "hm"
    assert "reasoning_details" not in deepseek


def test_a_refusal_is_text_where_the_server_knows_no_refusals() -> None:
    refused = AIMessage("", additional_kwargs={"refusal": "No."})
    [mistral] = sent("mistral", [refused])["messages"]
    assert mistral == {"role": "assistant", "content": "No.", "prefix": True}
    [openai] = sent("openai", [refused])["messages"]
    assert openai["refusal"] == "No."
    text = AIMessage("Sorry.", additional_kwargs={"refusal": "No."})
    [groq] = sent("groq", [text])["messages"]
    assert groq == {"role": "assistant", "content": "Sorry."}


def test_gemini_gets_a_signature_for_calls_of_other_models() -> None:
    [_, _, answer, _] = sent("gemini", history("ChatAnthropic"))["messages"]
    [call] = answer["tool_calls"]
    assert call["extra_content"]["google"]["thought_signature"]
