"""Print the tables of docs/performance.md from the files in `.bench/`.

python -m benchmarks.page
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from benchmarks.peers import ASYNC_MAKERS, OURS, OURS_AIOHTTP, is_ours
from benchmarks.tables import FOLDER, NOT_INSTALLED
from benchmarks.tokens import CHUNK_FLOOR

_WAYS = ("httpx", CHUNK_FLOOR, "floor", *ASYNC_MAKERS)
TOKENS = ("tokens", "tokens_litellm", "tokens_openrouter")
"""The cost of a token, in the environments that there are."""
_FORMS = {"openai": (1, 4, 16), "text": (1, 16), "tool": (1,)}
"""Numbers of events in a write that have a row, for the kinds with several of them."""
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
        if row["events a write"] in _FORMS.get(row["kind"], (1,)):
            cell = shown(row["µs a token"])
            if cell and not is_ours(row["way"]):
                cell += f" ({row['to ChatSSE']:.1f}x)"
            if cell and row["note"]:
                cell += "*"
            cells.setdefault(key, {})[row["way"]] = cell
    here = [way for way in _WAYS if any(one.get(way) for one in cells.values())]
    if cells:
        table(
            ("answer", "events a write", "method", *here),
            ([*key, *(one.get(way, "") for way in here)] for key, one in cells.items()),
        )


def _to_the_floors() -> None:
    """Print what ours costs to the floors, for the events that OpenAI sends."""
    columns = ("to the floor", "to the chunk floor")
    rows = [
        (row["method"], row["way"], row["µs a token"], *(row[name] for name in columns))
        for row in rows_of("tokens")
        if (row["kind"], row["events a write"]) == ("openai", 1)
        and row["way"] in {OURS.name, OURS_AIOHTTP.name}
        and row["note"] != NOT_INSTALLED
    ]
    if rows:
        table(("method", "way", "µs a token", *columns), rows)


def _as_it_is(name: str) -> None:
    rows = [row for row in rows_of(name) if NOT_INSTALLED not in row.values()]
    if rows:
        empty = {k for k in rows[0] if not any(row.get(k) for row in rows)}
        columns = [column for column in rows[0] if column not in empty]
        table(columns, ([row.get(column) for column in columns] for row in rows))


def main() -> None:
    """Print them all."""
    for name in TOKENS:
        _tokens(name)
    _to_the_floors()
    for name in ("calls", "layers", "first_token", "real_time", "startup"):
        _as_it_is(name)
    for name in ("memory", "growth", "decoder"):
        _as_it_is(name)


if __name__ == "__main__":
    main()
