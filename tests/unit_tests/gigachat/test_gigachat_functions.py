"""Tools, calls and their results as GigaChat's functions."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    FunctionMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from pydantic import BaseModel, Field, TypeAdapter

from langchain_sse_chat import ConfigurationError
from tests.unit_tests.gigachat.gigachat_scripts import Sber, ask_sync


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

    with pytest.raises(ConfigurationError, match=r"'Both'.* 2 alternatives"):
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


@pytest.mark.parametrize("choice", ["any", "required"])
def test_any_of_several_tools_cannot_be_asked_for(sber: Sber, choice: Any) -> None:
    model = sber.chat().bind_tools([weather, time_of], tool_choice=choice)
    with pytest.raises(ConfigurationError, match="to call some tool"):
        model.invoke("x")


def test_true_is_the_first_of_several_tools(sber: Sber) -> None:
    sber.chat().bind_tools([weather, time_of], tool_choice=True).invoke("x")
    assert sber.body["function_call"] == {"name": "weather"}
    own = {"type": "text2image"}
    sber.chat().bind_tools([own, weather], tool_choice=True).invoke("x")
    assert sber.body["function_call"] == {"name": "text2image"}


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (None, "auto"),
        ("auto", "auto"),
        ("none", "none"),
        ("time_of", {"name": "time_of"}),
        ({"name": "time_of"}, {"name": "time_of"}),
    ],
    ids=["nothing", "auto", "none", "name", "dict"],
)
def test_functions_are_bound_like_tools(sber: Sber, choice: Any, sent: Any) -> None:
    bound = sber.chat().bind_functions([weather, time_of], choice, temperature=1)
    bound.invoke("x")
    assert [f["name"] for f in sber.body["functions"]] == ["weather", "time_of"]
    assert (sber.body["function_call"], sber.body["temperature"]) == (sent, 1)


def test_an_unknown_function_cannot_be_bound(sber: Sber) -> None:
    with pytest.raises(ConfigurationError, match="other"):
        sber.chat().bind_functions([weather], "other")


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
        pytest.param("солнце", '{"result": "солнце"}', id="Cyrillic"),
        ("", '{"result": ""}'),
        ("[1, 2]", '{"result": [1, 2]}'),
        ('"x"', '{"result": "x"}'),
        ('{"a": 1}', '{"a": 1}'),
        ([{"type": "text", "text": "5"}], '{"result": 5}'),
        pytest.param("Infinity", '{"result": "Infinity"}', id="a word of Python's"),
        pytest.param("[1, NaN]", '{"result": "[1, NaN]"}', id="not a number"),
        pytest.param("1e400", '{"result": "1e400"}', id="too large for a float"),
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
    assert "not a complete JSON object" in result["content"]


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
