"""Many streams at the pace of real answers: CPU share, and how late tokens are.

Each reader asks for answer after answer, and begins somewhere in the first one, so that
as many streams run at any moment and do not go on in step. A stream has 50 tokens a
second. Each delta carries the time at which the server wrote it; its lag is the time
from then to the chunk in hand. Client and server are processes of their own; a way is
not asked for more streams after its 99th percentile passed 50 ms. The longest pause is
the one that Python's garbage collector made; a pause of 100 ms in 10 s is what the
slowest percent waits for. A server whose share of a CPU is near 1 is late itself.

    python -m benchmarks.real_time [--answer 300] [--seconds 10]

With `--answer 0` no stream ends, and all that LangChain keeps grows with the time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from benchmarks.floors import Floor, Httpx
from benchmarks.measure import reason
from benchmarks.peers import ASYNC_MAKERS, OURS, OURS_AIOHTTP, PEERS
from benchmarks.processes import in_new_process
from benchmarks.server import TOKENS_A_SECOND, running
from benchmarks.tables import NOT_INSTALLED, Table

STREAMS = (50, 100, 200, 300)
TOO_LATE_MS = 50.0
_WARM_UP = 2.0
_KEYS = ("cpu", "us", "p50", "p99", "gc", "server")
_UNFROZEN = ", no `gc.freeze()`"
_TRANSPORTS = {"httpx": OURS, "aiohttp": OURS_AIOHTTP}


class Lags:
    """Takes the times that the server wrote, from when it is told to."""

    def __init__(self) -> None:
        """Take nothing yet."""
        self._on = False
        self._cpu = self._wall = self._began = self._pause = 0.0
        self._lags: list[int] = []
        gc.callbacks.append(self._collecting)

    def _collecting(self, phase: str, _info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._began = now
        elif self._on:
            self._pause = max(self._pause, now - self._began)

    def begin(self) -> None:
        """Take what comes from now on."""
        self._cpu, self._wall = time.process_time(), time.monotonic()
        self._on = True

    def take(self, written: str) -> None:
        """Take what a delta says, the time at which it was written."""
        if self._on:
            self._lags.append(time.monotonic_ns() - int(written))

    def figures(self) -> dict[str, float]:
        """Return percentiles in milliseconds, and the CPU's share."""
        cpu = time.process_time() - self._cpu
        wall = time.monotonic() - self._wall
        self._on = False
        percentiles = statistics.quantiles(self._lags, n=100)
        return {
            "p50": percentiles[49] / 1e6,
            "p99": percentiles[98] / 1e6,
            "cpu": cpu / wall,
            "gc": self._pause * 1000,
            "us": cpu / len(self._lags) * 1e6,
        }


class _Events:
    """Joins what httpx gives of an event in two parts, which it seldom does."""

    def __init__(self) -> None:
        self._rest = b""

    def written(self, data: bytes) -> str:
        """Return the time in a delta, `""` while it has no time."""
        data = self._rest + data
        if not data.endswith(b"\n\n"):
            self._rest = data
            return ""
        self._rest = b""
        _, _, rest = data.partition(b'"content": " ')
        return rest.partition(b'"')[0].decode()


class _Stamped(Floor):
    """Yields a chunk for each event, with the time that stands in it."""

    async def _astream(
        self, messages: Any, *_: Any, **__: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        events = _Events()
        async for data in self.source.areads(messages[-1].content):
            message = AIMessageChunk(content=events.written(data))
            yield ChatGenerationChunk(message=message)


async def _bare(source: Httpx, lags: Lags, tokens: int) -> int:
    """Read an answer of so many tokens with httpx; return how many came."""
    came, events = 0, _Events()
    async for data in source.areads(str(tokens)):
        if written := events.written(data):
            lags.take(written)
            came += 1
    return came


async def _chat(model: BaseChatModel, lags: Lags, tokens: int) -> int:
    """Read an answer of so many tokens with a model; return how many came."""
    came = 0
    async for chunk in model.astream(str(tokens)):
        if chunk.content:
            lags.take(str(chunk.content))
            came += 1
    return came


def _read(name: str, url: str, lags: Lags) -> Callable[[int], Coroutine[Any, Any, int]]:
    """Return a function that reads an answer of so many tokens in one way."""
    if name == "httpx":
        return partial(_bare, Httpx(url), lags)
    if name == "floor":
        return partial(_chat, _Stamped(source=Httpx(url)), lags)
    return partial(_chat, ASYNC_MAKERS[name].make(url), lags)


async def _keep_asking(
    read: Callable[[int], Coroutine[Any, Any, int]], first: int, later: int
) -> None:
    """Read answer after answer.

    Raises:
        AssertionError: One does not have the tokens that it should.
    """
    # Connections are opened one after the other, not all at the same time.
    await asyncio.sleep(random.random())  # noqa: S311
    for tokens in itertools.chain((first,), itertools.repeat(later)):
        came = await read(tokens)
        if came != tokens:
            msg = f"loses the text: {came} tokens of {tokens}"
            raise AssertionError(msg)


async def _server_time(source: Httpx) -> tuple[float, float]:
    """Return the CPU seconds that the server has taken, and the time there."""
    said = b"".join([data async for data in source.areads()])
    cpu, now = json.loads(said)
    return cpu, now


def _firsts(streams: int, answer: int) -> list[int]:
    """Return the tokens of each reader's first answer, evenly from 1 to a whole one."""
    firsts = [1 + i * answer // streams for i in range(streams)]
    random.shuffle(firsts)
    return firsts


async def measure(
    server: str, name: str, streams: int, args: argparse.Namespace
) -> dict[str, Any]:
    """Read streams in one way for a while."""
    lags = Lags()
    clock = Httpx(f"{server}/cpu/0/1")
    read = _read(name.removesuffix(_UNFROZEN), f"{server}/paced/0/1", lags)
    endless = int((args.seconds + _WARM_UP) * TOKENS_A_SECOND * 10)
    answer = args.answer or endless
    firsts = _firsts(streams, answer) if args.answer else [endless] * streams
    if not name.endswith(_UNFROZEN):
        gc.collect()
        gc.freeze()
    tasks = [asyncio.create_task(_keep_asking(read, n, answer)) for n in firsts]
    await asyncio.wait(tasks, timeout=_WARM_UP, return_when="FIRST_EXCEPTION")
    before = await _server_time(clock)
    lags.begin()
    await asyncio.wait(tasks, timeout=args.seconds, return_when="FIRST_EXCEPTION")
    for task in tasks:
        if task.done():
            task.result()
    figures: dict[str, Any] = lags.figures()
    cpu, wall = (b - a for a, b in zip(before, await _server_time(clock), strict=True))
    return {**figures, "server": cpu / wall}


async def _measure_and_exit(
    server: str, name: str, streams: int, args: argparse.Namespace
) -> None:
    """Print the figures, or why they are missing, and end this process.

    It does not wait for its readers: those of `ChatOpenAI` go on when they are
    cancelled.
    """
    failed = 0
    try:
        print(json.dumps(await measure(server, name, streams, args)), flush=True)
    except Exception as error:  # noqa: BLE001  a peer's, of any kind
        print(reason(error), file=sys.stderr, flush=True)
        failed = 1
    os._exit(failed)


def _ways(transports: list[str]) -> list[str]:
    ours = [_TRANSPORTS[name] for name in transports]
    frozen = [maker.name for maker in (*ours, *PEERS)]
    unfrozen = [m.name + _UNFROZEN for m in ours if m.installed][-1:]
    return ["httpx", "floor", *frozen, *unfrozen]


def _add(table: Table, streams: int, name: str, rounds: list[dict[str, Any]]) -> bool:
    """Add a row; return whether the way keeps up, so that more can be asked of it."""
    failures = [one["failure"] for one in rounds if "failure" in one]
    if failures:
        table.add(streams, name, *(None,) * len(_KEYS), failures[0])
        table.fault(name, f"{streams} streams: {failures[0]}")
        return False
    middle = {key: statistics.median(one[key] for one in rounds) for key in _KEYS}
    table.add(streams, name, *middle.values(), "")
    return bool(middle["p99"] <= TOO_LATE_MS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--transport", default="httpx,aiohttp", help="of ChatSSE, with commas"
    )
    parser.add_argument(
        "--answer", type=int, default=300, help="tokens; 0: answers do not end"
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--streams", type=int, nargs="+", default=STREAMS)
    parser.add_argument("--all", action="store_true", help="go on where it is too late")
    parser.add_argument("--one", nargs=3, help="URL, way and streams, for one process")
    return parser


def main() -> None:
    """Print the table."""
    args = _parser().parse_args()
    if args.one:
        url, name, streams = args.one
        asyncio.run(_measure_and_exit(url, name, int(streams), args))
    length = f"answers of {args.answer} tokens" if args.answer else "endless answers"
    table = Table(
        "real_time",
        f"Streams of {TOKENS_A_SECOND} tokens a second, {length}"
        f" ({args.rounds} rounds of {args.seconds:g} s)",
        *("streams", "way", "CPU share", "µs a token", "lag p50, ms", "lag p99, ms"),
        *("longest pause, ms", "CPU share of the server", "note"),
    )
    ways = _ways(args.transport.split(","))
    for name in [n for n, m in ASYNC_MAKERS.items() if n in ways and not m.installed]:
        table.add(None, name, *(None,) * len(_KEYS), NOT_INSTALLED)
        ways.remove(name)
    sizes = ("--seconds", args.seconds, "--answer", args.answer)
    for streams in args.streams:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in ways}
        for _, name in itertools.product(range(args.rounds), ways):
            with running() as url:
                one = ("--one", url, name, streams, *sizes)
                found[name].append(in_new_process(__spec__.name, *one))
        for name, rounds in found.items():
            if not _add(table, streams, name, rounds) and not args.all:
                ways.remove(name)
        table.save()
    table.end()


if __name__ == "__main__":
    main()
