"""Measures that need a process for each way: they leave traces in the one that ran.

A module's own command line runs one way and prints its figures as JSON; these functions
start it so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_SECONDS = 600


def in_new_process(module: str, *args: object) -> dict[str, Any]:
    """Return the figures that a module prints, or the last line of its failure."""
    try:
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-W", "ignore", "-m", module, *map(str, args)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return {"failure": f"took more than {_SECONDS} s"}
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return {"failure": said[-1][:80].replace("|", "/")}
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def memory_now() -> int:
    """Return the resident memory of this process in bytes (Linux)."""
    return _status("VmRSS")


def forget_peak() -> None:
    """Reset the peak of memory (Linux)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def memory_peak() -> int:
    """Return the most resident memory of this process in bytes (Linux)."""
    return _status("VmHWM")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    msg = f"the system does not tell {name}"
    raise OSError(msg)
