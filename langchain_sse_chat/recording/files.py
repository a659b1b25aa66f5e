"""Write the two files of a recorded exchange.

Each write puts a few bytes into the system's cache, without a buffer here. So a process
that dies leaves all bytes received so far, and an event loop is blocked only for some
microseconds, which is cheaper than a thread.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any

LOG = ".jsonl"
"""Suffix of the file with everything except the body."""

BODY = ".body"
"""Suffix of the file with the body."""

_JSON = json.JSONEncoder(ensure_ascii=False)

_NUMBER = re.compile(r"(\d+)-")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_HOST = 60

_numbers: dict[Path, Iterator[int]] = {}
"""The next number in each folder known to this process."""


class RecordingFiles:
    """New files for one exchange."""

    def __init__(self, folder: Path, host: str) -> None:
        """Create the files, and the folder if it does not exist.

        Args:
            folder: The folder for the files.
            host: A part of their name.

        Raises:
            OSError: They cannot be created.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._log, self._body = _new_files(folder.resolve(), host)

    def write_line(self, entry: Mapping[str, Any]) -> None:
        """Append a line of JSON.

        Raises:
            OSError: It cannot be written.
        """
        text = _JSON.encode(entry)
        # A lone surrogate in a prompt becomes `\ud83d`, which is valid JSON.
        self._log.write(text.encode("utf-8", "backslashreplace") + b"\n")

    def write_body(self, data: bytes) -> None:
        """Append to the body.

        Raises:
            OSError: It cannot be written.
        """
        self._body.write(data)

    def close(self) -> None:
        """Close the files.

        Raises:
            OSError: An earlier write failed, and the system reports it only now.
        """
        with self._log, self._body:
            pass


def _new_files(folder: Path, host: str) -> tuple[FileIO, FileIO]:
    name = _NOT_IN_A_NAME.sub("-", host).strip(".-")[:_LONGEST_HOST] or "server"
    numbers = _numbers.get(folder) or _count_anew(folder)
    while True:
        stem = folder / f"{next(numbers):04}-{name}"
        try:
            return _new_pair(stem)
        except FileExistsError:  # of another process
            numbers = _count_anew(folder)


def _count_anew(folder: Path) -> Iterator[int]:
    """Return a counter above the numbers in a folder; `next` on it is thread-safe."""
    found = (_NUMBER.match(name) for name in os.listdir(folder))  # noqa: PTH208 - names
    last = max((int(match[1]) for match in found if match), default=0)
    numbers = _numbers[folder] = itertools.count(last + 1)
    return numbers


def _new_pair(stem: Path) -> tuple[FileIO, FileIO]:
    log = _new_file(f"{stem}{LOG}")
    try:
        return log, _new_file(f"{stem}{BODY}")
    except OSError:
        log.close()
        Path(f"{stem}{LOG}").unlink()
        raise


def _new_file(path: str) -> FileIO:
    """Create a file that only the user may read, because it holds prompts."""
    return FileIO(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600))
