"""Memory of open streams, and of one long stream (Linux; a process for each way).

An open stream is one whose first token is in hand and whose next one has not come. The
long stream's chunks are thrown away by the reader; LangChain's `stream` keeps them all.

    python -m benchmarks.memory [--streams 1000] [--tokens 200000]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from langchain_core.language_models import BaseChatModel

from benchmarks.floors import Floor, Httpx
from benchmarks.methods import PROMPT, stream
from benchmarks.peers import MAKERS
from benchmarks.processes import (
    forget_peak,
    in_new_process,
    memory_now,
    memory_peak,
)
from benchmarks.server import running
from benchmarks.tables import Table

_AT_ONCE = 50
"""How many streams are opened at a time."""


def _model(name: str, url: str) -> BaseChatModel:
    return Floor(source=Httpx(url)) if name == "floor" else MAKERS[name].make(url)


def _reads(name: str, url: str) -> Any:
    """Return what makes another stream."""
    if name == "httpx":
        return Httpx(url).areads
    model = _model(name, url)
    return lambda: model.astream(PROMPT)


async def open_streams(url: str, name: str, count: int) -> dict[str, float]:
    """Return the bytes of each of so many open streams."""
    make = _reads(name, f"{url}/held/1/1")
    kept: list[AsyncIterator[Any]] = []

    async def open_some(number: int) -> None:
        new = [make() for _ in range(number)]
        await asyncio.gather(*map(anext, new))
        kept.extend(new)

    # Not one more than `count`: the pools of ChatSSE and ChatOpenAI hold 1,000.
    await open_some(_AT_ONCE)
    gc.collect()
    before = memory_now()
    for _ in range(count // _AT_ONCE - 1):
        await open_some(_AT_ONCE)
    gc.collect()
    figure = (memory_now() - before) / (len(kept) - _AT_ONCE)
    for one in kept:
        async with aclosing(cast("AsyncGenerator[Any]", one)):
            pass
    return {"figure": figure}


def long_stream(url: str, name: str, tokens: int) -> dict[str, float]:
    """Return by how many bytes the memory grew for one stream of so many tokens."""
    url = f"{url}/text/{tokens}/16"
    short = url.replace(f"/{tokens}/", "/100/")
    if name == "httpx":
        warm, source = Httpx(short), Httpx(url)
        sum(1 for _ in warm.reads())
    else:
        stream(_model(name, short))
        model = _model(name, url)
    gc.collect()
    forget_peak()
    before = memory_now()
    came = sum(1 for _ in source.reads()) if name == "httpx" else stream(model)
    return {"figure": float(memory_peak() - before), "came": came}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--tokens", type=int, default=200_000)
    parser.add_argument("--one", nargs=3, help="measure, URL and way, for one process")
    args = parser.parse_args()
    if args.one:
        measure, url, name = args.one
        if measure == "open":
            print(json.dumps(asyncio.run(open_streams(url, name, args.streams))))
        else:
            print(json.dumps(long_stream(url, name, args.tokens)))
        return
    names = ["httpx", "floor", *(n for n, maker in MAKERS.items() if maker.installed)]
    measures = {
        "open": (f"a stream, {args.streams:,} open", 1e3, "kB"),
        "long": (f"peak of {args.tokens:,} tokens", 1e6, "MB"),
    }
    table = Table("memory", "Memory", "what", "way", "memory", "unit", "note")
    for measure, (what, scale, unit) in measures.items():
        for name in names:
            sizes = ("--streams", args.streams, "--tokens", args.tokens)
            with running() as url:
                found = in_new_process(
                    __spec__.name, "--one", measure, url, name, *sizes
                )
            figure = found["figure"] / scale if "figure" in found else None
            table.add(what, name, figure, unit, found.get("failure", ""))
    table.save()


if __name__ == "__main__":
    main()
