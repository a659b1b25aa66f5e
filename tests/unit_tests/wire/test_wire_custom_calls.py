"""The input of a custom tool, as the one argument that LangChain has for it."""

from __future__ import annotations

import json

import pytest

from langchain_sse_chat.wire.custom_calls import (
    INPUT_END,
    INPUT_START,
    input_of,
    input_part,
)

TEXT = 'print("ы")\n\\ 👍'


@pytest.mark.parametrize("size", [1, 3, 100])
def test_parts_of_an_input_add_up_to_arguments_that_hold_it(size: int) -> None:
    parts = [TEXT[i : i + size] for i in range(0, len(TEXT), size)]
    arguments = INPUT_START + "".join(map(input_part, parts)) + INPUT_END

    assert json.loads(arguments) == {"__arg1": TEXT}
    assert input_of(arguments) == TEXT
    assert input_of(json.loads(arguments)) == TEXT


def test_the_input_of_a_call_that_was_cut_is_what_came() -> None:
    assert input_of(INPUT_START + input_part("line 1\nli")) == "line 1\nli"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param({"a": "ы"}, '{"a": "ы"}', id="other arguments"),
        pytest.param({"__arg1": 5}, '{"__arg1": 5}', id="not a text"),
        pytest.param({"__arg1": "x", "a": 1}, '{"__arg1": "x", "a": 1}', id="and more"),
        pytest.param("bare", "bare", id="a text"),
        pytest.param(None, "", id="nothing"),
        pytest.param(INPUT_START + "\\", INPUT_START + "\\", id="half an escape"),
    ],
)
def test_arguments_of_another_form_are_sent_as_text(
    arguments: object, text: str
) -> None:
    assert input_of(arguments) == text
