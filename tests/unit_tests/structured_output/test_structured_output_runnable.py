"""Tools and output in the shape of a schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypedDict

import httpx
import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.exceptions import OutputParserException
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from langchain_sse_chat import ChatSSE, ConfigurationError
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
)

MakeChat = Callable[..., ChatSSE]


class Joke(BaseModel):
    """A joke."""

    setup: str = Field(description="the beginning")
    punchline: str = Field(description="the end")


class JokeDict(TypedDict):
    """A joke."""

    setup: str
    punchline: str


ARGS = {"setup": "Why?", "punchline": "Because."}
JOKE = Joke(**ARGS)
SCHEMA = Joke.model_json_schema()


@tool
def get_weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


def call_of(name: str, arguments: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": "call_1", "index": 0, "type": "function", "function": function}


def text_answer(text: str) -> httpx.Response:
    return httpx.Response(200, json=completion({"content": text}))


def tool_answer(arguments: str) -> httpx.Response:
    message = {"content": None, "tool_calls": [call_of("Joke", arguments)]}
    return httpx.Response(200, json=completion(message, finish_reason="tool_calls"))


@pytest.mark.parametrize(
    ("tool_choice", "sent"),
    [
        (None, None),
        ("auto", "auto"),
        ("any", "required"),
        (True, "required"),
        ("get_weather", {"type": "function", "function": {"name": "get_weather"}}),
    ],
)
def test_bound_tools_are_sent(
    make_chat: MakeChat, server: Scripted, tool_choice: Any, sent: Any
) -> None:
    chat = make_chat(text_answer("Hi"))

    chat.bind_tools([get_weather], tool_choice=tool_choice).invoke("Hello")

    (function,) = server.body["tools"]
    assert function["function"]["name"] == "get_weather"
    assert server.body.get("tool_choice") == sent
    assert "parallel_tool_calls" not in server.body


def test_options_of_bound_tools_are_sent(make_chat: MakeChat, server: Scripted) -> None:
    bound = make_chat(text_answer("Hi")).bind_tools(
        [get_weather], strict=True, parallel_tool_calls=False, response_format=Joke
    )

    bound.invoke("Hello")

    assert server.body["tools"][0]["function"]["strict"] is True
    assert server.body["parallel_tool_calls"] is False
    assert server.body["response_format"]["json_schema"]["strict"] is True


def test_tools_can_be_given_to_a_call(make_chat: MakeChat, server: Scripted) -> None:
    make_chat(text_answer("Hi")).invoke(
        "Hello", tools=[get_weather], tool_choice="get_weather"
    )

    assert server.body["tools"][0]["function"]["name"] == "get_weather"


@pytest.mark.parametrize(
    ("tools", "tool_choice"),
    [
        pytest.param([get_weather], "get_time", id="choice of another tool"),
        pytest.param([5], None, id="number"),
    ],
)
def test_what_is_no_tool_is_an_error_at_once(
    make_chat: MakeChat, tools: Any, tool_choice: Any
) -> None:
    with pytest.raises(ConfigurationError):
        make_chat(text_answer("Hi")).bind_tools(tools, tool_choice=tool_choice)


@pytest.mark.parametrize("schema", [Joke, JokeDict, SCHEMA])
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_output_has_the_shape_of_the_schema(
    make_chat: MakeChat, server: Scripted, schema: Any, method: Any
) -> None:
    text = json.dumps(ARGS)
    name = "JokeDict" if schema is JokeDict else "Joke"
    answer = text_answer(text)
    if method == "function_calling":
        message = {"tool_calls": [call_of(name, text)]}
        answer = httpx.Response(200, json=completion(message))
    structured = make_chat(answer).with_structured_output(schema, method=method)

    output = structured.invoke("Tell a joke")

    assert output == (JOKE if schema is Joke else ARGS)
    if method == "json_schema":
        assert server.body["response_format"]["json_schema"]["name"] == name
    else:
        assert server.body["tool_choice"]["function"]["name"] == name


def test_json_mode_asks_for_json_of_any_shape(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(text_answer(json.dumps(ARGS)))

    assert chat.with_structured_output(method="json_mode").invoke("JSON") == ARGS
    assert server.body["response_format"] == {"type": "json_object"}


def test_json_mode_makes_instances_of_a_class(make_chat: MakeChat) -> None:
    chat = make_chat(text_answer(json.dumps(ARGS)))

    assert chat.with_structured_output(Joke, method="json_mode").invoke("x") == JOKE


@pytest.mark.parametrize("strict", [None, True, False])
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_strict_is_sent(
    make_chat: MakeChat, server: Scripted, method: Any, strict: bool | None
) -> None:
    chat = make_chat(tool_answer(json.dumps(ARGS)))
    chat.with_structured_output(
        Joke, method=method, strict=strict, include_raw=True
    ).invoke("Tell a joke")

    body = server.body
    sent = (
        body["response_format"]["json_schema"]
        if method == "json_schema"
        else body["tools"][0]["function"]
    )
    assert sent.get("strict") is strict


@pytest.mark.parametrize(
    ("arguments", "fields"),
    [
        ({"method": "xml"}, "json_schema, function_calling, json_mode"),
        ({"schema": None, "method": "json_schema"}, "needs a schema"),
        ({"method": "json_mode", "strict": True}, "strict"),
        ({"schema": 5}, "schema"),
    ],
)
def test_a_mistake_is_an_error_at_once(
    make_chat: MakeChat, arguments: dict[str, Any], fields: str
) -> None:
    with pytest.raises(ConfigurationError, match=fields):
        make_chat(text_answer("")).with_structured_output(
            **{"schema": Joke, **arguments}
        )


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_raw_output_is_included_when_asked_for(
    make_chat: MakeChat, method: Any
) -> None:
    text = json.dumps(ARGS)
    answer = text_answer(text) if method == "json_schema" else tool_answer(text)
    chat = make_chat(answer)

    output = chat.with_structured_output(Joke, method=method, include_raw=True).invoke(
        "x"
    )

    assert output["parsed"] == JOKE
    assert output["parsing_error"] is None
    assert output["raw"].response_metadata["model_name"] == "served-model"


def test_output_that_cannot_be_parsed_is_an_error(make_chat: MakeChat) -> None:
    structured = make_chat(text_answer("no JSON")).with_structured_output(Joke)

    with pytest.raises(OutputParserException):
        structured.invoke("Tell a joke")


def test_output_that_cannot_be_parsed_is_told_beside_the_raw_one(
    make_chat: MakeChat,
) -> None:
    structured = make_chat(text_answer("no JSON")).with_structured_output(
        Joke, include_raw=True
    )

    output = structured.invoke("Tell a joke")

    assert output["parsed"] is None
    assert isinstance(output["parsing_error"], OutputParserException)
    assert output["raw"].content == "no JSON"


def pieces(text: str, size: int = 5) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
@pytest.mark.parametrize("schema", [Joke, SCHEMA])
def test_partial_output_is_streamed(
    make_chat: MakeChat, schema: Any, method: Any
) -> None:
    text = json.dumps(ARGS)
    if method == "json_schema":
        chunks = [chunk({"content": piece}) for piece in pieces(text)]
    else:
        first, *rest = pieces(text)
        chunks = [chunk({"tool_calls": [call_of("Joke", first)]})]
        chunks += [
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
            for piece in rest
        ]
    body = sse(*chunks, chunk(finish_reason="stop"))
    structured = make_chat(streamed(body)).with_structured_output(schema, method=method)

    outputs = list(structured.stream("Tell a joke"))

    assert outputs[-1] == (JOKE if schema is Joke else ARGS)
    if schema is SCHEMA:
        # They grow: the beginning of the joke is there before its end.
        assert len(outputs) > 2
        assert {"setup": "Why?"} in outputs


def test_traces_are_told_the_schema(make_chat: MakeChat) -> None:
    seen: list[Any] = []

    class Handler(BaseCallbackHandler):
        def on_chat_model_start(self, *_: Any, **given: Any) -> None:
            seen.append(given["options"])

    structured = make_chat(text_answer(json.dumps(ARGS))).with_structured_output(Joke)
    structured.invoke("Tell a joke", {"callbacks": [Handler()]})

    told = seen[0]["ls_structured_output_format"]
    assert told["kwargs"]["method"] == "json_schema"
    assert told["schema"]["title"] == "Joke"


@pytest.mark.parametrize(
    ("provider", "schema", "sent"),
    [
        ("openai", Joke, "json_schema"),
        ("openai", None, "json_object"),
        ("deepseek", Joke, "tool"),
        ("zhipu", Joke, "json_object"),
    ],
)
def test_the_method_is_the_best_that_the_provider_knows(
    make_chat: MakeChat, server: Scripted, provider: str, schema: Any, sent: str
) -> None:
    chat = make_chat(text_answer("{}"), provider=provider)

    chat.with_structured_output(schema, include_raw=True).invoke("JSON, please")

    body = server.body
    asked = body.get("response_format", {"type": "tool"})["type"]
    assert asked == sent
    assert ("tools" in body) is (sent == "tool")


@pytest.mark.parametrize(
    ("provider", "strict"),
    [("openai", True), ("azure", True), ("openrouter", True), ("groq", None)],
)
@pytest.mark.parametrize("bound", [True, False])
def test_a_schema_is_strict_by_default_where_the_provider_holds_to_it(
    make_chat: MakeChat,
    server: Scripted,
    provider: str,
    *,
    strict: bool | None,
    bound: bool,
) -> None:
    chat = make_chat(text_answer(json.dumps(ARGS)), provider=provider)
    asked: Any = (
        chat.bind(response_format=Joke) if bound else chat.with_structured_output(Joke)
    )

    asked.invoke("Tell a joke")

    sent = server.body["response_format"]["json_schema"]
    assert sent.get("strict") is strict
    assert sent["schema"].get("additionalProperties") is (False if strict else None)


@pytest.mark.parametrize("schema", [JokeDict, SCHEMA])
def test_other_schemas_are_not_strict_by_default(
    make_chat: MakeChat, server: Scripted, schema: Any
) -> None:
    chat = make_chat(text_answer(json.dumps(ARGS)), provider="openai")

    chat.with_structured_output(schema).invoke("Tell a joke")

    assert "strict" not in server.body["response_format"]["json_schema"]
