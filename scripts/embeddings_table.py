"""Write the table of docs/embeddings.md from the facts about providers.

Run from the root of the project: `python -m scripts.embeddings_table`.
"""

from __future__ import annotations

from pathlib import Path

from langchain_sse_chat.embeddings.facts import FACTS, UNKNOWN, EmbeddingsFacts

PAGE = Path(__file__).parents[1] / "docs" / "embeddings.md"

_BEGIN = "<!-- Written by `python -m scripts.embeddings_table`. -->\n"
_END = "<!-- The end of what is written. -->\n"


def page(text: str) -> str:
    """Return the page with its table as the facts are now."""
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    return f"{before}{_BEGIN}\n{_table()}\n{_END}{after}"


def _table() -> str:
    lines = [
        "| `provider=` | Texts | Tokens | `encoding_format` | Also | Sources |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(f"`{name}`", FACTS[name]) for name in sorted(FACTS)),
        _row("any other", UNKNOWN),
    ]
    return "\n".join(lines) + "\n"


def _row(name: str, facts: EmbeddingsFacts) -> str:
    cells = [
        name,
        f"{facts.max_texts:,}",
        "" if facts.max_tokens is None else f"{facts.max_tokens:,}",
        facts.encoding_format or "",
        "; ".join(_notes(facts)),
        ", ".join(f"[{n}]({page})" for n, page in enumerate(facts.sources, 1)),
    ]
    return f"| {' | '.join(cells)} |"


def _notes(facts: EmbeddingsFacts) -> list[str]:
    notes = []
    if facts.dimensions_field is None:
        notes.append("no `dimensions`")
    elif facts.dimensions_field != "dimensions":
        notes.append(f"`dimensions` is sent as `{facts.dimensions_field}`")
    for kind, fields in (
        ("documents", facts.document_fields),
        ("queries", facts.query_fields),
    ):
        notes += [f"`{key}` is `{value}` for {kind}" for key, value in fields.items()]
    return notes


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    print(f"{PAGE.name} is written.")
