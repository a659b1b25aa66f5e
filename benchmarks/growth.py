"""Whether the cost of a token, or of a megabyte, grows with the size of the answer.

python -m benchmarks.growth [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.floors import Floor, Httpx
from benchmarks.measure import in_turns
from benchmarks.methods import Methods, stream
from benchmarks.peers import OPENAI, OURS
from benchmarks.server import running, text
from benchmarks.tables import Table
from benchmarks.tokens import fault

KB = 1_000
MB = 1_000_000


@dataclass(frozen=True)
class Series:
    """Answers of one kind in several sizes."""

    name: str
    kind: str
    sizes: tuple[int, ...]
    unit: str

    def of_a_unit(self, seconds: float, size: int) -> float:
        """Return the microseconds of a unit: a token or a kB."""
        return seconds / size * 1e6 * (KB if self.kind == "big" else 1)


ALL = (
    Series("tokens of text", "text", (1_000, 10_000, 100_000), "µs a token"),
    Series(
        "deltas of a tool's arguments",
        "tool",
        (1_024, 4_096, 16_384, 65_536),
        "µs a delta",
    ),
    Series("bytes in one event", "big", (KB, 64 * KB, MB, 16 * MB), "µs a kB"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    table = Table(
        "growth",
        f"Growth, with `stream` ({rounds} rounds)",
        *("size", "of", "way", "cost", "unit", "to the smallest", "note"),
    )
    with running() as server, asyncio.Runner() as runner:
        _, read = Methods(runner).runs["stream"]
        for series in ALL:
            first: dict[str, float] = {}
            for size in series.sizes:
                url = f"{server}/{series.kind}/{size}/1"
                models = {"floor": Floor(source=Httpx(url)), OURS.name: OURS.make(url)}
                if OPENAI.installed:
                    models[OPENAI.name] = OPENAI.make(url)
                ways: dict[str, Callable[[], object]] = {
                    name: partial(stream, model) for name, model in models.items()
                }
                sent = text(series.kind, size)
                for name, taken in in_turns(ways, rounds).items():
                    cost = series.of_a_unit(taken.seconds, size)
                    ratio = cost / first.setdefault(name, cost or 1.0)
                    note = taken.failure
                    if name != "floor":
                        note = note or fault(models[name], read, series.kind, sent)
                    row = (f"{size:,}", series.name, name, cost, series.unit, ratio)
                    table.add(*row, note)
            table.save()


if __name__ == "__main__":
    main()
