"""Fields of a tool call beyond those that every server sends."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.extra_fields import merge_extras, read_extras

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
