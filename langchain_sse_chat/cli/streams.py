"""Make the standard streams usable."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO


def prepare_streams() -> None:
    """Open closed streams, and replace characters that a stream does not have.

    If a stream is closed, as after `>&-`, a socket would get its number, and what
    belongs to the terminal would be sent to a server. The input is then empty, errors
    are lost, and writing to standard output fails, as it does for other programs.
    """
    # In this order, each gets the lowest number that is free: its own.
    if sys.stdin is None:
        sys.stdin = _opened(os.O_RDONLY, "rb")
    if sys.stdout is None:
        sys.stdout = _opened(os.O_RDONLY, "wb")
    if sys.stderr is None:
        sys.stderr = _opened(os.O_WRONLY, "wb")
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _opened(flags: int, mode: str) -> TextIO:
    file = os.fdopen(os.open(os.devnull, flags), mode)
    return io.TextIOWrapper(file, "utf-8")
