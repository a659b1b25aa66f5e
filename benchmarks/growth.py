"""Whether the cost of a token, or of a megabyte, grows with the size of the answer.

LangChain's `stream` keeps each chunk, unless a model sees to it, and joins them at the
end. What of the growth is ours alone is seen where our `_stream` is read without
LangChain's loop around it.

    python -m benchmarks.growth [--rounds 3] [--longest 5]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.outputs import ChatGenerationChunk

from benchmarks.floors import PROMPT, Floor, Httpx
from benchmarks.measure import in_turns
from benchmarks.methods import Methods, Read, stream, text_of
from benchmarks.peers import OPENAI, OURS
from benchmarks.server import running, text
from benchmarks.tables import Table
from benchmarks.tokens import fault, reading

KB = 1_000
MB = 1_000_000
ALONE = f"{OURS.name}, `_stream` alone"


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


@dataclass(frozen=True)
class Way:
    """How an answer is read, and what is wrong with the text that comes."""

    run: Callable[[], object]
    fault: Callable[[str], str] = lambda _: ""


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


def _alone(model: BaseChatModel) -> Iterator[ChatGenerationChunk]:
    # What `stream` calls, and what another class may override.
    return model._stream([HumanMessage(PROMPT)])  # noqa: SLF001


def _alone_text(model: BaseChatModel, kind: str) -> str:
    return "".join(text_of(chunk.message, kind) for chunk in _alone(model))


def _read_alone(model: BaseChatModel) -> int:
    return sum(1 for _ in _alone(model))


def _ways(url: str, kind: str, runner: asyncio.Runner) -> dict[str, Way]:
    """Return the ways to read an answer."""
    source = Httpx(url)
    read: Read
    _, read = Methods(runner).runs["stream"]
    ours = OURS.make(url)
    ways = {
        "httpx": Way(reading(source, runner, asynchronous=False)),
        "floor": Way(partial(stream, Floor(source=source))),
        OURS.name: Way(partial(stream, ours), partial(fault, ours, read, kind)),
        ALONE: Way(partial(_read_alone, ours), partial(fault, ours, _alone_text, kind)),
    }
    if OPENAI.installed:
        peer = OPENAI.make(url)
        ways[OPENAI.name] = Way(partial(stream, peer), partial(fault, peer, read, kind))
    return ways


def _measure(
    table: Table, series: Series, server: str, args: argparse.Namespace
) -> None:
    """Add the rows of a series; a way that took too long is not asked for more."""
    first: dict[str, float] = {}
    too_long: dict[str, str] = {}
    sizes = [size for size in series.sizes if size <= args.most]
    with asyncio.Runner() as runner:
        for size in sizes:
            ways = _ways(f"{server}/{series.kind}/{size}/1", series.kind, runner)
            runs = {n: way.run for n, way in ways.items() if n not in too_long}
            found = in_turns(runs, args.rounds)
            sent = text(series.kind, size)
            for name, way in ways.items():
                row: tuple[object, ...] = (None, series.unit, None, too_long.get(name))
                if name in found:
                    taken = found[name]
                    cost = series.of_a_unit(taken.seconds, size)
                    ratio = cost / first.setdefault(name, cost or 1.0)
                    note = taken.failure or way.fault(sent)
                    table.fault(name, f"{size} {series.name}: {note}" if note else "")
                    row = (cost, series.unit, ratio, note)
                    if taken.seconds > args.longest:
                        took = f"{taken.seconds:.1f} s for {size:,}"
                        too_long[name] = f"not asked: it took {took}"
                table.add(f"{size:,}", series.name, name, *row)
            table.save()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=16 * MB, help="the largest size")
    parser.add_argument(
        "--longest",
        type=float,
        default=5,
        help="seconds of an answer after which a way is not asked for a larger one",
    )
    args = parser.parse_args()
    table = Table(
        "growth",
        f"Growth, with `stream` ({args.rounds} rounds)",
        *("size", "of", "way", "cost", "unit", "to the smallest", "note"),
    )
    with running() as server:
        for series in ALL:
            _measure(table, series, server, args)
    table.end()


if __name__ == "__main__":
    main()
