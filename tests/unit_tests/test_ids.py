from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.ids import LONGEST, unreadable


def rows(*named: tuple[str, dict[str, Any]]) -> list[Any]:
    """Return the tests of a table with one row for each name and its values."""
    return [
        SimpleNamespace(
            nodeid=f"test_x.py::test_it[{name}]",
            callspec=SimpleNamespace(
                id=name, params=values, indices=dict.fromkeys(values, number)
            ),
        )
        for number, (name, values) in enumerate(named)
    ]


def test_each_row_of_a_table_has_a_name_that_says_something(
    request: pytest.FixtureRequest,
) -> None:
    """All that were collected with this one: `make test` collects every unit test."""
    assert list(unreadable(request.session.items)) == []


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(rows(("given0", {"given": object()})), id="number of a row"),
        pytest.param(rows(("sync-given0", {"given": [1]})), id="one of two values"),
        pytest.param(
            rows(("{'a'…0", {"given": {}}), ("{'a'…1", {"given": {}})),
            id="equal beginnings",
        ),
        pytest.param(
            rows(("a-None_0", {"n": None}), ("a-None_1", {"n": None})),
            id="equal values",
        ),
        pytest.param(rows(("{" * (LONGEST + 1), {"given": {}})), id="too long"),
    ],
)
def test_a_name_that_says_nothing_is_found(table: list[Any]) -> None:
    assert all("give the row an `id`" in found for found in unreadable(table))
    assert len(list(unreadable(table))) == len(table)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(rows(("Cyrillic", {"given": object()})), id="words"),
        pytest.param(rows(("v0", {"n": "v0"}), ("v1", {"n": "v1"})), id="versions"),
        pytest.param(rows(("a-0", {"n": 0}), ("a-1", {"n": 1})), id="numbers"),
        pytest.param(rows(("a_long_name_of_" * 5, {"given": {}})), id="long words"),
        pytest.param([SimpleNamespace(nodeid="test_x.py::test_it")], id="no table"),
    ],
)
def test_a_name_that_says_something_is_not(table: list[Any]) -> None:
    assert list(unreadable(table)) == []
