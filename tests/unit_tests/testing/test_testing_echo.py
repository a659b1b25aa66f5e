"""The echo model answers a request by the request alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from langchain_sse_chat.testing import Request
from langchain_sse_chat.testing.echo import answer


def ask(prompt: Any = "Hi", **settings: Any) -> Any:
    """Return the parsed answer to one user message, or to the given messages."""
    messages = [{"role": "user", "content": prompt}]
    body = {"model": "echo", "messages": messages, **settings}
    return ask_raw(json.dumps(body).encode())


def ask_raw(body: bytes) -> Any:
    request = Request(
        number=1,
        connection=1,
        method="POST",
        path="/v1/chat/completions",
        query="",
        headers={},
        body=body,
        time=0.0,
    )
    reply = answer(request)
    content = json.loads(reply.render(request).parts[0])
    return content if reply.status_code == 200 else (reply.status_code, content)


def text(*args: Any, **settings: Any) -> Any:
    return ask(*args, **settings)["choices"][0]["message"]["content"]


def call(*args: Any, **settings: Any) -> tuple[str, Any] | None:
    """Return name and arguments of the only tool call, `None` without one."""
    message = ask(*args, **settings)["choices"][0]["message"]
    if "tool_calls" not in message:
        return None
    assert message["content"] is None
    (function,) = [call["function"] for call in message["tool_calls"]]
    return function["name"], json.loads(function["arguments"])


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER = tool("get_weather", city={"type": "string"})
ADD = tool("my_adder", a={"type": "integer"}, b={"type": "integer"})
BARE = {"type": "function", "function": {"name": "stop_all"}}


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        pytest.param("Привет!", "You said: Привет!", id="Cyrillic"),
        pytest.param("", "You said: ", id="empty"),
        pytest.param(None, "You said: ", id="null"),
        pytest.param(
            [
                {"type": "text", "text": "Look:"},
                {"type": "image_url", "image_url": {"url": "data:,"}},
            ],
            "You said: Look: [image_url]",
            id="parts",
        ),
    ],
)
def test_repeats_what_the_user_said(prompt: Any, said: str) -> None:
    assert text(prompt) == said


def test_answers_a_conversation_without_a_user() -> None:
    assert text(messages=[{"role": "system", "content": "Be kind."}]) == "You said: "


def test_repeats_the_last_user_message_of_any_history() -> None:
    roles = ["system", "system", "user", "user", "assistant", "assistant", "user"]
    messages = [{"role": role, "content": str(i)} for i, role in enumerate(roles)]
    assert text(messages=messages) == "You said: 6"


def test_names_the_model_that_was_asked_for_and_counts_tokens() -> None:
    answered = ask(model="other")
    assert answered["model"] == "other"
    assert answered["usage"]["completion_tokens"] == 3
    assert answered["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stop", ["a", ["zz", "a"]])
def test_ends_before_a_stop_sequence(stop: Any) -> None:
    assert text("bab", stop=stop) == "You s"


@pytest.mark.parametrize("stop", [None, [], "", [""]])
def test_ignores_an_empty_stop_sequence(stop: Any) -> None:
    assert text("bab", stop=stop) == "You said: bab"


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_ends_at_the_limit_of_tokens(field: str) -> None:
    (choice,) = ask("one two", **{field: 3})["choices"]
    assert choice["message"]["content"] == "You said: one"
    assert choice["finish_reason"] == "length"
    assert ask("one two", **{field: 4})["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("choice", ["required", "any"])
def test_calls_a_tool_when_it_must(choice: str) -> None:
    assert call("Hi", tools=[WEATHER, ADD], tool_choice=choice) == (
        "get_weather",
        {"city": "city"},
    )


def test_calls_the_tool_that_is_named() -> None:
    named = {"type": "function", "function": {"name": "my_adder"}}
    assert call("3 and 4", tools=[WEATHER, ADD], tool_choice=named) == (
        "my_adder",
        {"a": 3, "b": 4},
    )


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("What is the weather in 'Oslo'?", "get_weather"),
        ("Take the adder.", "my_adder"),
        ("Use a tool.", "get_weather"),
        ("Get me my coat.", None),
    ],
)
def test_calls_the_tool_that_the_user_speaks_of(prompt: str, name: str | None) -> None:
    called = call(prompt, tools=[WEATHER, ADD])
    assert (called and called[0]) == name


def test_calls_no_tool_when_it_must_not() -> None:
    assert call("Use a tool.", tools=[WEATHER], tool_choice="none") is None


def test_speaks_of_tools_where_there_are_none() -> None:
    assert call("Use a tool.") is None


def test_calls_a_tool_without_parameters() -> None:
    assert call("Use the tool.", tools=[BARE]) == ("stop_all", {})


def test_ignores_tools_that_the_server_runs() -> None:
    assert call("Use the tool.", tools=[{"type": "web_search"}]) is None


HISTORY: list[dict[str, Any]] = [
    {"role": "user", "content": "What is the weather?"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c1"}]},
    {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
]


def test_passes_on_what_a_tool_says() -> None:
    assert text(messages=HISTORY, tools=[WEATHER]) == "The tool says: sunny"
    function = [{"role": "function", "name": "f", "content": "rain"}]
    assert text(messages=function) == "The tool says: rain"


def test_calls_a_required_tool_even_after_a_tool() -> None:
    assert call(messages=HISTORY, tools=[WEATHER], tool_choice="required")


def test_gives_json_of_a_schema() -> None:
    schema = {"properties": {"setup": {"type": "string"}, "rating": {"enum": [5]}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "J", "schema": schema}}
    assert json.loads(text("Go", response_format=wanted)) == {
        "setup": "setup",
        "rating": 5,
    }


def test_gives_json_of_a_schema_without_a_name() -> None:
    schema = {"properties": {"setup": {"type": "string"}}}
    bare = {"type": "json_schema", "json_schema": schema}
    beside = {"type": "json_object", "schema": schema}

    for wanted in (bare, beside):
        assert json.loads(text("Go", response_format=wanted)) == {"setup": "setup"}


def test_gives_an_empty_object_for_a_missing_schema() -> None:
    assert text("Go", response_format={"type": "json_schema"}) == "{}"


def test_gives_json_with_the_keys_that_the_prompt_quotes() -> None:
    wanted = {"type": "json_object"}
    prompt = "A joke as JSON with 'setup' and 'punchline' keys."
    assert json.loads(text(prompt, response_format=wanted)) == {
        "setup": "setup",
        "punchline": "punchline",
    }
    assert json.loads(text("JSON!", response_format=wanted)) == {"answer": "answer"}


def test_gives_text_for_another_format() -> None:
    assert text("Go", response_format={"type": "text"}) == "You said: Go"


USER = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": ""}, "'model' must be"),
        ({"model": 3}, "'model' must be"),
        ({"messages": None}, "'messages' must be"),
        ({"messages": []}, "'messages' must be"),
        ({"messages": "Hi"}, "'messages' must be"),
        ({"messages": ["Hi"]}, "messages[0] must be an object"),
        ({"messages": [USER, {"role": "bot"}]}, "messages[1].role is unknown: 'bot'"),
        pytest.param(
            {"messages": [{"role": "user", "content": 3}]},
            "messages[0].content",
            id="content is a number",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": ["Hi"]}]},
            "messages[0].content",
            id="part is text",
        ),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "tool_use"}]}]},
            "messages[0].content",
            id="part of an unknown type",
        ),
        ({"messages": [{"role": "tool", "content": ""}]}, "messages[0].tool_call_id"),
        ({"messages": HISTORY[::2]}, "messages[1].tool_call_id"),
        ({"temperature": "hot"}, "'temperature' must be a number"),
        ({"top_p": True}, "'top_p' must be a number"),
        ({"max_tokens": 0}, "'max_tokens' must be an integer"),
        ({"n": 1.5}, "'n' must be an integer"),
        ({"tools": ["f"]}, "tools[0] must be an object"),
        ({"tools": [WEATHER, {"name": "f"}]}, "tools[1] must be an object"),
        pytest.param(
            {"tools": [{"type": "function"}]},
            "tools[0].function",
            id="tool without a function",
        ),
        pytest.param(
            {"tools": [{"type": "function", "function": {}}]},
            "tools[0].function",
            id="function without a name",
        ),
        ({"tool_choice": "required"}, "'tool_choice' does not name a tool"),
        (
            {"tool_choice": {"function": {"name": "f"}}},
            "'tool_choice' does not name a tool",
        ),
    ],
)
def test_refuses_a_request_that_is_not_valid(
    settings: dict[str, Any], message: str
) -> None:
    status, body = ask(**settings)
    assert status == 400
    assert body["error"]["message"].startswith(message)
    assert body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("body", [b"{oops", b"\xff", b"[]", b""])
def test_refuses_what_is_not_a_json_object(body: bytes) -> None:
    status, content = ask_raw(body)
    assert status == 400
    assert content["error"]["message"] == "The request body must be a JSON object."


def test_accepts_null_for_what_is_optional() -> None:
    names = ["temperature", "top_p", "max_tokens", "n", "tools", "tool_choice", "stop"]
    nothing: dict[str, Any] = dict.fromkeys([*names, "response_format"])
    assert text("Hi", **nothing) == "You said: Hi"
