"""Make the pictures of the terminal commands in docs/images/.

Each command runs in a pseudo-terminal, against a server with scripted answers, and its
screen becomes an SVG. Figures that depend on the machine are replaced by fixed ones, so
that a picture changes only with what is shown.

Run from the root of the project: `python -m scripts.terminal_pictures` (on Linux).
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.text import Text

from langchain_sse_chat.probe.questions import MAIN
from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.terminal import Terminal
from tests.unit_tests.probe import servers

IMAGES = Path(__file__).parents[1] / "docs" / "images"
_COLUMNS = 80
_PROBE_LINES = 44
_PROGRAM = [sys.executable, "-m", "langchain_sse_chat"]
_MODEL = "my-model"
_ADDRESS = "http://localhost:8000/v1"

_ANSWER = """\
**Rayleigh scattering**: air scatters short waves far more than long ones, by the \
fourth power of the frequency.

```python
red, blue = 700, 450  # nanometers
print((red / blue) ** 4)
```

- Blue light is scattered *5.9 times* as much as red light.
- At sunset the way through the air is longer, and red is what remains.
"""

_FIGURES = (
    (r"first token after \d+ ms", "first token after 350 ms"),
    (r"[\d,]+ tokens a second", "48 tokens a second"),
    (r"in \d+ reads over \d\.\d\d s", "in 117 reads over 1.24 s"),
    (r"first after \d\.\d\d s", "first after 0.35 s"),
)

_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; white-space: pre;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})"
 clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def chat() -> str:
    """Return the screen of a short chat."""
    with ScriptedServer() as server, tempfile.TemporaryDirectory() as state:
        server.script(
            Reply.text(_ANSWER, reasoning="They want the reason, and a formula."),
            Reply.text("You're welcome!"),
        )
        options = ["--base-url", server.base_url, "--model", _MODEL]
        terminal = Terminal(
            [*_PROGRAM, "chat", *options], {"XDG_STATE_HOME": state}, _COLUMNS
        )
        try:
            terminal.until("> ")
            for line in ("Why is the sky blue? Compute it in Python.", "Thanks!"):
                terminal.type(line)
                terminal.until("a second")
                terminal.until("> ")
            screen = terminal.raw
        finally:
            terminal.close()
    return _fixed(f"$ langchain-sse-chat chat {_shown(options)}\n{screen}", server)


def probe() -> str:
    """Return the first lines of the screen of a probe."""
    quick = servers.good()[MAIN]
    slow = replace(quick, first_delay=0.35, delay=0.02)
    listed = Reply.json({"data": [{"id": _MODEL}]})
    with servers.server(main=slow, models=listed) as server:
        options = ["--base-url", server.base_url, "--model", _MODEL]
        options += ["--api-key-env", "MY_KEY"]
        terminal = Terminal(
            [*_PROGRAM, "probe", *options], {"MY_KEY": servers.KEY}, _COLUMNS
        )
        try:
            _, screen = terminal.end()
        finally:
            terminal.close()
    lines = screen.splitlines()[:_PROBE_LINES]
    shown = "\n".join([*lines, "…"])
    return _fixed(f"$ langchain-sse-chat probe {_shown(options)}\n{shown}", server)


PICTURES = {"chat": chat, "probe": probe}


def picture(name: str, screen: str) -> str:
    """Return the SVG of a screen.

    Args:
        name: The name of the picture.
        screen: The text, with styles in ANSI codes.
    """
    console = Console(
        file=io.StringIO(), record=True, width=_COLUMNS, force_terminal=True
    )
    console.print(Text.from_ansi(screen))
    return console.export_svg(
        title=f"langchain-sse-chat {name}", code_format=_SVG, unique_id=name
    )


def words(svg: str) -> list[str]:
    """Return the texts of a picture; where they stand is up to the library."""
    found = re.findall(r">([^<>]+)</text>", svg)
    return [each.replace("&#160;", " ") for each in found if each.strip()]


def written() -> Mapping[Path, str]:
    """Return the files of the pictures, as they should be."""
    return {
        IMAGES / f"{name}.svg": picture(name, show()) for name, show in PICTURES.items()
    }


def _shown(options: list[str]) -> str:
    return " ".join(options)


def _fixed(screen: str, server: ScriptedServer) -> str:
    """Return a screen without what depends on the machine, and orders for a cursor."""
    screen = re.sub(r"\x1b\[\?\d+[hl]|\r", "", screen).replace(
        server.base_url, _ADDRESS
    )
    for pattern, fixed in _FIGURES:
        screen = re.sub(pattern, fixed, screen)
    return screen


if __name__ == "__main__":
    for path, content in written().items():
        path.write_text(content, encoding="utf-8")
