"""CPU time per token, for each method, kind of answer and number of events a write.

`httpx` reads the bytes and does nothing with them. The floor is httpx and LangChain's
own loop over chunks (for v3: over events) that cost nothing to make: no decoding, no
JSON. With v3 the chunk floor, what `stream` or `astream` costs at least, takes its turn
too. A model's text is compared with what the server sent before it is timed; one of
ours that loses some makes the run fail.

    python -m benchmarks.tokens [--short]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import warnings
from collections.abc import Callable
from functools import partial

from langchain_core._api.beta_decorator import LangChainBetaWarning
from langchain_core.language_models import BaseChatModel

from benchmarks.floors import Floor, Httpx
from benchmarks.measure import Taken, in_turns, reason
from benchmarks.methods import Methods, Read
from benchmarks.peers import ASYNC_MAKERS, MAKERS, Maker
from benchmarks.server import running, text
from benchmarks.tables import NOT_INSTALLED, Table

KINDS = ("openai", "text", "escapes", "russian", "chinese", "reasoning", "tool")
_IN_EACH_METHOD = ("openai", "text", "tool")
"""Kinds that are measured with every method, and not with `stream` alone."""
GROUPS = (1, 4, 16)
METHODS = (
    "stream",
    "astream",
    "astream_events v2",
    "stream_events v3",
    "astream_events v3",
    "invoke, streaming",
)
_CHUNK_METHOD = {"stream_events v3": "stream", "astream_events v3": "astream"}
"""The method that gives chunks where another one gives protocol events."""
CHUNK_FLOOR = "chunk floor"
_LOST = "loses the text"


def fault(model: BaseChatModel, read: Read, kind: str, sent: str) -> str:
    """Return the fault of a model's answer, `""` if its text is as sent.

    Args:
        model: Reads the answer.
        read: Reads it to its text.
        kind: What the answer is made of.
        sent: The text that the server sends.
    """
    try:
        return "" if read(model, kind) == sent else _LOST
    except Exception as error:  # noqa: BLE001  a peer's, of any kind
        return reason(error)


def reading(
    source: Httpx, runner: asyncio.Runner, *, asynchronous: bool
) -> Callable[[], object]:
    """Return a function that reads the bytes of an answer with httpx alone."""

    async def areads() -> None:
        async for _ in source.areads():
            pass

    if asynchronous:
        return lambda: runner.run(areads())
    return lambda: sum(1 for _ in source.reads())


def _makers(method: str) -> dict[str, Maker]:
    """Return the models, ours over aiohttp too for an async method."""
    return ASYNC_MAKERS if method.startswith("astream") else MAKERS


class Bench:
    """Measures the ways to read one answer."""

    def __init__(self, url: str, runner: asyncio.Runner, tokens: int) -> None:
        """Read answers of so many tokens from a server."""
        self._url = url
        self._runner = runner
        self._tokens = tokens
        self._methods = Methods(runner)

    def measure(
        self, kind: str, group: int, method: str, rounds: int
    ) -> dict[str, tuple[float, str]]:
        """Return the microseconds per token of each way, with remarks."""
        url = f"{self._url}/{kind}/{self._tokens}/{group}"
        run, read = self._methods.runs[method]
        source = Httpx(url)
        asynchronous = method.startswith("astream")
        ways: dict[str, Callable[[], object]] = {
            "httpx": reading(source, self._runner, asynchronous=asynchronous),
            "floor": partial(run, Floor(source=source)),
        }
        if method in _CHUNK_METHOD:
            run_chunks, _ = self._methods.runs[_CHUNK_METHOD[method]]
            ways[CHUNK_FLOOR] = partial(run_chunks, Floor(source=source))
        notes: dict[str, str] = {}
        for name, maker in _makers(method).items():
            if not maker.installed:
                notes[name] = NOT_INSTALLED
                continue
            streaming = {"streaming": True} if method.startswith("invoke") else {}
            model = maker.make(url, **streaming)
            notes[name] = fault(model, read, kind, text(kind, self._tokens))
            if notes[name] in {"", _LOST}:
                ways[name] = partial(run, model)
        taken = in_turns(ways, rounds)
        return {
            name: _a_token(taken.get(name, Taken()), notes.get(name, ""), self._tokens)
            for name in dict.fromkeys((*ways, *notes))
        }


def _a_token(taken: Taken, note: str, tokens: int) -> tuple[float, str]:
    return taken.seconds / tokens * 1e6, taken.failure or note


def _add(
    table: Table, cell: tuple[str, int, str], found: dict[str, tuple[float, str]]
) -> None:
    """Add the rows of a cell: what each way took, and how often another way fits in."""
    below = [
        found.get(name, (0.0, ""))[0] for name in ("floor", CHUNK_FLOOR, "ChatSSE")
    ]
    kind, group, method = cell
    for name, (took, note) in found.items():
        ratios = [took / other if took and other else None for other in below]
        table.add(kind, group, method, name, took or None, *ratios, note)
        if note != NOT_INSTALLED:
            table.fault(name, f"{kind}, {group}, {method}: {note}" if note else "")


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore", LangChainBetaWarning)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--rounds", type=int, help="5, or 3 of the short form")
    parser.add_argument("--groups", type=int, nargs="+", default=GROUPS)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--name", default="tokens", help="of the JSON file")
    args = parser.parse_args()
    rounds = args.rounds or (3 if args.short else 5)
    cells = [
        cell
        for cell in itertools.product(KINDS, args.groups, METHODS)
        if cell[0] in _IN_EACH_METHOD or cell[2] == "stream"
    ]
    if args.short:
        cells = [
            cell
            for cell in cells
            if cell[2] == "stream" or (cell[0] == "openai" and cell[1] == 1)
        ]
    table = Table(
        args.name,
        f"CPU time per token ({args.tokens:,} tokens, {rounds} rounds)",
        *("kind", "events a write", "method", "way", "µs a token", "to the floor"),
        *("to the chunk floor", "to ChatSSE", "note"),
    )
    with running() as url, asyncio.Runner() as runner:
        bench = Bench(url, runner, args.tokens)
        for kind, group, method in cells:
            found = bench.measure(kind, group, method, rounds)
            _add(table, (kind, group, method), found)
            table.save()
    table.end()


if __name__ == "__main__":
    main()
