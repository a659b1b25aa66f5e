"""Examples and results of tools, which only GigaChat's functions have."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.tools import tool
from pydantic import BaseModel

from langchain_sse_chat.gigachat.tool_extras import with_extras
from tests.unit_tests.gigachat.gigachat_scripts import Sber

EXAMPLES = [{"request": "Weather in Oslo", "params": {"city": "Oslo"}}]
PROPERTIES = {"city": {"type": "string"}}


class Weather(BaseModel):
    """The weather."""

    city: str

    @staticmethod
    def few_shot_examples() -> list[dict[str, Any]]:
        return EXAMPLES


class Result(BaseModel):
    degrees: int


@tool(extras={"few_shot_examples": EXAMPLES, "return_schema": Result})
def weather(city: str) -> str:
    """Say what the weather is."""
    return city


def test_a_tool_has_examples_and_a_result(sber: Sber) -> None:
    sber.chat().bind_tools([weather]).invoke("x")

    [function] = sber.body["functions"]
    assert function["few_shot_examples"] == EXAMPLES
    assert function["return_parameters"]["properties"]["degrees"]["type"] == "integer"


def test_a_class_has_examples(sber: Sber) -> None:
    sber.chat().bind_tools([Weather]).invoke("x")

    [function] = sber.body["functions"]
    assert (function["name"], function["few_shot_examples"]) == ("Weather", EXAMPLES)
    assert function["parameters"]["required"] == ["city"]


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "object", "properties": PROPERTIES},
        {"parameters": {"type": "object", "properties": PROPERTIES}},
    ],
    ids=["schema", "parameters"],
)
def test_a_title_is_a_name(sber: Sber, inner: dict[str, Any]) -> None:
    given = {"type": "function", "function": {"title": "Weather", **inner}}

    sber.chat().bind_tools([given], tool_choice=True).invoke("x")

    [function] = sber.body["functions"]
    assert function["name"] == "Weather"
    assert function["parameters"] == {"type": "object", "properties": PROPERTIES}
    assert sber.body["function_call"] == {"name": "Weather"}


@pytest.mark.parametrize(
    "given",
    [
        Result,
        {"type": "text2image"},
        {"type": "function", "function": {"name": "f"}},
        {"type": "function", "function": {"title": 3}},
    ],
    ids=["class", "of the server", "name", "no title"],
)
def test_other_tools_are_not_changed(given: Any) -> None:
    assert with_extras(given) is given


def test_structured_output_has_the_examples_of_the_class(sber: Sber) -> None:
    chain = sber.chat().with_structured_output(Weather, include_raw=True)

    chain.invoke("x")

    [function] = sber.body["functions"]
    assert (function["name"], function["few_shot_examples"]) == ("Weather", EXAMPLES)


@pytest.mark.parametrize(
    ("strict", "sent"), [(None, True), (True, True), (False, False)], ids=str
)
def test_a_schema_is_strict_unless_that_is_refused(
    sber: Sber, *, strict: bool | None, sent: bool
) -> None:
    class Place(BaseModel):
        name: str
        region: str = "none"

    chain = sber.chat().with_structured_output(
        Place, method="json_schema", strict=strict, include_raw=True
    )
    chain.invoke("x")

    wanted = sber.body["response_format"]
    assert (wanted["type"], wanted["strict"]) == ("json_schema", sent)
    # Only a choice of one's own changes the schema.
    required = ["name", "region"] if strict else ["name"]
    assert wanted["schema"]["required"] == required


def test_json_mode_has_no_schema(sber: Sber) -> None:
    sber.chat().with_structured_output(None, include_raw=True).invoke("x")

    assert sber.body["response_format"] == {"type": "json_object"}
