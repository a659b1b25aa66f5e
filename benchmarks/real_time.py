"""Many streams at the pace of real answers: CPU share, and how late tokens are.

Each delta carries the time at which the server wrote it; its lag is the time from then
to the chunk in hand. Streams have 50 tokens a second and do not start in step. Client
and server are processes of their own; a way is not asked for more streams after its
99th percentile passed 50 ms. The longest pause is the one that Python's garbage
collector made; a pause of 100 ms in 10 s is what the slowest percent waits for.

    python -m benchmarks.real_time [--transport httpx,aiohttp] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from benchmarks.floors import Floor, Httpx
from benchmarks.methods import PROMPT
from benchmarks.peers import MAKERS, OURS, ours_over
from benchmarks.processes import in_new_process
from benchmarks.server import TOKENS_A_SECOND, running
from benchmarks.tables import Table

STREAMS = (50, 100, 200, 300)
TOO_LATE_MS = 50.0
_WARM_UP = 2.0
_UNFROZEN = ", no `gc.freeze()`"


class _Lags:
    """Takes times that the server wrote, after a while of warming up."""

    def __init__(self) -> None:
        self._after = time.monotonic_ns() + int(_WARM_UP * 1e9)
        self._cpu = self._wall = 0.0
        self.lags: list[int] = []
        self._began = self._pause = 0.0
        gc.callbacks.append(self._collecting)

    def _collecting(self, phase: str, _info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        elif self.lags:
            self._pause = max(self._pause, now - self._began)

    def take(self, written: str) -> None:
        """Take what a delta says, the time at which it was written."""
        now = time.monotonic_ns()
        if now > self._after:
            if not self.lags:
                self._cpu, self._wall = time.process_time(), time.monotonic()
            self.lags.append(now - int(written))

    def figures(self) -> dict[str, float]:
        """Return percentiles in milliseconds, and the CPU's share."""
        cpu = time.process_time() - self._cpu
        percentiles = statistics.quantiles(self.lags, n=100)
        return {
            "p50": percentiles[49] / 1e6,
            "p99": percentiles[98] / 1e6,
            "cpu": cpu / (time.monotonic() - self._wall),
            "gc": self._pause * 1000,
            "us": cpu / len(self.lags) * 1e6,
        }


def _written(data: bytes) -> str:
    """Return the time in a delta, `""` when there is none."""
    _, _, rest = data.partition(b'"content": " ')
    return rest.partition(b'"')[0].decode()


async def _bare(source: Httpx, lags: _Lags) -> None:
    async for data in source.areads():
        if written := _written(data):
            lags.take(written)


class _Stamped(Floor):
    """Yields a chunk for each read, with the time that stands in it."""

    async def _astream(self, *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        async for data in self.source.areads():
            message = AIMessageChunk(content=_written(data))
            yield ChatGenerationChunk(message=message)


async def _chat(model: BaseChatModel, lags: _Lags) -> None:
    async for chunk in model.astream(PROMPT):
        if chunk.content:
            lags.take(str(chunk.content))


def _model(name: str, url: str) -> BaseChatModel:
    if name == "floor":
        return _Stamped(source=Httpx(url))
    ours, _, transport = name.partition(" over ")
    if transport:
        model = ours_over(transport, url)
        if model is None:
            msg = "ChatSSE has no `async_transport` in this version"
            raise ValueError(msg)
        return model
    return MAKERS[ours].make(url)


async def measure(url: str, name: str, streams: int, seconds: float) -> dict[str, Any]:
    """Read streams in one way for a while."""
    name, _, unfrozen = name.partition(_UNFROZEN[:2])
    count = int((seconds + _WARM_UP + 2) * TOKENS_A_SECOND)
    url = f"{url}/paced/{count}/1"
    lags: Any = _Lags()
    if name == "httpx":
        source = Httpx(url)
        readers = [_bare(source, lags) for _ in range(streams)]
    else:
        model = _model(name, url)
        readers = [_chat(model, lags) for _ in range(streams)]
    if not unfrozen:
        gc.collect()
        gc.freeze()
    tasks = [asyncio.create_task(reader) for reader in readers]
    await asyncio.wait(tasks, timeout=_WARM_UP + seconds, return_when="FIRST_EXCEPTION")
    figures: dict[str, Any] = lags.figures()
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    await asyncio.wait(tasks)
    return figures


def _ways(transports: list[str]) -> list[str]:
    ours = [OURS.name if t == "httpx" else f"{OURS.name} over {t}" for t in transports]
    peers = [n for n, m in MAKERS.items() if m.installed and n != OURS.name]
    return ["httpx", "floor", *ours, *peers, OURS.name + _UNFROZEN]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transport", default="httpx", help="of ChatSSE, with commas")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, nargs="+", default=STREAMS)
    parser.add_argument("--all", action="store_true", help="go on where it is too late")
    parser.add_argument("--one", nargs=3, help="URL, way and streams, for one process")
    args = parser.parse_args()
    if args.one:
        url, name, streams = args.one
        figures = asyncio.run(measure(url, name, int(streams), args.seconds))
        print(json.dumps(figures))
        return
    table = Table(
        "real_time",
        f"Streams of {TOKENS_A_SECOND} tokens a second ({args.rounds} rounds)",
        *("streams", "way", "CPU share", "µs a token", "lag p50, ms", "lag p99, ms"),
        *("longest pause, ms", "note"),
    )
    ways = _ways(args.transport.split(","))
    for streams in args.streams:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
        for _, name in itertools.product(range(args.rounds), ways):
            with running() as url:
                one = ("--one", url, name, streams, "--seconds", args.seconds)
                found[name].append(in_new_process(__spec__.name, *one))
        for name, rounds in found.items():
            failures = [one["failure"] for one in rounds if "failure" in one]
            if failures:
                table.add(streams, name, *(None,) * 5, failures[0])
                ways.remove(name)
                continue
            keys = ("cpu", "us", "p50", "p99", "gc")
            middle = [statistics.median(one[key] for one in rounds) for key in keys]
            table.add(streams, name, *middle, "")
            if middle[3] > TOO_LATE_MS and not args.all:
                ways.remove(name)
        table.save()


if __name__ == "__main__":
    main()
