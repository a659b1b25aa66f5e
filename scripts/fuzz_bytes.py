"""Feed arbitrary bytes to the decoder and the reader, guided by coverage.

Each target gets its share of the time, in a process of its own. Bytes are made by
atheris (https://github.com/google/atheris) where it is installed: it keeps those that
reach new lines of the package. Where it is not, changed streams are taken as they come.
Run from the root of the project: `python -m scripts.fuzz_bytes --seconds 600`. With
`--count`, each target gets so many changed streams: the same ones for the same seed.
What is found is kept in a file, and `--repeat FILE --target NAME` feeds it again.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

NAMES = ("decoder", "answer", "overlap")
_LONGEST = 4096
"""Bytes of an input."""
_FOUND = Path(".cache/fuzz")
_WORDS = (
    *("data:", "data: ", "event: ", "id: ", "retry: ", "\\x0a\\x0a", "\\x0d\\x0a"),
    *("[DONE]", "choices", "delta", "content", "finish_reason", "tool_calls", "usage"),
    *("index", "function", "arguments", "name", "error", "message", "reasoning"),
    *("null", "{}", "[]", '\\"', "<think>", "</think>", "\\\\ud83d", "\\xef\\xbb\\xbf"),
)


def _guided(target: str, seconds: float, seed: int) -> None:
    """Fuzz with atheris, which exits the process at the end.

    Args:
        target: The name of the target.
        seconds: How long.
        seed: Equal seeds begin equally.
    """
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["langchain_sse_chat"]):
        targets: Any = importlib.import_module("scripts.fuzz_targets")
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, example in enumerate(targets.examples()):
            (corpus / str(number)).write_bytes(example)
        words.write_text("".join(f'"{word}"\n' for word in _WORDS), encoding="utf-8")
        _FOUND.mkdir(parents=True, exist_ok=True)
        options = [
            f"-max_total_time={int(seconds)}",
            f"-seed={seed or 1}",  # 0 is a seed of its own choice
            f"-max_len={_LONGEST}",
            f"-dict={words}",
            f"-artifact_prefix={_FOUND}/{target}-",
            "-print_final_stats=1",
            "-verbosity=0",
            "-rss_limit_mb=0",
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], targets.TARGETS[target])
        atheris.Fuzz()


def _unguided(target: str, seconds: float, seed: int, most: float = math.inf) -> int:
    """Fuzz with changed streams; return 1 if there is a finding.

    Args:
        target: The name of the target.
        seconds: How long at most.
        seed: Equal seeds make equal streams.
        most: How many at most.
    """
    targets: Any = importlib.import_module("scripts.fuzz_targets")
    mutations: Any = importlib.import_module("scripts.mutations")
    examples = targets.examples()
    mutator = mutations.Mutator([[example] for example in examples], seed)
    source = random.Random(seed)  # noqa: S311  no secret comes of it
    until, count = time.monotonic() + seconds, 0
    while count < most and time.monotonic() < until:
        data = source.randbytes(2) + b"".join(mutator.stream())[2:_LONGEST]
        count += 1
        try:
            targets.TARGETS[target](data)
        except Exception:  # noqa: BLE001  any is a finding
            _FOUND.mkdir(parents=True, exist_ok=True)
            file = _FOUND / f"{target}-{seed}-{count}"
            file.write_bytes(data)
            traceback.print_exc()
            print(f"kept in {file}")
            return 1
    print(f"{target}: {count} inputs without a finding, --seed {seed}")
    return 0


def main() -> int:
    """Fuzz each target for its share of the time; return 1 if there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--count", type=int, help="of inputs for each target")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))  # noqa: S311
    parser.add_argument("--target", choices=NAMES)
    parser.add_argument("--repeat", type=Path, help="feed the bytes of a file")
    given = parser.parse_args()
    if given.repeat:
        targets: Any = importlib.import_module("scripts.fuzz_targets")
        targets.TARGETS[given.target](given.repeat.read_bytes())
        return 0
    if given.count:
        names = [given.target] if given.target else NAMES
        runs = [_unguided(n, math.inf, given.seed, given.count) for n in names]
        return max(runs)
    if given.target:
        if importlib.util.find_spec("atheris") is None:
            return _unguided(given.target, given.seconds, given.seed)
        _guided(given.target, given.seconds, given.seed)
    failed = []
    for name in NAMES:
        share = given.seconds / len(NAMES)
        print(f"\n{name}: {share:.0f} s with --seed {given.seed}", flush=True)
        command = [sys.executable, "-m", "scripts.fuzz_bytes", "--target", name]
        command += ["--seconds", str(share), "--seed", str(given.seed)]
        if subprocess.run(command, check=False).returncode:  # noqa: S603  ourselves
            failed.append(name)
    print(f"\nFindings in: {', '.join(failed)}" if failed else "\nNo findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
