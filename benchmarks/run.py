"""The benchmarks, each in a process of its own.

    python -m benchmarks.run [--full | --check]

Without an option: the cost of a call and of a token, the decoder and the start alone,
in few rounds, in about two minutes. With `--check`, all of them with answers so small
that their times say nothing, and page and plot of them: whether they run, and whether
the texts are what the server sent.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

SHORT = ("startup", "decoder", "calls", "tokens")
FULL = (
    *SHORT,
    "layers",
    "first_token",
    "memory",
    "growth",
    "real_time",
    "relay",
    "batches",
)
SMALLEST = {
    "startup": "--rounds 1",
    "decoder": "--short --rounds 1",
    "tokens": "--tokens 20 --rounds 1 --groups 1",
    "calls": "--lengths 1 20 --rounds 1",
    "layers": "--tokens 100 --short",
    "first_token": "--rounds 2",
    "memory": "--streams 50 --tokens 500",
    "growth": "--rounds 1 --most 1024",
    "real_time": "--streams 5 --seconds 1 --rounds 1 --answer 20",
    "relay": "--streams 3 --seconds 1 --rounds 1 --short",
    "batches": "--prompts 50",
    "page": "",
    "plot": "--into {folder}",
}
_CHECK_FOLDER = ".bench/check"


def _commands(args: argparse.Namespace) -> dict[str, list[str]]:
    """Return the benchmarks to run, with their options."""
    if args.check:
        filled = {n: o.format(folder=_CHECK_FOLDER) for n, o in SMALLEST.items()}
        return {name: options.split() for name, options in filled.items()}
    if args.full:
        return {name: [] for name in FULL}
    return {name: ["--short"] for name in SHORT}


def main() -> None:
    """Run them; a failed one does not stop the others.

    Raises:
        SystemExit: One failed; standard error says which.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--full", action="store_true")
    which.add_argument("--check", action="store_true")
    args = parser.parse_args()
    # What was measured must not be replaced by what only ran.
    more = {"BENCH_FOLDER": _CHECK_FOLDER, "BENCH_CHECK": "1"} if args.check else {}
    failed = []
    for name, options in _commands(args).items():
        done = subprocess.run(  # noqa: S603  our own module
            [sys.executable, "-m", f"benchmarks.{name}", *options],
            check=False,
            env={**os.environ, **more},
        )
        if done.returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
