"""Answers that are not the object that was asked for: an error, never half of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from langchain_core.outputs import Generation
from langchain_core.runnables import Runnable
from pydantic import BaseModel, RootModel, field_validator

from langchain_sse_chat import (
    StructuredOutputError,
)
from langchain_sse_chat.structured_output.runnable import Method
from tests.unit_tests.chat_models.scripted import (
    chunk,
    sse,
    streamed,
)
from tests.unit_tests.structured_output.asked_objects import (
    CUT,
    JSON_METHODS,
    METHODS,
    SCHEMA,
    WHOLE,
    MakeChat,
    OldPay,
    Pay,
    Way,
    answer,
    asked_for,
    assert_whole_error,
    call,
    every_way,
    invoked,
    streamed_out,
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("schema", [Pay, SCHEMA])
@every_way
def test_a_whole_object_comes_beside_the_raw_message(
    make_chat: MakeChat, way: Way, method: Method, schema: Any
) -> None:
    chat = make_chat(answer(way, asked_for(method, WHOLE)))

    first, *rest = way(
        chat.with_structured_output(schema, method=method, include_raw=True)
    )
    for output in rest:
        first += output

    parsed = first.pop("parsed")
    assert (parsed if schema is SCHEMA else parsed.model_dump()) == json.loads(WHOLE)
    raw = first.pop("raw")
    assert (raw.tool_calls[0]["args"] if raw.tool_calls else raw.text) in (
        WHOLE,
        json.loads(WHOLE),
    )
    assert first == {"parsing_error": None}


@pytest.mark.parametrize("reason", ["length", "content_filter"])
@every_way
def test_an_object_that_is_whole_is_one_whatever_the_finish_reason(
    make_chat: MakeChat, way: Way, reason: str
) -> None:
    chat = make_chat(answer(way, {"content": f"{WHOLE}\n\n \n"}, reason))

    assert way(chat.with_structured_output(Pay))[-1] == Pay(to="Ann", amount=1200)


def until_it_fails(asked: Runnable[Any, Any]) -> list[Any]:
    seen: list[Any] = []
    with pytest.raises(StructuredOutputError):
        seen.extend(asked.stream("Pay Ann"))
    return seen


def until_it_fails_async(asked: Runnable[Any, Any]) -> list[Any]:
    seen: list[Any] = []

    async def ask() -> None:
        async for output in asked.astream("Pay Ann"):
            seen.append(output)  # noqa: PERF401  # what came before the error, too

    with pytest.raises(StructuredOutputError):
        asyncio.run(ask())
    return seen


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [1, 7, 10**6])
@pytest.mark.parametrize("way", [until_it_fails, until_it_fails_async])
def test_partial_objects_come_before_the_error(
    make_chat: MakeChat, way: Way, method: Method, size: int
) -> None:
    pieces: list[dict[str, Any]] = [
        {"tool_calls": [call("Pay", '{"to": "A')]},
        {"tool_calls": [{"index": 0, "function": {"arguments": 'nn"'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": ', "amount": 12'}}]},
    ]
    if method != "function_calling":
        pieces = [{"content": '{"to": "Ann"'}, {"content": ', "amount": 12'}]
    body = sse(*map(chunk, pieces), chunk(finish_reason="length"))
    chat = make_chat(streamed(body, size))

    seen = way(chat.with_structured_output(SCHEMA, method=method))

    assert seen[-2:] == [{"to": "Ann"}, {"to": "Ann", "amount": 12}]


@pytest.mark.parametrize("method", JSON_METHODS)
@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}{"a":',
        '{"a": 1} {"a": 2}',
        '{"a": 1} and more',
        "42",
        '"text"',
        "[1]",
        "null",
        "",
        "Sure! It is 42.",
        '```json\n{"a": 1',
        pytest.param(
            '```json\n{"a": 1}\n```\nor\n```json\n{"a": 2}\n```', id="two code blocks"
        ),
        '{"a": NaN}',
        '{"a": 1e400}',
        "NaN",
    ],
)
@every_way
def test_what_is_not_one_object_is_an_error(
    make_chat: MakeChat, way: Way, method: Method, text: str
) -> None:
    chat = make_chat(answer(way, {"content": text}, size=10**6))
    schema = {"title": "A", "type": "object", "properties": {"a": {"type": "number"}}}

    with pytest.raises(StructuredOutputError) as caught:
        way(chat.with_structured_output(schema, method=method))

    assert_whole_error(caught.value, "stop")
    assert caught.value.llm_output == text
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 100_000])
@pytest.mark.parametrize("streaming", [True, False])
def test_json_without_an_end_to_its_depth_is_an_error(
    make_chat: MakeChat, text: str, *, streaming: bool
) -> None:
    way = streamed_out if streaming else invoked
    response = answer(invoked, {"content": text})
    if streaming:
        response = streamed(sse(chunk({"content": text}), chunk(finish_reason="stop")))

    with pytest.raises(StructuredOutputError, match="not a single complete"):
        way(make_chat(response).with_structured_output(SCHEMA))


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"  {WHOLE}\n",
        f"```json\n{WHOLE}\n```",
        f"```\n{WHOLE}```",
        f"Here it is:\n```JSON\n{WHOLE}\n```\nIs that right?",
        f"```json\n{WHOLE}",
    ],
)
@every_way
def test_an_object_may_stand_in_a_code_block(
    make_chat: MakeChat, way: Way, text: str
) -> None:
    chat = make_chat(answer(way, {"content": text}))

    assert way(chat.with_structured_output(Pay))[-1] == Pay(to="Ann", amount=1200)


@pytest.mark.parametrize("reason", ["max-tokens", "FINISH_REASON_MAX_TOKENS"])
@every_way
def test_a_limit_on_tokens_is_one_however_it_is_spelled(
    make_chat: MakeChat, way: Way, reason: str
) -> None:
    chat = make_chat(answer(way, {"content": CUT}, reason))

    with pytest.raises(StructuredOutputError, match="The token limit truncated it"):
        way(chat.with_structured_output(Pay))


@pytest.mark.parametrize("text", [f"\N{NO-BREAK SPACE}{WHOLE}\n", f"\ufeff{WHOLE}"])
@every_way
def test_blanks_of_any_kind_may_stand_around_an_object(
    make_chat: MakeChat, way: Way, text: str
) -> None:
    chat = make_chat(answer(way, {"content": text}))

    assert way(chat.with_structured_output(Pay))[-1] == Pay(to="Ann", amount=1200)


@pytest.mark.parametrize("raw", [False, True])
@every_way
def test_a_call_that_was_cut_is_shown_as_it_was_sent(
    make_chat: MakeChat, way: Way, *, raw: bool
) -> None:
    chat = make_chat(answer(way, asked_for("function_calling", CUT), "length"))
    asked = chat.with_structured_output(Pay, method="function_calling", include_raw=raw)

    if raw:
        error = way(asked)[-1]["parsing_error"]
    else:
        with pytest.raises(StructuredOutputError) as caught:
            way(asked)
        error = caught.value

    assert "is not valid: The arguments are not a complete JSON object." in str(error)
    assert error.llm_output == CUT
    assert error.partial.invalid_tool_calls[0]["args"] == CUT


@every_way
def test_line_ends_in_strings_need_no_escape(make_chat: MakeChat, way: Way) -> None:
    chat = make_chat(answer(way, {"content": '{"to": "A\nB", "amount": 1}'}))

    assert way(chat.with_structured_output(Pay))[-1] == Pay(to="A\nB", amount=1)


def test_a_code_block_may_stand_in_an_object(make_chat: MakeChat) -> None:
    text = json.dumps({"to": "```python\nprint()\n```", "amount": 1})
    fenced = f"```json\n{text}\n```"
    chat = make_chat(*(answer(invoked, {"content": t}) for t in (text, fenced)))
    asked = chat.with_structured_output(SCHEMA)

    assert asked.invoke("x") == asked.invoke("x") == json.loads(text)


class Names(RootModel[list[str]]):
    """Names."""


@pytest.mark.parametrize(
    ("schema", "text", "output"),
    [
        pytest.param(Names, '["Ann"]', Names(["Ann"]), id="model of a list"),
        pytest.param({"title": "N", "type": "array"}, '["Ann"]', ["Ann"], id="array"),
        pytest.param(None, '["Ann"]', ["Ann"], id="no schema, list"),
        pytest.param(None, "4.25", 4.25, id="no schema, number"),
    ],
)
@every_way
def test_a_json_value_of_another_type_is_given_where_it_was_asked_for(
    make_chat: MakeChat, way: Way, schema: Any, text: str, output: Any
) -> None:
    chat = make_chat(answer(way, {"content": text}))

    assert way(chat.with_structured_output(schema, method="json_mode")) == [output]


@pytest.mark.parametrize("schema", [Names, {"title": "N", "type": "array"}])
def test_an_object_in_place_of_an_array_is_an_error(
    make_chat: MakeChat, schema: Any
) -> None:
    chat = make_chat(answer(invoked, {"content": "{}"}))

    with pytest.raises(StructuredOutputError):
        chat.with_structured_output(schema, method="json_mode").invoke("Names")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("schema", [Pay, OldPay])
@every_way
def test_an_object_that_does_not_fit_the_class_is_an_error(
    make_chat: MakeChat, way: Way, method: Method, schema: Any
) -> None:
    text = '{"to": "Ann", "amount": "much"}'
    message = asked_for(method, text)
    if method == "function_calling":
        message["tool_calls"] = [call(schema.__name__, text)]
    chat = make_chat(answer(way, message))

    with pytest.raises(StructuredOutputError, match="does not fit") as caught:
        way(chat.with_structured_output(schema, method=method))

    assert caught.value.llm_output == text
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_error_of_a_validator_is_a_parsing_error_too(make_chat: MakeChat) -> None:
    class Odd(BaseModel):
        """Odd."""

        a: int

        @field_validator("a")
        @classmethod
        def check(cls, value: int) -> int:
            raise ZeroDivisionError

    chat = make_chat(answer(invoked, {"content": '{"a": 1}'}))

    output = chat.with_structured_output(Odd, include_raw=True).invoke("x")

    assert isinstance(output["parsing_error"], ZeroDivisionError)


def test_the_parser_reads_texts_and_streams_of_models_that_do_not_stream(
    make_chat: MakeChat,
) -> None:
    chat = make_chat(answer(invoked, {"content": WHOLE}), streaming=False)
    asked: Any = chat.with_structured_output(SCHEMA)

    assert list(asked.stream("x")) == [json.loads(WHOLE)]
    assert asked.last.parse(WHOLE) == json.loads(WHOLE)
    cut = [Generation(text=CUT)]
    assert asked.last.parse_result(cut, partial=True) == {"to": "Ann", "amount": 12}
    assert list(asked.last.transform(iter([WHOLE[:9], WHOLE[9:]])))[-1] == json.loads(
        WHOLE
    )
    with pytest.raises(StructuredOutputError):
        list(asked.last.transform(iter([])))


def test_the_parser_says_what_it_gives(make_chat: MakeChat) -> None:
    chat = make_chat(answer(invoked, {"content": WHOLE}))

    assert chat.with_structured_output(Pay).OutputType is Pay
    assert (
        chat.with_structured_output(Pay, include_raw=True).OutputType == dict[str, Any]
    )
    parser: Any = chat.with_structured_output(Pay)
    assert parser.last._type == "sse-chat-structured-output"


def test_keywords_override_what_the_method_sends(
    make_chat: MakeChat, server: Any
) -> None:
    chat = make_chat(answer(invoked, {"tool_calls": [call("Pay", WHOLE)]}))
    asked = chat.with_structured_output(
        Pay, method="function_calling", tool_choice="auto"
    )

    assert asked.invoke("x") == Pay(to="Ann", amount=1200)
    assert server.body["tool_choice"] == "auto"
