"""Custom tools and their calls, on the way to a server."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import Tool

from langchain_sse_chat import ChatSSE, Dialect, Provider
from langchain_sse_chat.wire.custom_calls import input_of
from tests.unit_tests.wire.wire_streams import call, calls, chunk, events

GRAMMAR = {"syntax": "lark", "definition": 'start: "a"'}
BODY = {"name": "run_sql", "description": "Run SQL."}
FORMAT = {"type": "grammar", "grammar": GRAMMAR}


def make(asked: list[Any], *sent: Any, **fields: Any) -> ChatSSE:
    """Return a model whose server answers with these chunks."""
    body = b"".join(events([*sent, chunk({}, "tool_calls")]))

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, content=body)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    return ChatSSE(
        **{"model": "m", "base_url": "http://test/v1", "http_client": client, **fields}
    )


def run_sql() -> Tool:
    """Return a tool as `langchain_openai.custom_tool` makes it."""
    metadata = {"type": "custom_tool", "format": {"type": "grammar", **GRAMMAR}}
    return Tool(
        name="run_sql", description="Run SQL.", func=lambda x: x, metadata=metadata
    )


CUSTOM = [
    calls({"index": 0, "id": "c1", "type": "custom",
           "custom": {"name": "run_sql", "input": 'select "1"'}}),
    calls(call(1, "c2", "now", "{}")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "sent"),
    [
        pytest.param(run_sql(), {**BODY, "format": FORMAT}, id="decorator"),
        pytest.param(Tool(name="run_sql", description="Run SQL.", func=str,
              metadata={"type": "custom_tool"}), BODY, id="Tool"),
        pytest.param({"type": "custom", **BODY, "format": {"type": "text"}},
         {**BODY, "format": {"type": "text"}}, id="flat"),
        pytest.param({"type": "custom", "custom": BODY}, BODY, id="nested"),
    ],
)  # fmt: skip
def test_custom_tools_are_sent_as_custom(tool: Any, sent: dict[str, Any]) -> None:
    asked: list[Any] = []
    chat = make(asked).bind_tools([tool], tool_choice="run_sql")

    chat.invoke("Hi")

    assert asked[0]["tools"] == [{"type": "custom", "custom": sent}]
    choice = {"type": "custom", "custom": {"name": "run_sql"}}
    assert asked[0]["tool_choice"] == choice

    chat.invoke("Hi", tool_choice=choice)
    assert asked[1]["tool_choice"] == choice


@pytest.mark.parametrize("merged", [True, False])
def test_a_custom_call_goes_back_as_custom(merged: bool) -> None:
    asked: list[Any] = []
    chat = make(asked, *CUSTOM)
    parts = list(chat.stream("Hi"))
    message = parts[0] + parts[1:] if merged else chat.invoke("Hi")
    assert isinstance(message, AIMessage)
    result = run_sql().invoke(message.tool_calls[0])
    assert result.content == 'select "1"'

    chat.invoke(
        [HumanMessage("Hi"), message, result, ToolMessage("9", tool_call_id="c2")]
    )

    body = {"name": "run_sql", "input": 'select "1"'}
    function = {"name": "now", "arguments": "{}"}
    assert asked[-1]["messages"][1]["tool_calls"] == [
        {"id": "c1", "type": "custom", "custom": body},
        {
            "id": "c2",
            "type": "function",
            "function": function,
        },
    ]


def test_the_further_keys_of_a_custom_call_go_back_too() -> None:
    asked: list[Any] = []
    entry = {"index": 0, "id": "c1", "type": "custom", "x": 1}
    body = {"name": "run_sql", "input": "select", "y": 2}
    chat = make(asked, calls({**entry, "custom": body}))

    chat.invoke([HumanMessage("Hi"), chat.invoke("Hi")])

    assert asked[-1]["messages"][1]["tool_calls"] == [
        {"id": "c1", "type": "custom", "x": 1, "custom": body}
    ]


def test_a_custom_call_of_another_package_goes_back_as_custom() -> None:
    asked: list[Any] = []
    block = {"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": "x"}
    made = {"name": "f", "args": {"__arg1": "x"}, "id": "c1"}
    output = {"type": "custom_tool_call_output", "output": "27"}
    plain = AIMessage([block], tool_calls=[made])
    wrapped = AIMessage([{"type": "non_standard", "value": block}], tool_calls=[made])
    kept = {"index": 0, "id": "c1", "type": "custom", "custom": {"name": "f"}}
    raw = AIMessage("", additional_kwargs={"tool_calls": [kept]})

    make(asked).invoke([plain, ToolMessage([output], tool_call_id="c1")])
    make(asked).invoke([wrapped])
    make(asked).invoke([raw])

    [one, result], [two, _], [three, _] = (body["messages"] for body in asked)
    wire = {"id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}
    assert one == two == {"role": "assistant", "content": None, "tool_calls": [wire]}
    assert result["content"] == "27"
    assert three["tool_calls"] == [{k: v for k, v in kept.items() if k != "index"}]


def test_a_server_that_knows_functions_only_gets_functions() -> None:
    asked: list[Any] = []
    message = make([], *CUSTOM).invoke("Hi")
    dialect = Dialect(tool_form="functions")
    provider = Provider(name="own", api_key_required=False, dialect=dialect)
    tools: list[Any] = [run_sql(), {"type": "text2image"}]
    chat = make(asked, provider=provider).bind_tools(tools, tool_choice="run_sql")

    chat.invoke([HumanMessage("Hi"), message])

    [function, built_in] = asked[0]["functions"]
    assert function["name"] == "run_sql"
    assert function["parameters"]["required"] == ["__arg1"]
    assert built_in == {"name": "text2image"}
    assert asked[0]["function_call"] == {"name": "run_sql"}
    assert asked[0]["messages"][1]["function_call"] == {
        "name": "run_sql",
        "arguments": {"__arg1": 'select "1"'},
    }


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"__arg1": "x"}, "x"),
        ({"__arg1": "x", "y": 1}, '{"__arg1": "x", "y": 1}'),
        ('{"__arg1": "a\\nb', "a\nb"),
        ('{"__arg1": "a"}', "a"),
        ('{"__arg1": "a\\', '{"__arg1": "a\\'),
        ("select", "select"),
        (None, ""),
    ],
)
def test_the_input_is_found_in_the_arguments(arguments: Any, text: str) -> None:
    assert input_of(arguments) == text
