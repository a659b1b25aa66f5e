"""End a command whose output nobody reads any more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

BROKEN_PIPE = 141
"""The exit status that shells show for a program whose pipe was closed."""


def discard_rest(out: TextIO) -> None:
    """Discard buffered output, which would fail again at exit."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), out.fileno())
