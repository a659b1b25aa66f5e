from __future__ import annotations

from typing import Any, Generic, TypeVar

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.request.tools import (
    OutputSchema,
    output_schema,
    response_format_to_wire,
)


class Joke(BaseModel):
    """A joke."""

    setup: str
    rating: int | None = None


class JokeDict(TypedDict):
    """A joke."""

    setup: str


ItemT = TypeVar("ItemT")


class Box(BaseModel, Generic[ItemT]):
    item: ItemT


SETUP = {"type": "object", "properties": {"setup": {"type": "string"}}}
REQUIRED = {**SETUP, "required": ["setup"]}
RATING = {"anyOf": [{"type": "integer"}, {"type": "null"}]}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(JokeDict, id="typed dict"),
        pytest.param(
            {"title": "JokeDict", "description": "A joke.", **REQUIRED}, id="schema"
        ),
        pytest.param(
            {"name": "JokeDict", "description": "A joke.", "parameters": REQUIRED},
            id="function",
        ),
        pytest.param(
            {
                "type": "function",
                "function": {
                    "name": "JokeDict",
                    "description": "A joke.",
                    "parameters": REQUIRED,
                },
            },
            id="tool",
        ),
    ],
)
def test_every_form_of_a_schema_gives_its_name_and_description(given: Any) -> None:
    assert output_schema(given) == OutputSchema(
        name="JokeDict", description="A joke.", parameters=REQUIRED, strict=None
    )


def test_a_pydantic_class_keeps_its_optional_field_optional() -> None:
    assert output_schema(Joke).parameters == {
        "type": "object",
        "properties": {
            "setup": {"type": "string"},
            "rating": {**RATING, "default": None},
        },
        "required": ["setup"],
    }


def test_strict_requires_every_property_and_allows_no_other() -> None:
    schema = output_schema(Joke, strict=True)
    assert schema.strict is True
    assert schema.parameters == {
        "type": "object",
        "properties": {"setup": {"type": "string"}, "rating": RATING},
        "required": ["setup", "rating"],
        "additionalProperties": False,
    }


def test_a_schemas_own_strict_is_taken() -> None:
    schema = output_schema({"name": "Joke", "parameters": REQUIRED, "strict": True})
    assert schema.strict is True
    assert schema.parameters["additionalProperties"] is False


def test_a_name_is_written_in_the_characters_that_the_wire_allows() -> None:
    assert output_schema(Box[int]).name == "Box_int_"
    assert output_schema({"title": "x" * 100, **SETUP}).name == "x" * 64


def test_a_schema_without_properties_is_an_empty_object() -> None:
    assert output_schema({"title": "Nothing"}).parameters == {
        "type": "object",
        "properties": {},
    }


def test_a_schema_is_a_response_format() -> None:
    schema = OutputSchema("Joke", "A joke.", REQUIRED, strict=True)
    assert schema.as_response_format() == {
        "type": "json_schema",
        "json_schema": {
            "name": "Joke",
            "description": "A joke.",
            "schema": REQUIRED,
            "strict": True,
        },
    }


def test_a_response_format_has_no_empty_description_and_no_open_strict() -> None:
    schema = OutputSchema("Joke", "", REQUIRED, strict=None)
    assert schema.as_response_format() == {
        "type": "json_schema",
        "json_schema": {"name": "Joke", "schema": REQUIRED},
    }


@pytest.mark.parametrize("strict", [None, True, False])
def test_a_schema_is_a_tool(strict: bool | None) -> None:
    said = {} if strict is None else {"strict": strict}
    schema = OutputSchema("Joke", "A joke.", REQUIRED, strict=strict)
    assert schema.as_tool() == {
        "type": "function",
        "function": {
            "name": "Joke",
            "description": "A joke.",
            "parameters": REQUIRED,
            **said,
        },
    }


def test_no_response_format_is_none() -> None:
    assert response_format_to_wire(None) is None


@pytest.mark.parametrize(
    "given",
    [
        {"type": "json_object"},
        {"type": "text"},
        {"type": "json_schema", "json_schema": {"name": "Joke", "schema": REQUIRED}},
        {"type": "json_schema", "schema": REQUIRED, "strict": True},
        {"type": "grammar", "grammar": "root ::= x"},
        {"type": "json_schema", "name": "Joke"},
    ],
)
def test_a_response_format_in_the_form_of_the_wire_stays_as_it_is(
    given: dict[str, Any],
) -> None:
    wire = response_format_to_wire(given)
    assert wire == given
    assert wire is not given


@pytest.mark.parametrize(
    "given",
    [
        {"title": "Joke", **REQUIRED},
        {"name": "Joke", "schema": REQUIRED},
        {"name": "Joke", "parameters": REQUIRED},
    ],
)
def test_a_bare_schema_is_wrapped(given: dict[str, Any]) -> None:
    assert response_format_to_wire(given) == {
        "type": "json_schema",
        "json_schema": {"name": "Joke", "schema": REQUIRED},
    }


def test_a_class_becomes_a_response_format() -> None:
    wire = response_format_to_wire(Joke, strict=True)
    assert wire == output_schema(Joke, strict=True).as_response_format()


@pytest.mark.parametrize(
    ("given", "sent"),
    [({}, True), ({"strict": False}, False)],
)
def test_strict_is_said_in_a_wire_form_that_does_not_say(
    given: dict[str, Any], sent: bool
) -> None:
    json_schema = {"name": "Joke", "schema": REQUIRED, **given}
    wire = response_format_to_wire(
        {"type": "json_schema", "json_schema": json_schema}, strict=True
    )
    assert wire == {
        "type": "json_schema",
        "json_schema": {"name": "Joke", "schema": REQUIRED, "strict": sent},
    }
    assert json_schema == {"name": "Joke", "schema": REQUIRED, **given}


def test_strict_is_not_said_where_there_is_no_schema() -> None:
    assert response_format_to_wire({"type": "json_object"}, strict=True) == {
        "type": "json_object"
    }


@pytest.mark.parametrize("given", [SETUP, 7])
def test_a_schema_without_a_name_is_refused(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="The output schema, a "):
        response_format_to_wire(given)
