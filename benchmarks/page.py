"""Print the tables of docs/performance.md from the files in `.cache/bench/`.

python -m benchmarks.page
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from benchmarks.peers import PEERS
from benchmarks.tables import FOLDER

_WAYS = ("httpx", "floor", "ChatSSE", *(maker.name for maker in PEERS))
_FORMS = {"text": (1, 4, 16), "reasoning": (1,), "tool": (1,)}
_MANY = 100
_TEN = 10


def rows_of(name: str) -> list[dict[str, Any]]:
    """Return the rows of a file, none when it was not written."""
    file = FOLDER / f"{name}.json"
    if not file.exists():
        return []
    rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["rows"]
    return rows


def shown(value: Any) -> str:
    """Return a cell."""
    if not isinstance(value, float):
        return "" if value is None else str(value)
    if value >= _MANY:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= _TEN else f"{value:.2f}"


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a table."""
    columns = list(columns)
    print(f"\n| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(shown(cell) for cell in row)} |")


def _tokens(name: str) -> None:
    found = rows_of(name)
    cells: dict[tuple[Any, ...], dict[str, str]] = {}
    for row in found:
        key = (row["kind"], row["events a write"], row["method"])
        if row["events a write"] in _FORMS[row["kind"]]:
            cell = shown(row["µs a token"])
            if cell and row["way"] in {maker.name for maker in PEERS}:
                cell += f" ({row['to ChatSSE']:.1f}x)"
            if cell and row["note"]:
                cell += "*"
            cells.setdefault(key, {})[row["way"]] = cell
    here = [way for way in _WAYS if any(one.get(way) for one in cells.values())]
    table(
        ("answer", "events a write", "method", *here),
        ([*key, *(one.get(way, "") for way in here)] for key, one in cells.items()),
    )


def _as_it_is(name: str) -> None:
    rows = [row for row in rows_of(name) if "not installed" not in row.values()]
    if rows:
        empty = {k for k in rows[0] if not any(row.get(k) for row in rows)}
        columns = [column for column in rows[0] if column not in empty]
        table(columns, ([row.get(column) for column in columns] for row in rows))


def main() -> None:
    """Print them all."""
    _tokens("tokens")
    _tokens("tokens_litellm")
    for name in ("profile", "first_token", "real_time", "startup"):
        _as_it_is(name)
    for name in ("memory", "growth", "decoder"):
        _as_it_is(name)


if __name__ == "__main__":
    main()
