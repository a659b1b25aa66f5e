from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.serve.request.fields import OPTIONS
from langchain_sse_chat.serve.request.limits import RequestLimits
from tests.unit_tests.serve.bodies import param_of, read, refusal

TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
CUSTOM = {"type": "custom", "custom": {"name": "c"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "s", "schema": {}}}

OPTION_VALUES: dict[str, tuple[list[Any], list[Any]]] = {
    "temperature": ([0, 0.7, 2], [-0.1, 101, "1", True, []]),
    "top_p": ([0, 1], [-1, 1.1, "1"]),
    "max_tokens": ([1, 2**31 - 1], [0, -1, 1.5, 2**31, "1"]),
    "max_completion_tokens": ([1], [0, "1"]),
    "stop": ([["a"], ["a", "b"]], [5, [""], [5], "", {"a": 1}, ["a" * 1001]]),
    "seed": ([0, -1, 2**63 - 1], [2**63, "1", 0.5]),
    "presence_penalty": ([-2, 2], [-3, 3, "1"]),
    "frequency_penalty": ([-2, 2], [-3, 3, "1"]),
    "logit_bias": ([{}, {"5": -100}], [[], {"5": 101}, {"5": "1"}, {"5": None}]),
    "reasoning_effort": (["low"], ["", 5, "a" * 300]),
    "user": (["u"], ["", 5]),
}


def test_each_option_has_its_values_below() -> None:
    assert OPTION_VALUES.keys() == OPTIONS.keys()


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_passed_on(name: str) -> None:
    sent_as = "max_tokens" if name == "max_completion_tokens" else name
    for value in OPTION_VALUES[name][0]:
        assert read(**{name: value}).options == {sent_as: value}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_another_type_or_size_is_refused(name: str) -> None:
    for value in OPTION_VALUES[name][1]:
        assert str(param_of(**{name: value})).partition("[")[0].startswith(name)


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_that_is_null_is_not_passed_on(name: str) -> None:
    request = read(**{name: None})
    assert (request.options, request.ignored) == ({}, ())


def test_stop_texts_are_a_list() -> None:
    assert read(stop="a").options == {"stop": ["a"]}
    assert read(stop=[]).options == {}
    assert param_of(RequestLimits(stops=1), stop=["a", "b"]) == "stop"


def test_the_newer_name_of_the_token_limit_wins() -> None:
    request = read(max_tokens=5, max_completion_tokens=7)
    assert request.options == {"max_tokens": 7}


def test_tools_are_kept_as_sent() -> None:
    described = {
        "name": "g",
        "description": "d",
        "parameters": {"type": "object"},
        "strict": True,
    }
    tools = [TOOL, CUSTOM, {"type": "function", "function": described}]
    assert read(tools=tools).tools == tools


@pytest.mark.parametrize("tools", [None, []])
def test_there_may_be_no_tools(tools: Any) -> None:
    request = read(tools=tools, tool_choice="auto", parallel_tool_calls=False)

    assert (request.tools, request.tool_choice) == (None, None)
    assert request.parallel_tool_calls is None


@pytest.mark.parametrize(
    "tool",
    [
        None,
        {},
        {"type": "web_search"},
        {"type": ["function"]},
        {"type": "function"},
        {"type": "function", "function": {}},
        {"type": "function", "function": {"name": ""}},
        {"type": "function", "function": {"name": "f" * 300}},
        {"type": "function", "function": {"name": "g", "parameters": []}},
        {"type": "function", "function": {"name": "g", "description": 5}},
        {"type": "function", "function": {"name": "g", "strict": "yes"}},
        TOOL,
    ],
)
def test_a_broken_tool_is_refused_with_its_path(tool: Any) -> None:
    assert str(param_of(tools=[TOOL, tool])).startswith("tools[1]")


def test_too_many_tools_are_refused() -> None:
    assert param_of(RequestLimits(tools=1), tools=[TOOL, CUSTOM]) == "tools"
    assert param_of(tools=TOOL) == "tools"


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_a_word_is_a_choice(choice: str) -> None:
    assert read(tools=[TOOL], tool_choice=choice).tool_choice == choice


@pytest.mark.parametrize("tool", [TOOL, CUSTOM], ids=["function", "custom"])
def test_a_tool_by_its_name_is_a_choice(tool: dict[str, Any]) -> None:
    kind = tool["type"]
    choice = {"type": kind, kind: {"name": tool[kind]["name"]}}
    sent = {**choice, "other": 1}

    assert read(tools=[TOOL, CUSTOM], tool_choice=sent).tool_choice == choice


@pytest.mark.parametrize(
    "choice",
    [
        "all",
        5,
        [],
        {},
        {"type": "function"},
        {"type": ["function"]},
        {"type": "function", "function": "f"},
        {"type": "function", "function": {"name": "other"}},
        {"type": "custom", "custom": {"name": "f"}},
    ],
)
def test_another_choice_is_refused(choice: Any) -> None:
    assert param_of(tools=[TOOL], tool_choice=choice) == "tool_choice"


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "f"}}]
)
def test_a_call_cannot_be_required_without_tools(choice: Any) -> None:
    assert param_of(tool_choice=choice) == "tool_choice"


def test_parallel_calls_are_a_boolean() -> None:
    assert read(tools=[TOOL], parallel_tool_calls=False).parallel_tool_calls is False
    assert param_of(parallel_tool_calls="no") == "parallel_tool_calls"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (None, None),
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "json_object"}),
        (SCHEMA, SCHEMA),
        (
            {"type": "json_schema", "json_schema": {"name": "s", "strict": True}},
            {"type": "json_schema", "json_schema": {"name": "s", "strict": True}},
        ),
    ],
    ids=["null", "text", "object", "schema", "strict"],
)
def test_a_known_format_is_read(sent: Any, expected: Any) -> None:
    assert read(response_format=sent).response_format == expected


@pytest.mark.parametrize(
    "sent",
    [
        "json_object",
        {},
        {"type": "xml"},
        {"type": ["text"]},
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"schema": {}}},
        {"type": "json_schema", "json_schema": {"name": "s", "schema": []}},
        {"type": "json_schema", "json_schema": {"name": "s", "strict": 1}},
    ],
)
def test_another_format_is_refused(sent: Any) -> None:
    assert str(param_of(response_format=sent)).startswith("response_format")


def test_usage_is_requested_by_the_options_of_the_stream() -> None:
    assert read(stream=True, stream_options={"include_usage": True}).include_usage
    assert not read(stream=True, stream_options={"other": 1}).include_usage
    assert not read(stream=True, stream_options=None).include_usage
    assert not read(stream=True).include_usage


@pytest.mark.parametrize(
    "fields",
    [
        {"stream_options": {"include_usage": True}},
        {"stream_options": {}, "stream": False},
        {"stream_options": [], "stream": True},
        {"stream_options": {"include_usage": "yes"}, "stream": True},
    ],
)
def test_other_options_of_the_stream_are_refused(fields: dict[str, Any]) -> None:
    assert str(param_of(**fields)).startswith("stream_options")


def test_log_probabilities_are_read() -> None:
    request = read(logprobs=True, top_logprobs=3)
    assert (request.logprobs, request.top_logprobs) == (True, 3)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"logprobs": 1}, "logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"logprobs": False, "top_logprobs": 1}, "top_logprobs"),
        ({"top_logprobs": 1}, "top_logprobs"),
        ({"n": 0}, "n"),
        ({"n": 129}, "n"),
        ({"n": "1"}, "n"),
        ({"stream": "true"}, "stream"),
        ({"model": 5}, "model"),
        ({"model": ""}, "model"),
        ({"model": "m" * 300}, "model"),
        ({"modalities": "text"}, "modalities"),
        ({"modalities": [5]}, "modalities"),
        ({"audio": "alloy"}, "audio"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": 5}}, "metadata.a"),
    ],
)
def test_a_field_of_another_type_or_size_is_refused(
    fields: dict[str, Any], param: str
) -> None:
    assert param_of(**fields) == param


def test_text_alone_is_not_a_demand() -> None:
    assert read(modalities=["text"]).modalities is None
    assert read(modalities=["text", "audio"]).modalities == ["text", "audio"]


@pytest.mark.parametrize("name", ["functions", "function_call"])
def test_the_form_before_tools_is_refused(name: str) -> None:
    fields: dict[str, Any] = {name: [{"name": "f"}]}
    failure = refusal(**fields)

    assert (failure.param, failure.code) == (name, "unsupported_parameter")
    assert read(**{name: None}).ignored == ()
