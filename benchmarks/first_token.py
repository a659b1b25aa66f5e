"""Time to the first token, over connections that are open, and what is added to httpx.

The clock runs from the call to the first text in hand. Ways take turns, one call each.

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

from benchmarks.floors import Httpx
from benchmarks.methods import PROMPT, text_of
from benchmarks.peers import MAKERS
from benchmarks.server import running
from benchmarks.tables import Table

_WARM_UP = 20
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


def _ways(url: str, runner: asyncio.Runner) -> dict[str, dict[str, Way]]:
    source = Httpx(url)
    ways: dict[str, dict[str, Way]] = {
        "stream": {"httpx": lambda: _httpx(source)},
        "astream": {"httpx": lambda: runner.run(_ahttpx(source))},
    }
    for name, maker in MAKERS.items():
        if maker.installed:
            model = maker.make(url)
            ways["stream"][name] = partial(_stream, model)
            ways["astream"][name] = partial(_arun, runner, model)
    return ways


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    table = Table(
        "first_token",
        f"Time to the first token ({rounds} calls each, wall clock)",
        *("method", "way", "ms, median", "ms, p90", "ms added to httpx"),
    )
    with running() as url, asyncio.Runner() as runner:
        for method, ways in _ways(f"{url}/text/3/1", runner).items():
            times: dict[str, list[float]] = {name: [] for name in ways}
            gc.collect()
            order = list(ways)
            for _ in range(rounds + _WARM_UP):
                random.shuffle(order)
                for name in order:
                    times[name].append(ways[name]() * 1000)
            middle = {n: statistics.median(t[_WARM_UP:]) for n, t in times.items()}
            for name, took in times.items():
                p90 = statistics.quantiles(took[_WARM_UP:], n=10)[-1]
                added = middle[name] - middle["httpx"] if name != "httpx" else None
                table.add(method, name, middle[name], p90, added)
        for name, maker in MAKERS.items():
            if not maker.installed:
                table.add("both", name, None, None, "not installed")
    table.save()


if __name__ == "__main__":
    main()
