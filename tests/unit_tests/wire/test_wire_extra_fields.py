"""Fields of a tool call beyond those that every server sends."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.extra_fields import (
    may_hold_arguments,
    merge_extras,
    read_extras,
)

BODY = {"name": "f", "arguments": "{}"}
ENTRY = {"index": 0, "id": "c", "type": "function", "function": BODY}


def test_an_ordinary_call_has_none() -> None:
    assert read_extras(ENTRY, BODY, "function") == {}


def test_they_are_kept_where_they_stood() -> None:
    body = {**BODY, "parameters": 0}
    entry = {**ENTRY, "extra_content": {"google": 1}, "function": body}

    assert read_extras(entry, body, "function") == {
        "extra_content": {"google": 1},
        "function": {"parameters": 0},
    }


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_empty_ones_are_left_out(empty: Any) -> None:
    assert read_extras({**ENTRY, "note": empty}, BODY, "function") == {}


def test_name_and_arguments_are_known_in_a_flat_entry_only() -> None:
    flat = {"id": "c", **BODY}

    assert read_extras(flat, {}, "function", flat=True) == {}
    assert read_extras(flat, {}, "function") == BODY


def test_the_last_value_counts_and_objects_are_merged() -> None:
    extras: dict[str, Any] = {"signature": "old", "function": {"a": 1}}
    merge_extras(extras, {"signature": "new", "function": {"b": 2}, "note": 1})

    assert extras == {"signature": "new", "function": {"a": 1, "b": 2}, "note": 1}


@pytest.mark.parametrize("key", ["args", "input", "parameters", "anything"])
@pytest.mark.parametrize("value", [{"a": 1}, '{"a": 1}', '": 1}', [1]])
def test_an_unknown_field_next_to_the_name_may_hold_the_arguments(
    key: str, value: Any
) -> None:
    extras = read_extras(ENTRY, {"name": "f", key: value}, "function")

    assert may_hold_arguments(extras, "function")


@pytest.mark.parametrize("key", ["args", "arguments", "input"])
def test_a_field_of_the_call_may_hold_its_arguments(key: str) -> None:
    extras = read_extras({**ENTRY, key: {"a": 1}}, {"name": "f"}, "function")

    assert may_hold_arguments(extras, "function")


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        ({}, {}),
        ({"extra_content": {"google": {"thought_signature": "s"}}}, {}),
        ({"provider_specific_fields": {"a": "b"}, "note": "x"}, {}),
        ({}, {"thought_signature": "s", "strict": True, "description": "d"}),
        ({}, {"count": 1, "args": None, "input": {}}),
    ],
)
def test_other_fields_hold_no_arguments(
    entry: dict[str, Any], body: dict[str, Any]
) -> None:
    extras = read_extras({**ENTRY, **entry}, {"name": "f", **body}, "function")

    assert not may_hold_arguments(extras, "function")
