"""Values of chains as text."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from langchain_core.runnables.utils import AddableDict
from pydantic import BaseModel

from langchain_sse_chat.serve.answer.values import Values


class Point(BaseModel):
    """An object of a parser."""

    x: int


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], ""),
        ([None], ""),
        ([{"a": 1}, {"a": 1, "b": 2}], '{"a": 1, "b": 2}'),
        ([AddableDict(a="x"), AddableDict(b="y")], '{"a": "x", "b": "y"}'),
        ([[1], [2]], "[1, 2]"),
        ([Point(x=1)], '{"x": 1}'),
        ([{"day": date(2026, 1, 2)}], '{"day": "2026-01-02"}'),
        ([{"x": math.nan, "p": Point(x=1)}], '{"x": null, "p": {"x": 1}}'),
    ],
    ids=[
        "nothing",
        "none",
        "growing objects",
        "parts of an object",
        "lists",
        "a model",
        "a value that is not JSON",
        "a number that is not JSON",
    ],
)
def test_values_as_json(values: list[Any], text: str) -> None:
    added = Values()
    for value in values:
        added.feed(value)

    assert added.close() == text
