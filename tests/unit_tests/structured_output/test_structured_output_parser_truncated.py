"""Objects that were truncated: an error, never half of an object."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import RootModel

from langchain_sse_chat import (
    StructuredOutputError,
)
from langchain_sse_chat.structured_output.parser import StructuredOutputParser
from langchain_sse_chat.structured_output.runnable import Method
from tests.unit_tests.chat_models.scripted import (
    sse,
    streamed,
)
from tests.unit_tests.structured_output.asked_objects import (
    CUT,
    JSON_METHODS,
    METHODS,
    SCHEMA,
    WAYS,
    MakeChat,
    OldPay,
    Pay,
    PayDict,
    Way,
    answer,
    asked_for,
    assert_whole_error,
    call,
    deltas,
    every_way,
)


class Amount(RootModel[float]):
    """An amount."""


REASONS = ["length", "content_filter", "stop"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(Pay, id="Pay"),
        pytest.param(SCHEMA, id="schema"),
        pytest.param(PayDict, id="PayDict"),
        pytest.param(OldPay, id="OldPay"),
    ],
)
@pytest.mark.parametrize("reason", REASONS)
@every_way
def test_an_object_that_was_cut_is_an_error(
    make_chat: MakeChat, way: Way, method: Method, schema: Any, reason: str
) -> None:
    message = asked_for(method, CUT)
    if method == "function_calling":
        name = getattr(schema, "__name__", "Pay")
        message["tool_calls"] = [call(name, CUT)]
        reason = "tool_calls" if reason == "stop" else reason
    chat = make_chat(answer(way, message, reason))

    with pytest.raises(StructuredOutputError) as caught:
        way(chat.with_structured_output(schema, method=method))

    assert_whole_error(caught.value, reason)
    assert repr(reason) in str(caught.value)
    assert '"to": "Ann"' in str(caught.value)


@pytest.mark.parametrize("method", METHODS)
@every_way
def test_an_object_that_was_cut_is_a_parsing_error_beside_the_raw_message(
    make_chat: MakeChat, way: Way, method: Method
) -> None:
    chat = make_chat(answer(way, asked_for(method, CUT), "length"))

    first, *rest = way(
        chat.with_structured_output(Pay, method=method, include_raw=True)
    )
    for output in rest:
        first += output

    assert first["parsed"] is None
    assert_whole_error(first["parsing_error"], "length")
    assert "max_tokens" in str(first["parsing_error"])
    assert first["raw"].response_metadata["finish_reason"] == "length"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("include_raw", [True, False])
@pytest.mark.parametrize("way", WAYS[2:])
def test_a_cut_stream_that_is_accepted_is_no_object(
    make_chat: MakeChat, way: Way, method: Method, include_raw: bool
) -> None:
    body = sse(*deltas(asked_for(method, CUT)), done=False)
    chat = make_chat(streamed(body), on_truncation="accept")
    asked = chat.with_structured_output(Pay, method=method, include_raw=include_raw)

    if include_raw:
        outputs = way(asked)
        error = outputs[-1]["parsing_error"]
        assert outputs[-1]["parsed"] is None
    else:
        with pytest.raises(StructuredOutputError) as caught:
            way(asked)
        error = caught.value

    assert_whole_error(error, None)
    assert "stream ended before the answer" in str(error)


@pytest.mark.parametrize("method", JSON_METHODS)
@pytest.mark.parametrize("number", ["12", "1.5", "-3"])
@pytest.mark.parametrize("reason", ["length", "interrupted", "content_filter"])
@every_way
def test_a_number_that_may_be_cut_is_an_error(
    make_chat: MakeChat, way: Way, method: Method, number: str, reason: str
) -> None:
    """It is the only JSON value whose beginning is a whole value."""
    chat = make_chat(answer(way, {"content": number}, reason))

    with pytest.raises(StructuredOutputError) as caught:
        way(chat.with_structured_output(Amount, method=method))

    assert_whole_error(caught.value, reason)


@pytest.mark.parametrize("way", WAYS[2:])
def test_a_number_in_a_cut_stream_that_is_accepted_is_an_error(
    make_chat: MakeChat, way: Way
) -> None:
    body = sse(*deltas({"content": "12"}), done=False)
    chat = make_chat(streamed(body), on_truncation="accept")

    with pytest.raises(StructuredOutputError, match="stream ended before"):
        way(chat.with_structured_output(Amount))


@pytest.mark.parametrize(
    ("text", "reason", "value"),
    [("12", "stop", 12.0), ("true", "length", 1.0)],
)
@every_way
def test_a_value_that_is_whole_is_given_out(
    make_chat: MakeChat, way: Way, text: str, reason: str, value: float
) -> None:
    chat = make_chat(answer(way, {"content": text}, reason))

    assert way(chat.with_structured_output(Amount)) == [Amount(value)]


def test_a_number_in_a_text_alone_is_whole() -> None:
    assert StructuredOutputParser(output_class=Amount).parse("12") == Amount(12)
