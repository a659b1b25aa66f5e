"""Read thousands of streams through all that can go wrong, and compare every text.

A proxy in another process breaks answers off, delays them, cuts them at any byte and
refuses them, by a plan that a seed makes. Half of the streams are read in threads, half
in tasks; some readers leave half-way. Run from the root of the project:
`python -m scripts.soak --count 20000`. The same seed makes the same faults.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from scripts.soak.client import Reader, models
from scripts.soak.measures import growth, holdings, left_behind, make_ready
from scripts.soak.near import Near

_EARLY = 0.1
"""The share of the streams after which the memory is measured first."""
_EARLY_SECONDS = 0.2
"""The share of the time after which it is measured, if that is sooner."""
_LEAST_EARLY = 500
"""Streams before the first measure; with fewer, memory is still taken for the first
time."""
_MOST_SHOWN = 20
_SECONDS_TO_CLOSE = 10.0


class _Far:
    """The process with the server and the proxy."""

    def __init__(self, seed: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "scripts.soak.far", "--seed", str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.base_url = f"http://127.0.0.1:{self._line().strip()}/v1"

    def counts(self) -> dict[str, Any]:
        """Return the counts so far."""
        if self._process.stdin is not None:
            print(file=self._process.stdin, flush=True)
        counts: dict[str, Any] = json.loads(self._line())
        return counts

    def counts_without(self, name: str) -> dict[str, Any]:
        """Return the counts, when one of them is 0, or should be."""
        until = time.monotonic() + _SECONDS_TO_CLOSE
        while (counts := self.counts())[name] and time.monotonic() < until:
            time.sleep(0.05)
        return counts

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=_SECONDS_TO_CLOSE)

    def _line(self) -> str:
        return self._process.stdout.readline() if self._process.stdout else ""


@contextmanager
def _progress(near: Near) -> Iterator[None]:
    """Say every ten seconds how far it is."""
    ended = threading.Event()
    started = time.monotonic()

    def tell() -> None:
        while not ended.wait(10):
            seconds = time.monotonic() - started
            print(f"{near.done} streams in {seconds:.0f} s", flush=True)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def soak(far: _Far, near: Near, numbers: range, seconds: float) -> list[str]:
    """Read the streams; return what is found.

    Args:
        far: The other process.
        near: Reads the streams.
        numbers: The streams.
        seconds: When no further stream is begun.
    """
    started = time.monotonic()
    before = holdings()
    early = max(_LEAST_EARLY, int(len(numbers) * _EARLY))
    with _progress(near):
        near.run(numbers[:early], started + seconds * _EARLY_SECONDS)
        first, first_done = holdings(), near.done
        near.run(numbers[early:], started + seconds)
        last = holdings()
    lasted = time.monotonic() - started
    held = far.counts_without("held")["held"]
    near.close()
    findings = near.findings + left_behind(before, holdings())
    counts = far.counts_without("open")
    for number, what in ((held, "under answers"), (counts["open"], "in the end")):
        if number:
            findings.append(f"{number} connections are open at the server {what}")
    findings += counts["findings"]
    print(
        f"resident: {before.memory >> 10} KiB before, {first.memory >> 10} after "
        f"{first_done} streams, {last.memory >> 10} after {near.done}"
    )
    grown = growth(first, last)
    if grown and near.done > 2 * first_done:
        findings.append(grown)
    _report(near, counts, lasted)
    return findings


def _report(near: Near, counts: Mapping[str, Any], seconds: float) -> None:
    print(
        f"{near.done} streams in {seconds:.0f} s: {near.done / seconds:.0f} a second\n"
        f"{counts['requests']} requests over {counts['connections']} connections: "
        f"{counts['requests'] - near.done} retries, {counts['resumed']} of them to go "
        f"on with a text\n"
        f"{near.stopped} readers left; the server saw {counts['left']} leave, those "
        f"whose time was up among them"
    )
    print("faults:", *(f"\n  {kind}: {n}" for kind, n in counts["faults"].items()))
    print("errors:", *(f"\n  {kind}: {n}" for kind, n in near.errors.items()))


def main() -> int:
    """Read so many streams; return 1 when there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    parser.add_argument("--stream", type=int, help="read this one only")
    parser.add_argument("--on-disconnect", default="resume")
    given = parser.parse_args()
    make_ready()
    numbers = range(given.count)
    if given.stream is not None:
        numbers = range(given.stream, given.stream + 1)
    print(f"{len(numbers)} streams with --seed {given.seed}", flush=True)
    far = _Far(given.seed)
    try:
        reader = Reader(models(far.base_url, given.on_disconnect), given.seed)
        findings = soak(far, Near(reader, given.on_disconnect), numbers, given.seconds)
    finally:
        far.close()
    for finding in findings[:_MOST_SHOWN]:
        print(f"\n{finding}")
    print(f"{len(findings)} findings with --seed {given.seed}; --stream repeats one")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
