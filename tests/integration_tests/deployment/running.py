"""Applications of their own process: the modules in `programs`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
LONG = 100.0


def run_program(
    name: str, *arguments: str, meanwhile: Callable[[], None] | None = None
) -> None:
    """Run a program to its end, with its standard input open until `meanwhile` is done.

    It fails by a nonzero exit code, and by anything it says: a warning, or an exception
    that could not be raised.
    """
    module = f"tests.integration_tests.deployment.programs.{name}"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-W", "error", "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            if meanwhile is not None:
                meanwhile()
            said, _ = program.communicate(timeout=LONG)
        finally:
            program.kill()
    assert (program.returncode, said) == (0, "")
