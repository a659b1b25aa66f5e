"""Write the table of docs/serve-settings.md from `create_app` and its docstring.

Run from the root of the project: `python -m scripts.settings_table`.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from langchain_sse_chat.serve import create_app
from scripts.fields_table import code

PAGE = Path(__file__).parents[1] / "docs" / "serve-settings.md"

_BEGIN = "<!-- Written by `python -m scripts.settings_table`. -->\n"
_END = "<!-- The end of what is written. -->\n"
_SHOWN_AS = {
    "ApiKeys": "Iterable[str] | function",
    "Redis": "redis.asyncio.Redis",
}
"""Public names for aliases and imports of annotations."""


def page(text: str) -> str:
    """Return the page with its table as the settings are now."""
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{_table()}\n{_END}{after}"


def names() -> list[str]:
    """Return the names of the settings."""
    return list(inspect.signature(create_app).parameters)[1:]


def _table() -> str:
    lines = ["| Setting | Type | Default | Meaning |", "| --- | --- | --- | --- |"]
    parameters = inspect.signature(create_app).parameters
    meanings = _meanings()
    for name in names():
        parameter = parameters[name]
        default = f"`{parameter.default!r}`"
        cells = (f"`{name}`", code(_type(parameter)), default, meanings[name])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _type(parameter: inspect.Parameter) -> str:
    """Return the annotation, which is a text, as it is in the source."""
    parts = str(parameter.annotation).split(" | ")
    return " | ".join(_SHOWN_AS.get(part, part) for part in parts)


def _meanings() -> dict[str, str]:
    """Return the descriptions of the arguments, each as one line."""
    doc = inspect.getdoc(create_app) or ""
    arguments = doc.partition("\nArgs:\n")[2].partition("\n\n")[0]
    entries = re.split(r"^    (?=\w+: )", arguments, flags=re.MULTILINE)[1:]
    pairs = (entry.split(": ", 1) for entry in entries)
    return {name: " ".join(text.split()) for name, text in pairs}


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is written.")
