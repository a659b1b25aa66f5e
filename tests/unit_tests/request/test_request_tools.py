from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from langchain_core.tools import StructuredTool, tool
from pydantic import BaseModel
from pydantic.v1 import BaseModel as BaseModelV1
from typing_extensions import TypedDict

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.tools import (
    tools_to_wire,
)


class Add(BaseModel):
    """Add one."""

    a: int


class AddV1(BaseModelV1):
    """Add one."""

    a: int


class AddDict(TypedDict):
    """Add one."""

    a: Annotated[int, ..., "the number"]


@tool
def add(a: int) -> int:
    """Add one."""
    return a + 1


def add_function(a: int) -> int:
    """Add one."""
    return a + 1


A = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
STRICT_A = {**A, "additionalProperties": False}


def function_tool(name: str, **keys: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **keys}}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        pytest.param(add, "add", id="tool"),
        pytest.param(add_function, "add_function", id="function"),
        pytest.param(Add, "Add", id="pydantic"),
        pytest.param(AddV1, "AddV1", id="pydantic 1"),
        pytest.param(
            {"name": "f", "description": "Add one.", "parameters": A},
            "f",
            id="JSON",
        ),
        pytest.param(
            function_tool("f", description="Add one.", parameters=A), "f", id="OpenAI"
        ),
        pytest.param(
            {
                "type": "function",
                "name": "f",
                "description": "Add one.",
                "parameters": A,
            },
            "f",
            id="OpenAI flat",
        ),
        pytest.param(
            {
                "name": "f",
                "description": "Add one.",
                "input_schema": A,
            },
            "f",
            id="Anthropic",
        ),
        pytest.param(
            {
                "type": "custom",
                "name": "f",
                "description": "Add one.",
                "input_schema": A,
            },
            "f",
            id="Anthropic typed",
        ),
        pytest.param(
            {
                "toolSpec": {
                    "name": "f",
                    "description": "Add one.",
                    "inputSchema": {"json": A},
                }
            },
            "f",
            id="Bedrock",
        ),
        pytest.param({"title": "f", "description": "Add one.", **A}, "f", id="schema"),
    ],
)
def test_every_form_of_a_tool_gives_the_same_function(given: Any, name: str) -> None:
    assert tools_to_wire([given]) == [
        function_tool(name, description="Add one.", parameters=A)
    ]


def test_a_typed_dict_gives_a_function_with_its_descriptions() -> None:
    (wire,) = tools_to_wire([AddDict])
    assert wire["function"]["name"] == "AddDict"
    assert wire["function"]["parameters"]["properties"] == {
        "a": {"type": "integer", "description": "the number"}
    }


@pytest.mark.parametrize(
    "given",
    [
        {"type": "web_search"},
        {"type": "web_search", "web_search": {"enable": True}},
        {"type": "builtin_function", "function": {"name": "$web_search"}},
        {"type": "bash_20250124", "name": "bash"},
        pytest.param(
            function_tool("f", parameters=A, returns="text"), id="unknown field"
        ),
        pytest.param(
            {
                **function_tool("f", parameters=A),
                "cache_control": {"type": "ephemeral"},
            },
            id="cache control",
        ),
    ],
)
def test_a_tool_in_the_form_of_the_wire_stays_as_it_is(given: dict[str, Any]) -> None:
    (wire,) = tools_to_wire([given])
    assert wire == given
    assert wire is not given


@pytest.mark.parametrize(
    "kind", ["object", "array", "string", "number", "integer", "boolean", "null"]
)
def test_a_dict_with_a_type_of_json_is_a_schema_and_no_tool_of_the_server(
    kind: str,
) -> None:
    (wire,) = tools_to_wire([{"title": "f", "type": kind}])
    assert wire == function_tool("f", parameters={"type": "object", "properties": {}})


FREE = {"type": "object", "properties": {"a": {"type": "object"}}}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        pytest.param(None, {"type": "object", "properties": {}}, id="none"),
        pytest.param({}, {"type": "object", "properties": {}}, id="empty"),
        pytest.param(
            {"type": "object"}, {"type": "object", "properties": {}}, id="only a type"
        ),
        pytest.param(
            {"type": "object", "properties": None, "additionalProperties": True},
            {"type": "object", "properties": {}, "additionalProperties": True},
            id="null properties",
        ),
        pytest.param(FREE, FREE, id="free"),
        pytest.param({"type": "string"}, {"type": "string"}, id="not an object"),
        pytest.param({"anyOf": [FREE]}, {"anyOf": [FREE]}, id="anyOf"),
        pytest.param("odd", "odd", id="not a schema"),
    ],
)
@pytest.mark.parametrize("flat", [True, False])
def test_the_schema_of_a_tool_says_its_properties(
    given: Any, sent: Any, *, flat: bool
) -> None:
    function = {"name": "f", "parameters": given}
    tool = {"type": "function", **(function if flat else {"function": function})}
    (wire,) = tools_to_wire([tool])
    assert wire["function"] == {"name": "f", "parameters": sent}


def test_strict_leaves_the_other_keys_of_a_tool_alone() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    (wire,) = tools_to_wire([{**function_tool("f", x=1), **mark}], strict=True)
    assert wire["cache_control"] == mark["cache_control"]
    assert wire["function"]["x"] == 1


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(add, id="tool"),
        pytest.param(Add, id="pydantic"),
        pytest.param({"title": "f", **A}, id="schema"),
        pytest.param({"name": "f", "parameters": A}, id="function"),
        pytest.param({"name": "f", "input_schema": A}, id="Anthropic"),
        pytest.param(function_tool("f", parameters=A), id="OpenAI"),
    ],
)
def test_strict_closes_the_schema_and_says_so(given: Any) -> None:
    function = tools_to_wire([given], strict=True)[0]["function"]
    assert function["strict"] is True
    assert function["parameters"] == STRICT_A


def test_strict_false_is_said_and_changes_no_schema() -> None:
    function = tools_to_wire([add], strict=False)[0]["function"]
    assert function["strict"] is False
    assert function["parameters"] == A


@pytest.mark.parametrize(
    "given",
    [
        {"name": "f"},
        {"title": "f", "type": "object"},
        function_tool("f"),
    ],
)
def test_strict_takes_a_function_without_parameters(given: dict[str, Any]) -> None:
    assert tools_to_wire([given], strict=True) == [
        function_tool(
            "f",
            strict=True,
            parameters={
                "type": "object",
                "properties": {},
                "additionalProperties": False,
            },
        )
    ]


@pytest.mark.parametrize(
    "given",
    [
        function_tool("f", parameters=A, strict=False),
        {"name": "f", "parameters": A, "strict": False},
    ],
)
def test_a_tools_own_strict_goes_before_the_general_one(given: dict[str, Any]) -> None:
    assert tools_to_wire([given], strict=True) == [
        function_tool("f", parameters=A, strict=False)
    ]


def test_a_strict_schema_has_no_defaults_but_may_have_a_property_of_that_name() -> None:
    schema = {
        "title": "f",
        "type": "object",
        "properties": {
            "default": {"type": "integer", "default": 3},
            "a": {"anyOf": [{"type": "string", "default": "x"}, {"type": "null"}]},
            "b": {"enum": [{"default": 1}]},
            "c": {"type": "array", "items": {"type": "integer", "default": 1}},
        },
        "$defs": None,
    }
    function = tools_to_wire([schema], strict=True)[0]["function"]
    assert function["parameters"]["properties"] == {
        "default": {"type": "integer"},
        "a": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "b": {"enum": [{"default": 1}]},
        "c": {"type": "array", "items": {"type": "integer"}},
    }
    assert schema["properties"]["default"] == {"type": "integer", "default": 3}  # type: ignore[index]


@pytest.mark.parametrize("key", ["$defs", "definitions"])
def test_a_definition_may_be_called_default(key: str) -> None:
    schema = {
        "title": "f",
        "type": "object",
        "properties": {"a": {"$ref": f"#/{key}/default"}},
        key: {"default": {"type": "integer"}},
    }
    function = tools_to_wire([schema], strict=True)[0]["function"]
    assert function["parameters"][key] == {"default": {"type": "integer"}}


def test_a_strict_function_in_the_form_of_the_wire_is_not_rewritten() -> None:
    given = function_tool("f", parameters=A, strict=True)
    assert tools_to_wire([given], strict=True) == [given]


def test_a_tool_with_a_schema_of_pydantic_1_is_converted() -> None:
    with_v1 = StructuredTool(
        name="f", description="Add one.", args_schema=AddV1, func=lambda **_: ""
    )
    assert tools_to_wire([with_v1]) == [
        function_tool("f", description="Add one.", parameters=A)
    ]


def test_definitions_without_a_cycle_are_written_out() -> None:
    class Pair(BaseModel):
        left: Add
        right: Add

    parameters = tools_to_wire([Pair])[0]["function"]["parameters"]
    assert "$defs" not in parameters
    assert parameters["properties"]["left"]["properties"] == A["properties"]


class NoJson(BaseModel):
    call: Callable[[int], int]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (NoJson, r"tools\[1\], 'NoJson', has no schema"),
        pytest.param(
            StructuredTool(
                name="bad", description="d", args_schema=NoJson, func=lambda **_: ""
            ),
            r"tools\[1\], 'bad', has no schema",
            id="tool without a schema",
        ),
        pytest.param(
            functools.partial(add_function, 1),
            r"tools\[1\], a partial, has no schema",
            id="partial",
        ),
        (7, r"tools\[1\], a int, has no schema"),
        ({}, r"tools\[1\], a dict, has no schema"),
        ({"type": "object", "properties": {}}, "must have a top-level 'title'"),
        ({"name": 7}, r"tools\[1\], a dict, has no name"),
        ({"name": ""}, r"tools\[1\], a dict, has no name"),
        ({"type": "function"}, r"tools\[1\] is a function without a name"),
        ({"type": "function", "function": None}, "function without a name"),
    ],
)
def test_what_is_no_tool_is_refused_by_name(given: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        tools_to_wire([add, given])
