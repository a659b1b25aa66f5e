"""The two files of a recorded exchange: names that are free, bytes that are appended.

Each write is a few bytes that go into the system's cache at once, without a buffer
here: a process that dies leaves what came until then, and an event loop is held up for
some microseconds, less than a thread for it would cost.
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
"""The end of the name of the file with everything but the body."""

BODY = ".body"
"""The end of the name of the file with the body."""

_JSON = json.JSONEncoder(ensure_ascii=False)

_NUMBER = re.compile(r"(\d+)-")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_LONGEST_HOST = 60

_numbers: dict[Path, Iterator[int]] = {}
"""The next number in each folder, as far as this process knows."""


class RecordingFiles:
    """New files for one exchange."""

    def __init__(self, folder: Path, host: str) -> None:
        """Make the files, and the folder when it is not there.

        Args:
            folder: Where they are to be.
            host: Stands in their name.

        Raises:
            OSError: They cannot be made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._log, self._body = _new_files(folder.resolve(), host)

    def write_line(self, entry: Mapping[str, Any]) -> None:
        """Append a line of JSON.

        Raises:
            OSError: It cannot be written.
        """
        text = _JSON.encode(entry)
        # A lone surrogate of a prompt becomes `\ud83d`, which is JSON as well.
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
            OSError: The system has found out only now that it could not write.
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
    """Return numbers above those in a folder; `next` of it is safe among threads."""
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
    """Open a file that was not there, for the user's eyes only: it holds prompts."""
    return FileIO(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600))
