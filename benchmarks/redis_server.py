"""A Redis for a benchmark, at a Unix socket and without files."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SERVER = shutil.which("redis-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
"""The path of `redis-server`, `None` if it is not installed."""

_PATIENCE = 30.0


@contextlib.contextmanager
def redis_running() -> Iterator[str]:
    """Run a Redis; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "redis.sock")
        command = [str(SERVER), "--port", "0", "--unixsocket", str(path), "--save", ""]
        with subprocess.Popen(  # noqa: S603  our own configuration
            command, cwd=folder, stdout=subprocess.DEVNULL
        ) as process:
            try:
                end = time.monotonic() + _PATIENCE
                while not path.exists() and time.monotonic() < end:
                    time.sleep(0.02)
                yield f"unix://{path}"
            finally:
                process.terminate()
