"""The benchmarks, each in a process of its own.

    python -m benchmarks.run [--full]

Without `--full`: the cost of a token, the decoder and the start alone, in few rounds,
in about a minute.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

SHORT = ("startup", "decoder", "tokens")
FULL = (*SHORT, "profile_token", "first_token", "memory", "growth", "real_time")


def main() -> None:
    """Run them; a failed one does not stop the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    full = parser.parse_args().full
    failed = False
    for name in FULL if full else SHORT:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        done = subprocess.run(  # noqa: S603  our own module
            command if full else [*command, "--short"], check=False
        )
        failed = failed or done.returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    main()
