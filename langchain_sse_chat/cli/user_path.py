"""Find the file that a user names."""

from __future__ import annotations

import os
from pathlib import Path

from langchain_sse_chat.cli.load import CommandError


def user_path(name: str) -> Path:
    """Return the path; `~` is the user's folder, as far as there is one.

    Raises:
        CommandError: The name has a NUL character.
    """
    if "\0" in name:
        msg = "The name of a file cannot have a NUL character."
        raise CommandError(msg)
    return Path(os.path.expanduser(name))  # noqa: PTH111  pathlib needs a home
