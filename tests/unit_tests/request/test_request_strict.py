"""When a server is asked to hold an answer to its schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import BaseModel, Field, HttpUrl, create_model

from langchain_sse_chat.dialect import Dialect
from langchain_sse_chat.request.strict import effective_strict

STRICT = Dialect(strict_by_default=True)


class Inner(BaseModel):
    """Part of another."""

    x: int = 3


class Tree(BaseModel):
    """A tree."""

    children: list[Tree] = []


class Typed(TypedDict):
    """Not a class of pydantic."""

    x: int


def class_with(annotation: Any) -> type[BaseModel]:
    return create_model("Made", field=(annotation, ...))


@pytest.mark.parametrize(
    "annotation",
    [
        int,
        pytest.param(int | None, id="int or None"),
        Inner,
        pytest.param(list[Inner], id="list of models"),
        Tree,
        pytest.param(Literal["a", "b"], id="literal"),
        date,
        pytest.param(Annotated[int, Field(ge=2)], id="number with a limit"),
        pytest.param(Annotated[str, Field(pattern="^a+$")], id="pattern"),
    ],
)
def test_schemas_that_strict_mode_knows_are_strict_by_default(annotation: Any) -> None:
    made = class_with(annotation)

    assert effective_strict(made, None, STRICT) is True
    assert effective_strict(made, False, STRICT) is False
    assert effective_strict(made, None, Dialect()) is None


@pytest.mark.parametrize(
    "annotation",
    [
        pytest.param(dict[str, int], id="dict of numbers"),
        pytest.param(dict[str, Any], id="dict of anything"),
        pytest.param(Any, id="anything"),
        pytest.param(list[Any], id="list of anything"),
        pytest.param(list[dict[str, int]], id="list of dicts"),
        pytest.param(HttpUrl, id="URL"),
        pytest.param(Annotated[str, Field(min_length=2)], id="minimal length"),
        pytest.param(
            Annotated[str, Field(json_schema_extra={"pattern": "(?!a)b"})],
            id="look-ahead",
        ),
        pytest.param(tuple[int, str], id="tuple"),
    ],
)
def test_a_schema_that_strict_mode_would_change_or_refuse_is_sent_without(
    annotation: Any,
) -> None:
    made = class_with(annotation)

    assert effective_strict(made, None, STRICT) is None
    assert effective_strict(made, True, STRICT) is True


@pytest.mark.parametrize("schema", [Typed, {"title": "A", "type": "object"}, None])
def test_other_schemas_are_not_strict_by_default(schema: Any) -> None:
    assert effective_strict(schema, None, STRICT) is None
