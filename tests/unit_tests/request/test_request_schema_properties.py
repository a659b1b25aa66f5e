"""Functions whose schema lists its properties, because servers require that."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.request.schema_properties import with_properties

EMPTY = {"type": "object", "properties": {}}


def function(**fields: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **fields}}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="no parameters"),
        pytest.param({"parameters": None}, id="null"),
        pytest.param({"parameters": {}}, id="an empty schema"),
        pytest.param({"parameters": {"type": "object"}}, id="no properties"),
        pytest.param(
            {"parameters": {"type": "object", "properties": None}},
            id="null for properties",
        ),
    ],
)
def test_a_function_without_properties_gets_an_empty_list(
    given: dict[str, Any],
) -> None:
    assert with_properties(function(**given)) == function(parameters=EMPTY)


@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(
            function(parameters={**EMPTY, "properties": {"a": {"type": "object"}}}),
            id="an object further down",
        ),
        pytest.param(function(parameters={"$ref": "#/$defs/A"}), id="a reference"),
        pytest.param(function(parameters={"anyOf": [EMPTY]}), id="a combination"),
        pytest.param(function(parameters={"type": "string"}), id="another type"),
        pytest.param(function(parameters="text"), id="not a schema"),
        pytest.param({"type": "web_search"}, id="a tool of the server"),
        pytest.param({"type": "function", "function": "f"}, id="not a function"),
    ],
)
def test_all_else_is_sent_as_it_is(tool: dict[str, Any]) -> None:
    assert with_properties(tool) == tool


def test_the_tool_that_was_given_does_not_change() -> None:
    tool = function(parameters={"type": "object"})
    with_properties(tool)

    assert tool == function(parameters={"type": "object"})
