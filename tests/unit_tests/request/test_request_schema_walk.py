"""JSON schemas without a keyword that a server rejects, at every depth."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.request.schema_walk import without_keyword


@pytest.mark.parametrize(
    ("schema", "kept"),
    [
        pytest.param(
            {"title": "A", "type": "object"}, {"type": "object"}, id="its own"
        ),
        pytest.param(
            {"items": {"title": "A", "anyOf": [{"title": "B"}]}},
            {"items": {"anyOf": [{}]}},
            id="of schemas in it",
        ),
        pytest.param(
            {"properties": {"title": {"title": "Title", "type": "string"}}},
            {"properties": {"title": {"type": "string"}}},
            id="but no property of that name",
        ),
        pytest.param(
            {"enum": [{"title": "A"}], "default": {"title": "B"}},
            {"enum": [{"title": "A"}], "default": {"title": "B"}},
            id="nor a value",
        ),
        pytest.param(True, True, id="a schema that is a switch"),
    ],
)
def test_a_keyword_is_left_out(schema: Any, kept: Any) -> None:
    assert without_keyword(schema, "title") == kept


def test_each_schema_is_changed_before_it_is_read() -> None:
    changed = without_keyword(
        {"items": {"old": 1}},
        "old",
        lambda schema: (
            {**schema, "new": {"old": 2}}
            if "items" not in schema and "old" in schema and schema["old"] == 1
            else schema
        ),
    )

    assert changed == {"items": {"new": {}}}
