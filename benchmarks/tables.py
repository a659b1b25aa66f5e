"""Tables: Markdown on standard output, and the same as JSON in `.bench/`."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers import is_ours, versions

FOLDER = Path(os.environ.get("BENCH_FOLDER", ".bench"))
NOT_INSTALLED = "not installed"
_MANY = 100


class Table:
    """Rows that are printed as they come, and written to a file at the end."""

    def __init__(self, name: str, title: str, *columns: str) -> None:
        """Print the head of a table."""
        self._name = name
        self._columns = columns
        self._rows: list[tuple[Any, ...]] = []
        self._faults: list[str] = []
        print(f"\n## {title}\n\n{_line(columns)}")
        print(_line(["---"] * len(columns)), flush=True)

    def add(self, *cells: Any) -> None:
        """Print a row."""
        self._rows.append(cells)
        print(_line([_shown(cell) for cell in cells]), flush=True)

    def fault(self, way: str, what: str) -> None:
        """Remember what went wrong, `""` for nothing; what a peer does is its own."""
        if what and is_ours(way):
            self._faults.append(f"{self._name}: {way}: {what}")

    def end(self) -> None:
        """Write the file of the table, and exit when a way of our own failed.

        Raises:
            SystemExit: It did; standard error says how.
        """
        self.save()
        if self._faults:
            sys.exit("\n".join(dict.fromkeys(self._faults)))

    def save(self) -> None:
        """Write the file of the table."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        content = {
            "measured": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "machine": machine(),
            "rows": [dict(zip(self._columns, row, strict=False)) for row in self._rows],
        }
        file = FOLDER / f"{self._name}.json"
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """Return the environment that the numbers depend on."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": versions(),
    }


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= _MANY else f"{cell:.3g}"
    return "" if cell is None else str(cell)


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"
