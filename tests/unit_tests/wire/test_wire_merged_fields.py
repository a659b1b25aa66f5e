"""Unknown fields of many deltas, merged by their kind."""

from __future__ import annotations

from typing import Any

import pytest

from langchain_sse_chat.wire.merged_fields import Fields, merge_objects


@pytest.mark.parametrize(
    ("values", "merged"),
    [
        ([1, 2], 2),
        (["a", "b"], "b"),
        (["a", None, ""], "a"),
        ([[1], [2, 3]], [1, 2, 3]),
        ([[1], []], [1]),
        ([{"a": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ([{"t": "a", "id": "x"}, {"t": "b", "id": "y"}], {"t": "ab", "id": "y"}),
        ([{"t": "a"}, {"t": None}, {"t": ""}], {"t": "a"}),
        ([{"t": None}, {"t": ""}], {"t": ""}),
        ([{"n": {"t": "a"}}, {"n": {"t": "b"}}], {"n": {"t": "ab"}}),
        ([{"n": [1]}, {"n": [2]}], {"n": [1, 2]}),
        ([{"n": 1}, {"n": 2}], {"n": 2}),
        ([{"n": "a"}, {"n": 2}], {"n": 2}),
        ([{"n": None}], {"n": None}),
        ([[1], {"a": 1}], {"a": 1}),
        ([{"a": 1}, [1]], [1]),
        ([[1], 5], 5),
        ([5, [1]], [1]),
    ],
)
def test_a_field_is_put_together_by_its_kind(values: list[Any], merged: Any) -> None:
    fields = Fields()
    for value in values:
        fields.add("x", value)

    assert fields.merged() == {"x": merged}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_a_field_that_is_empty_says_nothing(empty: Any) -> None:
    fields = Fields()
    fields.add("x", empty)

    assert fields.merged() == {}


@pytest.mark.parametrize("value", [0, False])
def test_nought_and_no_are_values(value: Any) -> None:
    fields = Fields()
    fields.add("x", value)

    assert fields.merged() == {"x": value}


def test_one_object_is_kept_as_sent() -> None:
    sent = {"a": None, "b": ""}

    assert merge_objects([sent]) == sent
    assert merge_objects([sent]) is not sent
