"""What a request to GigaChat looks like."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel, Field, TypeAdapter

from langchain_sse_chat import ConfigurationError
from tests.unit_tests.gigachat.gigachat_scripts import Sber, ask_sync, event, stream


@tool
def weather(city: str, days: int | None = None) -> str:
    """Say what the weather will be."""
    return f"{city} {days}"


@tool
def time_of(city: str) -> str:
    """Say what time it is."""
    return city


def call(name: str, call_id: str, **args: Any) -> dict[str, Any]:
    return {"name": name, "args": args, "id": call_id, "type": "tool_call"}


def sent(sber: Sber, *messages: BaseMessage, **kwargs: Any) -> dict[str, Any]:
    ask_sync(sber.chat(), list(messages) or "Привет", **kwargs)
    return sber.body


def test_only_what_gigachat_knows_is_sent(sber: Sber) -> None:
    ask_sync(
        sber.chat(
            model="GigaChat-2",
            temperature=0.5,
            top_p=0.9,
            max_tokens=7,
            n=1,
            reasoning_effort="low",
            profanity_check=False,
            repetition_penalty=1.1,
            update_interval=0.2,
            function_ranker={"enabled": True, "top_n": 2},
            flags=["f"],
            storage={"is_stateful": True},
            user="me",
            password="pw",
            access_token="t",
        )
    )
    assert sber.body == {
        "model": "GigaChat-2",
        "messages": [{"role": "user", "content": "Привет"}],
        "stream": True,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 7,
        "n": 1,
        "reasoning_effort": "low",
        "profanity_check": False,
        "repetition_penalty": 1.1,
        "update_interval": 0.2,
        "function_ranker": {"enabled": True, "top_n": 2},
        "flags": ["f"],
        "storage": {"is_stateful": True},
    }


@pytest.mark.parametrize(
    ("given", "wanted"), [(0, 0.001), (0.0005, 0.001), (0.001, 0.001), (1, 1)]
)
def test_a_temperature_of_zero_is_the_least_that_is_taken(
    sber: Sber, given: float, wanted: float
) -> None:
    assert sent(sber, temperature=given)["temperature"] == wanted


def test_no_temperature_is_made_up(sber: Sber) -> None:
    assert "temperature" not in sent(sber)


@pytest.mark.parametrize(
    "field",
    [
        {"seed": 1},
        {"presence_penalty": 0.5},
        {"frequency_penalty": 0.5},
        {"logit_bias": {"1": 1}},
        {"logprobs": True},
        {"top_logprobs": 2},
    ],
)
def test_what_gigachat_cannot_do_is_refused(sber: Sber, field: dict[str, Any]) -> None:
    [name] = field
    with pytest.raises(ConfigurationError, match=name):
        sent(sber, **field)
    assert sber.chats == []


def test_what_changes_no_answer_is_left_out(sber: Sber) -> None:
    body = sent(sber, user="me", tools=[weather], parallel_tool_calls=True)
    assert not body.keys() & {"user", "parallel_tool_calls", "tools", "stream_options"}


def test_headers_for_a_session_are_sent(sber: Sber) -> None:
    sent(sber, extra_headers={"X-Session-ID": "s", "X-Request-ID": "r"})
    assert sber.chats[0].headers["x-session-id"] == "s"
    assert sber.chats[0].headers["x-request-id"] == "r"


def test_the_system_messages_become_one_and_come_first(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage("one"),
        SystemMessage("be kind"),
        AIMessage("two"),
        SystemMessage("be brief", additional_kwargs={"__openai_role__": "developer"}),
        HumanMessage("three"),
    )
    assert body["messages"] == [
        {"role": "system", "content": "be kind\n\nbe brief"},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "three"},
    ]


def test_content_is_text_with_files_by_their_ids(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage(
            [
                {"type": "text", "text": "a"},
                {"type": "file", "file_id": "id-1"},
                {"type": "text", "text": "b"},
                {"type": "image", "file_id": "id-2"},
            ]
        ),
    )
    assert body["messages"] == [
        {"role": "user", "content": "a\nb", "attachments": ["id-1", "id-2"]}
    ]


def test_attachments_may_be_named_beside_the_content(sber: Sber) -> None:
    message = HumanMessage("look", additional_kwargs={"attachments": ["id-1"]})
    assert sent(sber, message)["messages"][0]["attachments"] == ["id-1"]


def test_a_picture_that_was_not_uploaded_is_refused(sber: Sber) -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}}
    with pytest.raises(ConfigurationError, match="uploaded"):
        sent(sber, HumanMessage([picture]))


def test_names_of_authors_are_not_sent(sber: Sber) -> None:
    assert sent(sber, HumanMessage("a", name="Ann"))["messages"] == [
        {"role": "user", "content": "a"}
    ]


def test_tools_are_functions(sber: Sber) -> None:
    body = sent(sber, tools=[weather])
    assert body["function_call"] == "auto"
    assert body["functions"] == [
        {
            "name": "weather",
            "description": "Say what the weather will be.",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string"},
                    "days": {"type": "integer"},
                },
                "required": ["city"],
            },
        }
    ]


def test_a_function_of_the_servers_own_is_a_name(sber: Sber) -> None:
    body = sent(sber, tools=[{"type": "text2image"}], tool_choice="text2image")
    assert body["functions"] == [{"name": "text2image"}]
    assert body["function_call"] == {"name": "text2image"}


def test_gigachats_own_words_are_sent_as_they_are(sber: Sber) -> None:
    """Functions of the server's own are free to be called by `auto` alone."""
    assert sent(sber, function_call="auto")["function_call"] == "auto"
    forced = {"name": "weather", "partial_arguments": {"city": "Москва"}}
    body = sent(sber, tools=[weather], function_call=forced)
    assert body["function_call"] == forced
    assert sent(sber, functions=[{"name": "f"}])["functions"] == [{"name": "f"}]


def test_gigachats_own_keys_of_a_function_are_kept(sber: Sber) -> None:
    examples = [{"request": "Погода?", "params": {"city": "Москва"}}]
    function = {
        "name": "f",
        "strict": True,
        "few_shot_examples": examples,
        "return_parameters": {"type": "object"},
    }
    body = sent(sber, tools=[{"type": "function", "function": function}])
    assert body["functions"] == [
        {
            "name": "f",
            "description": "f",
            "parameters": {"type": "object", "properties": {}},
            "few_shot_examples": examples,
            "return_parameters": {"type": "object"},
        }
    ]


def test_extras_of_a_tool_are_sent(sber: Sber) -> None:
    class Forecast(BaseModel):
        """A forecast."""

        sky: str

    examples = [{"request": "Погода?", "params": {"city": "Москва"}}]

    @tool(extras={"few_shot_examples": examples, "return_schema": Forecast})
    def forecast(city: str) -> str:
        """Say what the weather will be."""
        return city

    @tool(extras={"other": 1})
    def plain(city: str) -> str:
        """Do nothing of note."""
        return city

    sber.chat().bind_tools([forecast, plain]).invoke("x")
    first, second = sber.body["functions"]
    assert first["few_shot_examples"] == examples
    assert first["return_parameters"]["properties"]["sky"]["type"] == "string"
    assert set(second) == {"name", "description", "parameters"}


def test_structured_output_is_asked_for_by_a_function(sber: Sber) -> None:
    class Answer(BaseModel):
        """An answer."""

        n: int

    call = {"name": "Answer", "arguments": {"n": 3}}
    delta = {"content": "", "function_call": call}
    sber.answers = [stream(event(delta, finish_reason="function_call"))]
    model = sber.chat(streaming=True).with_structured_output(Answer)
    assert model.invoke("x") == Answer(n=3)
    assert sber.body["function_call"] == {"name": "Answer"}


def test_json_of_any_shape_is_asked_for_without_a_schema(sber: Sber) -> None:
    sber.answers = [stream(event({"content": '{"n": 3}'}, finish_reason="stop"))]
    model = sber.chat(streaming=True).with_structured_output()
    assert model.invoke("x") == {"n": 3}
    assert sber.body["response_format"] == {"type": "json_object"}


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    title: str = "t"
    free: dict[str, Any] = Field(default_factory=dict)


class Order(BaseModel):
    """An order."""

    color: Color | None = None
    inner: Inner
    many: list[Inner] | None = Field(None, description="Several.")
    size: Literal["s", "l"] = "s"


def test_schemas_have_no_titles_and_no_null(sber: Sber) -> None:
    body = sent(sber, tools=[Order])
    inner = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "default": "t"},
            # pydantic before 2.10 has no `additionalProperties` there.
            "free": {**TypeAdapter(dict[str, Any]).json_schema(), "properties": {}},
        },
    }
    assert body["functions"][0]["parameters"] == {
        "type": "object",
        "properties": {
            "color": {"type": "string", "enum": ["red", "blue"]},
            "inner": inner,
            "many": {"type": "array", "items": inner, "description": "Several."},
            "size": {"type": "string", "enum": ["s", "l"], "default": "s"},
        },
        "required": ["inner"],
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"oneOf": [{"type": "string"}], "default": None},
        {"allOf": [{"anyOf": [{"type": "string"}]}]},
    ],
)
def test_one_choice_is_no_choice(sber: Sber, schema: dict[str, Any]) -> None:
    parameters = {"type": "object", "properties": {"x": schema}}
    function = {"name": "f", "parameters": parameters}
    body = sent(sber, tools=[{"type": "function", "function": function}])
    sent_parameters = body["functions"][0]["parameters"]
    assert sent_parameters["properties"] == {"x": {"type": "string"}}


def test_a_parameter_of_several_types_is_refused(sber: Sber) -> None:
    class Both(BaseModel):
        value: int | str

    with pytest.raises(ConfigurationError, match=r"'Both'.*several types"):
        sent(sber, tools=[Both])


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("weather", {"name": "weather"}),
        ({"type": "function", "function": {"name": "weather"}}, {"name": "weather"}),
    ],
)
def test_a_choice_is_a_function_call(sber: Sber, choice: Any, wanted: Any) -> None:
    body = sent(sber, tools=[weather, time_of], tool_choice=choice)
    assert body["function_call"] == wanted


@pytest.mark.parametrize("choice", ["any", "required", True])
def test_any_of_one_tool_is_that_tool(sber: Sber, choice: Any) -> None:
    body = sent(sber, tools=[weather], tool_choice=choice)
    assert body["function_call"] == {"name": "weather"}


@pytest.mark.parametrize("choice", ["any", "required", True])
def test_any_of_several_tools_cannot_be_asked_for(sber: Sber, choice: Any) -> None:
    model = sber.chat().bind_tools([weather, time_of], tool_choice=choice)
    with pytest.raises(ConfigurationError, match="some tool is called"):
        model.invoke("x")


@pytest.mark.parametrize("choice", ["any", "required", True])
def test_any_of_several_tools_may_become_auto(sber: Sber, choice: Any) -> None:
    chat = sber.chat(allow_any_tool_choice_fallback=True)
    chat.bind_tools([weather, time_of], tool_choice=choice).invoke("x")
    assert sber.body["function_call"] == "auto"


def test_calls_and_results_go_back_as_functions(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage("q"),
        AIMessage(
            "",
            tool_calls=[call("weather", "1", city="Москва")],
            additional_kwargs={"functions_state_id": "fs-1"},
        ),
        ToolMessage('{"sky": "clear"}', tool_call_id="1"),
        HumanMessage("thanks"),
    )
    assert body["messages"] == [
        {"role": "user", "content": "q"},
        {
            "role": "assistant",
            "content": "",
            "functions_state_id": "fs-1",
            "function_call": {"name": "weather", "arguments": {"city": "Москва"}},
        },
        {"role": "function", "name": "weather", "content": '{"sky": "clear"}'},
        {"role": "user", "content": "thanks"},
    ]


def test_several_calls_become_pairs_of_call_and_result(sber: Sber) -> None:
    body = sent(
        sber,
        HumanMessage("q"),
        AIMessage(
            "Let me see.",
            tool_calls=[
                call("weather", "1", city="A"),
                call("time_of", "2", city="B"),
                call("time_of", "3", city="C"),
            ],
        ),
        ToolMessage("{}", tool_call_id="2"),
        ToolMessage("{}", tool_call_id="1"),
        ToolMessage("{}", tool_call_id="other", name="lost"),
    )
    names = [
        (m["role"], m.get("function_call", m).get("name"), m["content"])
        for m in body["messages"][1:]
    ]
    assert names == [
        ("assistant", "weather", "Let me see."),
        ("function", "weather", "{}"),
        ("assistant", "time_of", ""),
        ("function", "time_of", "{}"),
        ("assistant", "time_of", ""),
        (
            "function",
            "time_of",
            '{"result": "This call was not run: it has no result."}',
        ),
        ("assistant", "lost", ""),
        ("function", "lost", "{}"),
    ]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("солнце", '{"result": "солнце"}'),
        ("", '{"result": ""}'),
        ("[1, 2]", '{"result": [1, 2]}'),
        ('"x"', '{"result": "x"}'),
        ('{"a": 1}', '{"a": 1}'),
        ([{"type": "text", "text": "5"}], '{"result": 5}'),
    ],
)
def test_a_result_is_the_json_of_an_object(
    sber: Sber, content: Any, wanted: str
) -> None:
    body = sent(
        sber,
        AIMessage("", tool_calls=[call("f", "1")]),
        ToolMessage(content, tool_call_id="1"),
    )
    assert body["messages"][1:] == [
        {"role": "function", "name": "f", "content": wanted}
    ]


def test_function_messages_are_sent(sber: Sber) -> None:
    old = {"name": "f", "arguments": '{"a": 1}'}
    body = sent(
        sber,
        AIMessage("", additional_kwargs={"function_call": old}),
        FunctionMessage(content="5", name="f"),
    )
    assert body["messages"] == [
        {
            "role": "assistant",
            "content": "",
            "function_call": {"name": "f", "arguments": {"a": 1}},
        },
        {"role": "function", "name": "f", "content": '{"result": 5}'},
    ]


def test_a_result_without_its_call_gets_one(sber: Sber) -> None:
    body = sent(sber, ToolMessage("5", tool_call_id="1", name="f"))
    assert body["messages"] == [
        {
            "role": "assistant",
            "content": "",
            "function_call": {"name": "f", "arguments": {}},
        },
        {"role": "function", "name": "f", "content": '{"result": 5}'},
    ]


def test_a_call_that_is_no_call_is_sent_without_arguments(sber: Sber) -> None:
    broken = {"name": "f", "args": '{"a', "id": "1", "error": None}
    message = AIMessage("", invalid_tool_calls=[broken])
    [wire, result] = sent(sber, message)["messages"]
    assert wire["function_call"] == {"name": "f", "arguments": {}}
    assert "not a whole JSON object" in result["content"]


def test_a_call_without_arguments_is_an_empty_object(sber: Sber) -> None:
    empty = {"name": "f", "args": "", "id": "1", "error": None}
    message = AIMessage("", invalid_tool_calls=[empty])
    [wire, _] = sent(sber, message)["messages"]
    assert wire["function_call"] == {"name": "f", "arguments": {}}


def test_an_output_schema_is_sent_flat(sber: Sber) -> None:
    body = sent(
        sber,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True},
        },
    )
    assert body["response_format"] == {
        "type": "json_schema",
        "schema": {"type": "object"},
        "strict": True,
    }
