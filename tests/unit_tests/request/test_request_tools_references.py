from __future__ import annotations

from typing import Any

import pytest
from langchain_core.tools import StructuredTool
from pydantic import BaseModel, Field

from langchain_sse_chat.request.tools import (
    tools_to_wire,
)


class Tree(BaseModel):
    """A tree."""

    name: str = "root"
    left: Tree | None = None
    children: list[Tree] = []


class Forest(BaseModel):
    """Some trees."""

    trees: list[Tree]
    default: int = Field(default=3)


@pytest.mark.parametrize("given", [Tree, Tree.model_json_schema()])
def test_a_schema_that_refers_to_itself_keeps_its_definitions(given: Any) -> None:
    function = tools_to_wire([given])[0]["function"]
    assert (function["name"], function["description"]) == ("Tree", "A tree.")
    parameters = function["parameters"]
    assert parameters["properties"]["children"]["items"] == {"$ref": "#/$defs/Tree"}
    assert parameters["$defs"]["Tree"]["properties"].keys() == {
        "name",
        "left",
        "children",
    }


def test_a_self_referring_schema_below_the_top_keeps_its_definitions() -> None:
    parameters = tools_to_wire([Forest])[0]["function"]["parameters"]
    assert parameters["properties"]["trees"]["items"] == {"$ref": "#/$defs/Tree"}
    assert "Tree" in parameters["$defs"]


def test_a_self_referring_schema_can_be_strict() -> None:
    parameters = tools_to_wire([Forest], strict=True)[0]["function"]["parameters"]
    assert parameters["required"] == ["trees", "default"]
    tree = parameters["$defs"]["Tree"]
    assert tree["required"] == ["name", "left", "children"]
    assert tree["additionalProperties"] is False
    assert "default" not in tree["properties"]["name"]


@pytest.mark.parametrize("args_schema", [Forest, Forest.model_json_schema()])
def test_a_tool_with_a_self_referring_schema_keeps_its_own_name(
    args_schema: Any,
) -> None:
    plant = StructuredTool(
        name="plant",
        description="Plant trees.",
        args_schema=args_schema,
        func=lambda **_: "",
    )
    function = tools_to_wire([plant])[0]["function"]
    assert (function["name"], function["description"]) == ("plant", "Plant trees.")
    assert "Tree" in function["parameters"]["$defs"]
