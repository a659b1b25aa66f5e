"""Write the Python examples of the README and of docs/ as modules, for type checkers.

usage: python -m scripts.snippets FOLDER

Each page becomes one module, whose lines are those of the page: an error in line 12 of
`page_quickstart.py` is in line 12 of `quickstart.md`.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return the pages that have examples."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def as_module(page: str) -> str:
    """Return the Python of a page, with an empty line for every other line."""
    lines = [""] * (page.count("\n") + 1)
    for fence in FENCE.finditer(page):
        first = page.count("\n", 0, fence.start(1))
        code = fence[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines).rstrip() + "\n"


def module_name(page: Path) -> str:
    """Return the name of a page's module, which no other module has."""
    return f"page_{page.stem.lower().replace('-', '_')}"


def write(folder: Path) -> list[Path]:
    """Write a module for each page that has Python; return their paths."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written = []
    for page in pages():
        module = as_module(page.read_text("utf-8"))
        if module.strip():
            path = folder / f"{module_name(page)}.py"
            path.write_text(module, "utf-8")
            written.append(path)
    return written


if __name__ == "__main__":
    print(f"{len(write(Path(sys.argv[1])))} pages have examples.")
