"""An example that serves, as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.integration_tests.serve_clients.served import PATIENCE
from tests.integration_tests.web.backend import EXAMPLES


@contextmanager
def program(name: str, port: int = 0, **variables: str) -> Iterator[str]:
    """Run a program of `examples`; give the address that it prints."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), str(port)]
    with subprocess.Popen(  # noqa: S603  our own program
        command,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip().rstrip("/")
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=PATIENCE)
    assert errors == ""
