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
_START = """\
<!-- Written by `python -m scripts.servers_page`. -->

# What we do when a server misbehaves

Every server has its own idea of a chat completion.
One reader reads them all; nothing has to be set for what is listed here, but where a
setting is named. Brackets name servers that were seen to do it, at some time.

Each row is a test with bytes of its own: read whole, event by event and byte by byte,
by `invoke`, `stream`, `stream_events` and their async twins, with the same outcome.
What is about time, connections and requests has tests of its own.
"""

_END = """\
## Yours is not listed?

Record the stream with `curl --no-buffer`, and open an issue with the bytes that
matter, without ids and keys.
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
    head = _HEADS.get(title, "What comes")
    lines: list[str] = []
    before = ""
    for sends, does in rows:
        # A row of the page must make sense without the row above it.
        before = before if does == "the same" else does
        lines.append(f"| {sends} | {before} |")
    return "\n".join(
        [
            f"## {title}",
            "",
            f"| {head} | What `ChatSSE` does |",
            "| --- | --- |",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} is written.")
