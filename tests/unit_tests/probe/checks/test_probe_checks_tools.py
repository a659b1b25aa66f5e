from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.probe.checks.tools import tools_lines
from langchain_sse_chat.probe.questions import AUTO, NAMED, REQUIRED
from tests.unit_tests.probe.answers import calls, refused, streamed, texts, verdict

ARGUMENTS = '{"city": "Paris"}'


def call(name: str = "get_weather", index: int | None = 0, **rest: Any) -> Any:
    function = {"name": name, "arguments": ARGUMENTS}
    entry = {"index": index, "id": f"c{index}", "function": function, **rest}
    return {key: value for key, value in entry.items() if value is not None}


def test_a_call_by_the_models_own_choice_is_a_yes() -> None:
    name = "tool_choice: auto"
    assert verdict(tools_lines, name, streamed(AUTO, calls(call()))) == "yes"
    assert verdict(tools_lines, name, streamed(AUTO, texts("Rain."))) == "not clear"
    assert verdict(tools_lines, name, refused(AUTO, "no tools here")) == "no"


def test_a_required_call_comes_even_for_a_greeting() -> None:
    name = "tool_choice: required"
    assert verdict(tools_lines, name, streamed(REQUIRED, calls(call()))) == "yes"
    assert verdict(tools_lines, name, streamed(REQUIRED, texts("Hello"))) == "no"
    limit = streamed(REQUIRED, texts("Hello", finish="length"))
    assert verdict(tools_lines, name, limit) == "not clear"
    other = streamed(REQUIRED, calls(call("made_up")))
    assert verdict(tools_lines, name, other) != "yes"


def test_a_named_call_is_of_that_tool_alone() -> None:
    name = "tool_choice: by name"
    assert verdict(tools_lines, name, streamed(NAMED, calls(call("get_time")))) == "yes"
    other = streamed(NAMED, calls(call("get_time"), call("get_weather", 1)))
    assert verdict(tools_lines, name, other) == "no"
    assert verdict(tools_lines, name, streamed(NAMED, texts("Hello"))) == "no"
    assert verdict(tools_lines, name, refused(NAMED, "only auto")) == "no"


def test_two_calls_in_one_answer_are_parallel() -> None:
    name = "parallel calls"
    rome = {"name": "get_weather", "arguments": '{"city": "Rome"}'}
    two = streamed(AUTO, calls(call(), call(index=1, function=rome)))
    assert verdict(tools_lines, name, two) == "yes"
    same_index = streamed(AUTO, calls(call(), call(id="c1", function=rome)))
    assert verdict(tools_lines, name, same_index) == "yes"
    assert verdict(tools_lines, name, streamed(AUTO, calls(call()))) == "not clear"


@pytest.mark.parametrize("arguments", [ARGUMENTS, "", "{", "[]", "{}"])
def test_a_call_that_is_repeated_or_broken_is_not_parallel(arguments: str) -> None:
    second = {"name": "get_weather", "arguments": arguments}
    answer = streamed(AUTO, calls(call(), call(index=1, function=second)))
    assert verdict(tools_lines, "parallel calls", answer) == "not clear"


def test_arguments_in_one_piece_are_told_from_those_in_several() -> None:
    name = "arguments in pieces"
    rest = {"index": 0, "function": {"arguments": " "}}
    assert verdict(tools_lines, name, streamed(AUTO, calls(call(), rest))) == "yes"
    assert verdict(tools_lines, name, streamed(AUTO, calls(call()))) == "no"
    same_index = streamed(AUTO, calls(call(), call(id="c1")))
    assert verdict(tools_lines, name, same_index) == "no"
    short = call(function={"name": "get_weather", "arguments": "{}"})
    assert verdict(tools_lines, name, streamed(AUTO, calls(short))) == "not clear"


def test_each_piece_has_an_index() -> None:
    name = "an index in each piece"
    assert verdict(tools_lines, name, streamed(AUTO, calls(call()))) == "yes"
    without = streamed(AUTO, calls(call(index=None)))
    assert verdict(tools_lines, name, without) == "no"


@pytest.mark.parametrize(
    ("ids", "expected"), [(("a", "b"), "yes"), (("a", "a"), "no"), (("a", ""), "no")]
)
def test_each_call_has_an_id_of_its_own(ids: tuple[str, str], expected: str) -> None:
    entries = [call(index=place, id=each) for place, each in enumerate(ids)]
    answer = streamed(AUTO, calls(*entries))
    assert verdict(tools_lines, "an ID for each call", answer) == expected


def test_nothing_is_clear_without_calls() -> None:
    assert {line.verdict for line in tools_lines({})} == {"not clear"}
