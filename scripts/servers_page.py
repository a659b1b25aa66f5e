"""Write docs/servers.md from the tests of what servers send wrongly.

Run from the root of the project: `python -m scripts.servers_page`.
"""

from collections.abc import Iterable
from pathlib import Path

from tests.unit_tests.quirks.quirks import THEMES
from tests.unit_tests.quirks.quirks_elsewhere import ELSEWHERE

PAGE = Path(__file__).parents[1] / "docs" / "servers.md"

_HEADS = {
    "Requests": "A server",
    "Time and connections": "A server",
    "Your application": "An application has",
}
_AS_ABOVE = "the same"
"""An outcome that is that of the row before."""
_START = """\
<!-- Written by `python -m scripts.servers_page`. -->

# How servers deviate, and what happens then

Servers differ in how they implement chat completions. One reader handles them all;
except where a setting is named, nothing has to be set. Parentheses name servers on
which the deviation has been seen.

Each row is backed by tests with their own bytes: read whole, event by event and byte
by byte, with `invoke`, `stream`, `stream_events` and their async twins, with the same
outcome. Rows about time, connections and requests have separate tests.
"""

_END = """\
## Deltas with the whole text so far

A `delta` holds the next part of the text. A few servers and relays send the whole text
so far instead, such as DashScope's own API without `incremental_output`. The bytes do
not show which of the two a delta is: a model may write `ha`, `haha`, `hahaha`. A wrong
guess would lose text, so every delta is added.

You recognize such a server by an answer that begins again with every chunk ("The", "The
cat" and "The cat sat" become "TheThe catThe cat sat"), and that is far longer than its
`usage_metadata["output_tokens"]`. Make the server send increments, for example with
`extra_body={"incremental_output": True}`, or call `invoke`, which does not stream. A
`message` instead of the `delta` is read correctly in both forms.

## Other deviations

Record the stream with `curl --no-buffer`, and open an issue with the relevant bytes,
without ids and keys.
"""


def page() -> str:
    """Return the page as it has to be."""
    parts = [_START]
    for theme, quirks in THEMES.items():
        parts.append(_table(theme, ((quirk.sends, quirk.does) for quirk in quirks)))
    for theme, others in ELSEWHERE.items():
        parts.append(_table(theme, ((other.sends, other.does) for other in others)))
    return "\n".join([*parts, _END])


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    head = _HEADS.get(title, "A server sends")
    lines = [f"| {'<br>'.join(sends)} | {does} |" for does, sends in _merged(rows)]
    return "\n".join(
        [
            f"## {title}",
            "",
            f"| {head} | Outcome |",
            "| --- | --- |",
            *lines,
            "",
        ]
    )


def _merged(rows: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return one row for all that follow each other and have the same outcome."""
    merged: list[tuple[str, list[str]]] = []
    for sends, does in rows:
        if merged and does in {_AS_ABOVE, merged[-1][0]}:
            merged[-1][1].append(sends)
        else:
            merged.append((does, [sends]))
    return merged


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} is written.")
