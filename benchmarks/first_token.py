"""Time to the first token, over connections that are open, and what is added to httpx.

The clock runs from the call to the first text in hand. Ways take turns, one call each.
A model's text is compared with what the server sent before.

    python -m benchmarks.first_token [--rounds 300]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
import statistics
import time
from collections.abc import AsyncIterator, Callable
from functools import partial

from langchain_core.language_models import BaseChatModel

from benchmarks.floors import PROMPT, Httpx
from benchmarks.measure import reason
from benchmarks.methods import Methods, text_of
from benchmarks.peers import ASYNC_MAKERS, MAKERS
from benchmarks.server import running, text
from benchmarks.tables import NOT_INSTALLED, Table
from benchmarks.tokens import fault

_WARM_UP = 20
_TOKENS = 3
Way = Callable[[], float]


def _httpx(source: Httpx) -> float:
    start, first = time.perf_counter(), 0.0
    for data in source.reads():
        if not first and b"word" in data:
            first = time.perf_counter() - start
    return first


async def _ahttpx(source: Httpx) -> float:
    start, first = time.perf_counter(), 0.0
    async for data in source.areads():
        if not first and b"word" in data:
            first = time.perf_counter() - start
    return first


def _stream(model: BaseChatModel) -> float:
    start, first = time.perf_counter(), 0.0
    for chunk in model.stream(PROMPT):
        if not first and text_of(chunk, "text"):
            first = time.perf_counter() - start
    return first


async def _astream(model: BaseChatModel) -> float:
    start, first = time.perf_counter(), 0.0
    chunks: AsyncIterator[object] = model.astream(PROMPT)
    async for chunk in chunks:
        if not first and text_of(chunk, "text"):
            first = time.perf_counter() - start
    return first


def _arun(runner: asyncio.Runner, model: BaseChatModel) -> float:
    return runner.run(_astream(model))


def _ways(
    url: str, runner: asyncio.Runner
) -> dict[str, tuple[dict[str, Way], dict[str, str]]]:
    """Return for each method its ways, and what is wrong with others."""
    source = Httpx(url)
    found: dict[str, tuple[dict[str, Way], dict[str, str]]] = {
        "stream": ({"httpx": lambda: _httpx(source)}, {}),
        "astream": ({"httpx": lambda: runner.run(_ahttpx(source))}, {}),
    }
    timed: dict[str, Callable[[BaseChatModel], float]] = {
        "stream": _stream,
        "astream": partial(_arun, runner),
    }
    for method, makers in (("stream", MAKERS), ("astream", ASYNC_MAKERS)):
        ways, faults = found[method]
        _, read = Methods(runner).runs[method]
        for name, maker in makers.items():
            if not maker.installed:
                faults[name] = NOT_INSTALLED
                continue
            model = maker.make(url)
            wrong = fault(model, read, "text", text("text", _TOKENS))
            if wrong:
                faults[name] = wrong
            else:
                ways[name] = partial(timed[method], model)
    return found


def _times(
    ways: dict[str, Way], rounds: int, faults: dict[str, str]
) -> dict[str, list[float]]:
    """Return the milliseconds of each call; a way that fails is left out."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    gc.collect()
    for _ in range(rounds + _WARM_UP):
        random.shuffle(order)
        for name in order:
            if name not in faults:
                try:
                    times[name].append(ways[name]() * 1000)
                except Exception as error:  # noqa: BLE001  a peer's, of any kind
                    faults[name] = reason(error)
    return {n: took[_WARM_UP:] for n, took in times.items() if n not in faults}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    table = Table(
        "first_token",
        f"Time to the first token ({rounds} calls each, wall clock)",
        *("method", "way", "ms, median", "ms, p90", "ms added to httpx", "note"),
    )
    with running() as url, asyncio.Runner() as runner:
        for method, (ways, faults) in _ways(f"{url}/text/{_TOKENS}/1", runner).items():
            times = _times(ways, rounds, faults)
            httpx = statistics.median(times["httpx"])
            for name, took in times.items():
                middle = statistics.median(took)
                p90 = statistics.quantiles(took, n=10)[-1]
                added = middle - httpx if name != "httpx" else None
                table.add(method, name, middle, p90, added, "")
            for name, what in faults.items():
                table.add(method, name, None, None, None, what)
                table.fault(name, what if what != NOT_INSTALLED else "")
    table.end()


if __name__ == "__main__":
    main()
