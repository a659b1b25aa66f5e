"""Render Markdown with rich, which the extra `cli` installs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any

_CODE_THEME = "ansi_dark"
"""Colors of the terminal itself, which go with any background."""

_IMAGE = "🌆 "
"""The mark of an image, as rich has it."""
_BLANK = re.compile(r"(?:\x1b\[[0-9;]*m| )*")
_END = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")
"""Spaces at the end of a line, which would fill lines in a terminal made narrower."""


def rich_renderer(
    width: Callable[[], int],
) -> Callable[[], Callable[[str], list[str]]] | None:
    """Return a function for `MarkdownStream`, `None` if rich is not installed.

    Args:
        width: Returns the number of columns of the terminal.
    """
    try:
        from rich.console import Console  # noqa: PLC0415  it is optional
        from rich.markdown import Markdown  # noqa: PLC0415
    except ImportError:
        return None

    def renderer() -> Callable[[str], list[str]]:
        columns = width()

        def render(text: str) -> list[str]:
            out = io.StringIO()
            console = Console(
                file=out, width=columns, force_terminal=True, legacy_windows=False
            )
            markdown = Markdown(text, code_theme=_CODE_THEME, hyperlinks=False)
            _keep_images_in_place(markdown.parsed)
            console.print(markdown)
            return _without_margins(out.getvalue().split("\n"))

        return render

    return renderer


def _keep_images_in_place(tokens: Iterable[Any]) -> None:
    """Replace images by texts. rich shows them before the text of their paragraph.

    Args:
        tokens: The tokens of markdown-it-py, which are changed.
    """
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                child.type, child.content = "text", f"{_IMAGE}{child.content}"
                child.children = []


def _without_margins(lines: list[str]) -> list[str]:
    """Return lines without blank ones at both ends and spaces at their ends."""
    filled = [at for at, line in enumerate(lines) if not _BLANK.fullmatch(line)]
    if not filled:
        return []
    return [_END.sub(r"\1", line) for line in lines[filled[0] : filled[-1] + 1]]
