"""The request for the rest of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.continuation import continuation_of

QUESTION = {"role": "user", "content": "Count"}
BODY = {"model": "m", "messages": [QUESTION], "stream": True}
BEGUN = {"role": "assistant", "content": "One, two"}


def test_a_model_is_asked_to_go_on() -> None:
    rest = continuation_of(BODY, "One, two", Dialect())

    *before, asked = rest.body["messages"]
    assert before == [QUESTION, BEGUN]
    assert asked["role"] == "user"
    assert asked["content"].endswith("\n\nOne, two")
    assert rest.least_overlap == 1
    assert not rest.is_prefilled
    assert rest.body == {**BODY, "messages": rest.body["messages"]}
    assert BODY["messages"] == [QUESTION]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("short", "short", id="short"),
        pytest.param("x" * 100, "x" * 60, id="one long word"),
        pytest.param("床" * 100, "床" * 60, id="Chinese"),
        pytest.param(
            f"{'a' * 50} {'b' * 30} end", f"{'b' * 30} end", id="two long words"
        ),
        pytest.param(f"{'a' * 90} end ", "end ", id="end of a sentence"),
        pytest.param(f"{'a' * 50}\n\n- one\n- two\n", "- one\n- two\n", id="list"),
    ],
)
def test_the_last_words_begin_with_a_word(text: str, words: str) -> None:
    asked = continuation_of(BODY, text, Dialect()).body["messages"][-1]
    assert asked["content"].split("\n\n", 1)[1] == words


@pytest.mark.parametrize(
    ("continuation", "last", "fields"),
    [
        pytest.param("prefix", {**BEGUN, "prefix": True}, {}, id="prefix"),
        pytest.param(
            "continue_final_message",
            BEGUN,
            {"continue_final_message": True, "add_generation_prompt": False},
            id="continue_final_message",
        ),
    ],
)
def test_a_server_that_can_goes_on_with_the_message(
    continuation: Any, last: dict[str, Any], fields: dict[str, Any]
) -> None:
    dialect = Dialect(continuation=continuation)

    rest = continuation_of(BODY, "One, two", dialect)

    assert rest.body == {**BODY, **fields, "messages": [QUESTION, last]}
    assert rest.least_overlap is None
    assert rest.is_prefilled


def test_the_caller_s_own_fields_hold() -> None:
    dialect = Dialect(continuation="continue_final_message")
    body = {**BODY, "add_generation_prompt": None}

    assert continuation_of(body, "a", dialect).body["add_generation_prompt"] is None


def test_a_server_that_repeats_the_prefix_must_repeat_all_of_it() -> None:
    dialect = Dialect(continuation="prefix", repeats_prefix=True)
    assert continuation_of(BODY, "One, two", dialect).least_overlap == len("One, two")


def test_where_the_form_was_refused_the_model_is_asked() -> None:
    dialect = Dialect(continuation="prefix")

    rest = continuation_of(BODY, "One, two", dialect, may_prefill=False)

    assert [m["role"] for m in rest.body["messages"]] == ["user", "assistant", "user"]
    assert "prefix" not in rest.body["messages"][1]
    assert not rest.is_prefilled


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(BEGUN, id="plain"),
        pytest.param({**BEGUN, "prefix": True}, id="prefix"),
    ],
)
def test_an_answer_that_the_caller_began_grows(given: dict[str, Any]) -> None:
    body = {**BODY, "messages": [QUESTION, given]}

    rest = continuation_of(body, ", three", Dialect())

    grown = {**given, "content": "One, two, three"}
    assert rest.body["messages"] == [QUESTION, grown]
    assert rest.least_overlap is None
    assert body["messages"] == [QUESTION, given]
