"""Values that fit a JSON schema."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.testing.schema import quoted_texts, value_from_schema


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("prompt", "texts"),
    [
        ("named '你好啊集团' (Hello)", ["你好啊集团"]),
        ('say "a b" and «в» and “d”', ["a b", "в", "d"]),
        ("it's what Ann's dog does", []),
    ],
)
def test_finds_what_is_quoted(prompt: str, texts: list[str]) -> None:
    assert quoted_texts(prompt) == texts


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, "value"),
        ({"const": None}, None),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "string", "examples": ["e"]}, "e"),
        ({"type": "string", "examples": []}, "value"),
        ({"type": "integer", "default": 0}, 0),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": ["null", "integer"]}, 1),
        ({"type": ["null"]}, None),
        ({"type": []}, "value"),
        ({"type": "file"}, "value"),
        ({"type": "number"}, 1.0),
        (obj(first_name={"type": "string"}), {"first_name": "first name"}),
        ({"properties": {"a": True}}, {"a": "a"}),
        ({"type": "object"}, {}),
        ({"items": {"type": "integer"}}, [1]),
        ({"type": "array"}, ["value"]),
        ({"type": "array", "items": {"type": "boolean"}, "minItems": 3}, [True] * 3),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]}, [1, 2]),
        (
            {
                "type": "array",
                "prefixItems": [{"const": 1}],
                "items": {"const": 2},
                "minItems": 3,
            },
            [1, 2, 2],
        ),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, True),
        ({"oneOf": [{"type": "null"}]}, None),
        ({"allOf": [obj(a={"const": 1}), {"type": "object"}]}, {"a": 1}),
        ({"type": "string", "minLength": 7}, "value.."),
        ({"type": "string", "maxLength": 2}, "va"),
        ({"type": "string", "format": "date"}, "2025-01-01"),
        ({"type": "string", "format": "unheard-of"}, "value"),
    ],
)
def test_makes_a_value_that_fits(schema: dict[str, Any], value: Any) -> None:
    assert value_from_schema(schema, "") == value


@pytest.mark.parametrize(
    ("schema", "number"),
    [
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "maximum": -5}, -5),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "integer", "exclusiveMinimum": -1000, "exclusiveMaximum": 1000}, 1),
        pytest.param(
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
            0.5,
            id="between two bounds",
        ),
        ({"type": "number", "exclusiveMinimum": 1}, 2.0),
        pytest.param(
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            0.5,
            id="from one bound to below another",
        ),
    ],
)
def test_keeps_to_the_bounds_of_a_number(schema: dict[str, Any], number: float) -> None:
    value = value_from_schema(schema, "")
    assert value == number
    assert isinstance(value, int) is (schema["type"] == "integer")


def test_takes_numbers_from_the_prompt_in_their_order() -> None:
    schema = obj(a={"type": "integer"}, b={"type": "number"}, c={"type": "integer"})
    assert value_from_schema(schema, "What is 3 + -4.5, gpt4?") == {
        "a": 3,
        "b": -4.5,
        "c": 1,
    }


def test_takes_strings_from_the_quotations_of_the_prompt_in_their_order() -> None:
    schema = obj(name={"type": "string"}, city={"type": "string"}, x={"type": "string"})
    prompt = "Create 'こんにちは株式会社' in \"Kyoto\""
    assert value_from_schema(schema, prompt) == {
        "name": "こんにちは株式会社",
        "city": "Kyoto",
        "x": "x",
    }


def test_does_not_take_the_quoted_name_of_a_property_for_a_value() -> None:
    schema = {"anyOf": [obj(first_name={"type": "string"})]}
    value = value_from_schema(schema, "Use the key 'first_name'.")
    assert value == {"first_name": "first name"}


def test_a_property_may_be_called_properties() -> None:
    schema = obj(properties={"type": "string"})
    assert value_from_schema(schema, "") == {"properties": "properties"}
    odd = {"type": "string", "properties": ["not a mapping"]}
    assert value_from_schema(odd, "") == "value"


def test_follows_references_into_the_schema() -> None:
    schema = {
        **obj(a={"$ref": "#/$defs/x~1y~0z", "description": "kept"}),
        "$defs": {"x/y~z": {"type": "object", "properties": {"b": {"const": 1}}}},
    }
    assert value_from_schema(schema, "") == {"a": {"b": 1}}


def test_ends_what_contains_itself() -> None:
    node = obj(
        next={"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        children={"type": "array", "items": {"$ref": "#/$defs/node"}},
        twin={"$ref": "#/$defs/node"},
    )
    node["required"] = ["next", "children"]
    value = value_from_schema({"$ref": "#/$defs/node", "$defs": {"node": node}}, "")
    for _ in range(4):
        value = value["next"]
    end: dict[str, Any] = {"next": None, "children": []}
    assert value == {**end, "twin": end}
