"""The names of the rows of a table: what a failure is read by."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

LONGEST = 88
"""Characters of the name of a row, so that a line of a report has room for it."""


def unreadable(items: Iterable[pytest.Item]) -> Iterator[str]:
    """Yield the tests whose rows have a name that tells nothing, and what to do.

    These are names that pytest makes up from the name of a parameter and a number,
    equal names that it tells apart by a number, and names that are too long.
    """
    tables: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        if hasattr(item, "callspec"):
            tables[item.nodeid.partition("[")[0]][item.callspec.id] = item
    for test, rows in tables.items():
        for name, item in rows.items():
            reason = _fault(name, item, rows)
            if reason:
                yield f"{test}[{name}]: {reason}; give the row an `id`"


def _fault(name: str, item: pytest.Item, rows: Iterable[str]) -> str:
    spec = item.callspec  # type: ignore[attr-defined]
    parts = name.split("-")
    if len(name) > LONGEST:
        return f"{len(name)} characters"
    if any(f"{each}{number}" in parts for each, number in spec.indices.items()):
        return "the number of a row"
    stem, number = re.fullmatch(r"(?s)(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]
    values = [str(each) for each in spec.params.values()]
    # A number behind a blank stands in a name that somebody wrote: `status 404`.
    is_made_up = bool(number and stem) and not stem.endswith(" ")
    if is_made_up and not any(name.endswith(each) for each in values if each):
        others = (each for each in rows if each != name)
        if any(re.fullmatch(rf"(?s){re.escape(stem)}_?\d+", each) for each in others):
            return "told apart by a number only"
    return ""


def named(rows: dict[str, tuple[Any, ...]]) -> list[Any]:
    """Return the rows of a table under their names, for `pytest.mark.parametrize`."""
    return [pytest.param(*row, id=name) for name, row in rows.items()]
