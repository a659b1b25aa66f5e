"""Complete commands and file names while the user types."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from langchain_sse_chat.cli.chat.conversation import COMMANDS, WITH_FILE
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.user_path import user_path


class Completer:
    """Completes the line that is edited, for `readline.set_completer`.

    Args:
        readline: The module.
    """

    def __init__(self, readline: Any) -> None:
        self._readline = readline
        self._found: list[str] = []

    def __call__(self, text: str, state: int) -> str | None:
        """Return the completion of a number; `None` after the last one."""
        del text  # it begins after the last space, and names of files have spaces
        if state == 0:
            begin, end = self._readline.get_begidx(), self._readline.get_endidx()
            line = self._readline.get_line_buffer()[:end]
            self._found = [each[begin:] for each in completed(line)]
        return self._found[state] if state < len(self._found) else None


def completed(line: str) -> list[str]:
    """Return the lines that a line may become."""
    name, space, rest = line.partition(" ")
    if not space:
        return [each for each in COMMANDS if name and each.startswith(name)]
    if name not in WITH_FILE:
        return []
    return [f"{name} {path}" for path in sorted(_paths(rest))]


def _paths(begun: str) -> Iterator[str]:
    """Yield the paths that begin like this; folders end with a slash."""
    folder, begin = os.path.split(begun)
    try:
        entries = [*os.scandir(user_path(folder or "."))]
    except (OSError, CommandError):
        return
    shown = begun.removesuffix(begin)
    for entry in entries:
        is_hidden = entry.name.startswith(".") and not begin.startswith(".")
        if entry.name.startswith(begin) and not is_hidden:
            yield f"{shown}{entry.name}{'/' if entry.is_dir() else ''}"
