"""CPU time of ways that take turns."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_MOST_SHOWN = 60


@dataclass(frozen=True)
class Taken:
    """The measurements of one way."""

    seconds: float = 0.0
    """The median of its rounds; 0 when it failed."""
    failure: str = ""


def cpu_seconds(run: Callable[[], object]) -> float:
    """Return the CPU time of a run in this process."""
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def in_turns(
    ways: Mapping[str, Callable[[], object]],
    rounds: int,
    seconds: Callable[[Callable[[], object]], float] = cpu_seconds,
) -> dict[str, Taken]:
    """Measure each way: one round to warm up, then medians of the others.

    A way that fails is left out from then on, and says why.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    failures: dict[str, str] = {}
    order = list(ways)
    for _ in range(rounds + 1):
        # What ran before leaves caches behind: not always the same should.
        random.shuffle(order)
        for name in order:
            if name not in failures:
                try:
                    times[name].append(seconds(ways[name]))
                except Exception as error:  # noqa: BLE001  a peer's, of any kind
                    failures[name] = reason(error)
    return {
        name: Taken(failure=failures[name])
        if name in failures
        else Taken(statistics.median(taken[1:]))
        for name, taken in times.items()
    }


def reason(error: Exception) -> str:
    """Return an error as a cell of a table."""
    said = " ".join(f"{type(error).__name__}: {error}".split()).replace("|", "/")
    return said[:_MOST_SHOWN]
