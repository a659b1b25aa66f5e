"""CPU time of a whole call, by the length of the answer.

Real answers are short, so the cost of a call counts as much as that of a token. The
events are those that OpenAI sends, one in each write. The floor is httpx and
LangChain's own loop, as in `benchmarks.tokens`.

    python -m benchmarks.calls [--short]
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from functools import partial

from benchmarks.floors import Floor, Httpx
from benchmarks.measure import Taken, in_turns
from benchmarks.methods import Methods
from benchmarks.peers import ASYNC_MAKERS, MAKERS
from benchmarks.server import running, text
from benchmarks.tables import NOT_INSTALLED, Table
from benchmarks.tokens import fault, reading

LENGTHS = (1, 20, 100, 1000)
METHODS = ("stream", "astream", "invoke, streaming")
_KIND = "openai"
_CALLS = {1: 100, 20: 50, 100: 20, 1000: 3}
"""Calls in a round, by length."""


def _repeated(run: Callable[[], object], count: int) -> Callable[[], object]:
    def runs() -> None:
        for _ in range(count):
            run()

    return runs


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="7, or 3 of the short form")
    parser.add_argument("--lengths", type=int, nargs="+")
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    rounds = args.rounds or (3 if args.short else 7)
    lengths = args.lengths or (LENGTHS[:3] if args.short else LENGTHS)
    table = Table(
        "calls",
        f"CPU time per call ({rounds} rounds)",
        *("tokens", "method", "way", "ms a call", "to the floor", "to ChatSSE", "note"),
    )
    with running() as url, asyncio.Runner() as runner:
        bench = Bench(f"{url}/{_KIND}", runner, rounds)
        for length in lengths:
            for method in METHODS:
                bench.add(table, length, method)
            table.save()
    table.end()


class Bench:
    """Measures the ways to make a call."""

    def __init__(self, url: str, runner: asyncio.Runner, rounds: int) -> None:
        """Ask a server, each way so many times."""
        self._url = url
        self._methods = Methods(runner)
        self._rounds = rounds

    def add(self, table: Table, length: int, method: str) -> None:
        """Add the rows of a length and a method."""
        url = f"{self._url}/{length}/1"
        run, read = self._methods.runs[method]
        source = Httpx(url)
        asynchronous = method.startswith("astream")
        bytes_alone = reading(source, self._methods.runner, asynchronous=asynchronous)
        ways: dict[str, Callable[[], object]] = {
            "httpx": bytes_alone,
            "floor": partial(run, Floor(source=source)),
        }
        notes: dict[str, str] = {}
        for name, maker in (ASYNC_MAKERS if asynchronous else MAKERS).items():
            if not maker.installed:
                notes[name] = NOT_INSTALLED
                continue
            streaming = {"streaming": True} if method.startswith("invoke") else {}
            model = maker.make(url, **streaming)
            notes[name] = fault(model, read, _KIND, text(_KIND, length))
            if not notes[name]:
                ways[name] = partial(run, model)
        count = _CALLS.get(length, 1)
        repeated = {name: _repeated(way, count) for name, way in ways.items()}
        taken = in_turns(repeated, self._rounds)
        took = {name: each.seconds / count * 1e3 for name, each in taken.items()}
        for name in dict.fromkeys((*ways, *notes)):
            here = took.get(name)
            ratios = [
                here / took[other] if here and took.get(other) else None
                for other in ("floor", "ChatSSE")
            ]
            note = taken.get(name, Taken()).failure or notes.get(name, "")
            table.add(length, method, name, here, *ratios, note)
            if note != NOT_INSTALLED:
                table.fault(name, f"{length}, {method}: {note}" if note else "")


if __name__ == "__main__":
    main()
