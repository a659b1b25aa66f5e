"""Answers that refuse to give the object: an error with the model's words."""

from __future__ import annotations

import pickle
from typing import Any

import langchain_core.exceptions
import pytest
from langchain_core.exceptions import ModelError
from langchain_core.messages import AIMessage

from langchain_sse_chat import (
    RefusalError,
    StructuredOutputError,
)
from langchain_sse_chat.structured_output.runnable import Method
from tests.unit_tests.structured_output.asked_objects import (
    CUT,
    METHODS,
    SCHEMA,
    WHOLE,
    MakeChat,
    Pay,
    PayDict,
    Way,
    answer,
    assert_whole_error,
    call,
    every_way,
    invoked,
)

WITHOUT_A_CALL = [
    pytest.param(
        {"content": "I would need a name."},
        "answered without calling 'Pay'",
        id="question",
    ),
    pytest.param(
        {"content": WHOLE}, "answered without calling 'Pay'", id="object as text"
    ),
    pytest.param({"content": ""}, "answered without calling 'Pay'", id="empty"),
    pytest.param(
        {"tool_calls": [call("Transfer", WHOLE)]},
        "called 'Transfer' instead of 'Pay'",
        id="another tool",
    ),
    pytest.param(
        {"tool_calls": [call("Pay", CUT)]},
        "call of 'Pay' is not valid",
        id="truncated call",
    ),
    pytest.param(
        {"tool_calls": [call("", WHOLE)]},
        "call of 'Pay' is not valid",
        id="call without a name",
    ),
    pytest.param(
        {"tool_calls": [call("Pay", "[1]")]},
        "call of 'Pay' is not valid",
        id="arguments not an object",
    ),
]


@pytest.mark.parametrize(
    "schema", [pytest.param(Pay, id="Pay"), pytest.param(SCHEMA, id="schema")]
)
@pytest.mark.parametrize(("message", "said"), WITHOUT_A_CALL)
@every_way
def test_an_answer_without_the_call_is_an_error(
    make_chat: MakeChat, way: Way, message: dict[str, Any], said: str, schema: Any
) -> None:
    chat = make_chat(answer(way, message))

    with pytest.raises(StructuredOutputError, match=said):
        way(chat.with_structured_output(schema, method="function_calling"))


@every_way
def test_the_call_of_the_tool_counts_among_others(
    make_chat: MakeChat, way: Way
) -> None:
    calls = [call("Look", "{}"), {**call("Pay", WHOLE), "id": "c2", "index": 1}]
    chat = make_chat(answer(way, {"tool_calls": calls}, "tool_calls"))
    asked = chat.with_structured_output(Pay, method="function_calling")

    assert way(asked)[-1] == Pay(to="Ann", amount=1200)


def test_a_call_in_place_of_json_is_named(make_chat: MakeChat) -> None:
    message = {"content": None, "tool_calls": [call("look", "{}")]}
    chat = make_chat(answer(invoked, message, "tool_calls"))

    with pytest.raises(StructuredOutputError, match="called 'look' instead"):
        chat.with_structured_output(Pay).invoke("x")


REFUSALS = [
    pytest.param(({"refusal": "I will not."}, "stop", "I will not."), id="refusal"),
    pytest.param(
        ({"refusal": "I will not.", "content": WHOLE}, "stop", "I will not."),
        id="refusal next to an object",
    ),
    pytest.param(
        ({"content": ""}, "content_filter", "content_filter"), id="filtered and empty"
    ),
    pytest.param(
        ({"content": CUT}, "content_filter", "Ann"), id="filtered in the middle"
    ),
    pytest.param(
        ({"content": "Let us talk of something else."}, "blacklist", "something else"),
        id="blacklist",
    ),
    pytest.param(
        ({"content": "I cannot"}, "refusal", "I cannot"), id="reason is refusal"
    ),
    *(
        pytest.param(({"content": ""}, reason, reason), id=reason)
        for reason in (
            "content-filter",
            "content_filter: RECITATION",
            "FINISH_REASON_SAFETY",
            "IMAGE_PROHIBITED_CONTENT",
            "ERROR_TOXIC",
        )
    ),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(Pay, id="Pay"),
        pytest.param(SCHEMA, id="schema"),
        pytest.param(PayDict, id="PayDict"),
    ],
)
@pytest.mark.parametrize("refusal", REFUSALS)
@every_way
def test_a_refusal_is_an_error_with_its_words(
    make_chat: MakeChat,
    way: Way,
    method: Method,
    schema: Any,
    refusal: tuple[dict[str, Any], str, str],
) -> None:
    message, reason, words = refusal
    chat = make_chat(answer(way, message, reason))

    with pytest.raises(RefusalError, match=words) as caught:
        way(chat.with_structured_output(schema, method=method))

    assert_whole_error(caught.value, reason)
    assert isinstance(caught.value, ModelError)
    assert caught.value.raw_message is caught.value.partial


@pytest.mark.parametrize("method", METHODS)
@every_way
def test_a_refusal_is_a_parsing_error_beside_the_raw_message(
    make_chat: MakeChat, way: Way, method: Method
) -> None:
    chat = make_chat(answer(way, {"refusal": "I will not."}))

    output = way(chat.with_structured_output(Pay, method=method, include_raw=True))[-1]

    assert output["parsed"] is None
    assert isinstance(output["parsing_error"], RefusalError)


def test_a_refusal_is_the_error_that_langchain_has_for_it() -> None:
    name = "ModelRefusalError"
    langchains = getattr(langchain_core.exceptions, name, ModelError)

    assert issubclass(RefusalError, langchains)


@pytest.mark.parametrize("cls", [StructuredOutputError, RefusalError])
def test_an_error_survives_pickling(cls: type[StructuredOutputError]) -> None:
    message = AIMessage("a")
    error = cls("no", llm_output="a", finish_reason="stop", partial=message)

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert str(copy) == "no"
    assert (copy.llm_output, copy.finish_reason) == ("a", "stop")
    assert (copy.partial, copy.send_to_llm) == (message, False)
