"""Memory of open streams, and of one long stream (Linux; a process for each way).

An open stream is one whose first token is in hand and whose next one has not come. The
long stream's chunks are thrown away by the reader; LangChain's `stream` keeps them all,
unless a model sees to it.
The objects are those that Python's garbage collector looks at in a full collection.

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

from benchmarks.floors import PROMPT, Floor, Httpx
from benchmarks.methods import stream
from benchmarks.peers import ASYNC_MAKERS, OURS_AIOHTTP
from benchmarks.processes import (
    forget_peak,
    in_new_process,
    memory_now,
    memory_peak,
)
from benchmarks.server import running
from benchmarks.tables import NOT_INSTALLED, Table

_AT_ONCE = 50
"""How many streams are opened at a time, and not counted."""


def _model(name: str, url: str) -> BaseChatModel:
    return Floor(source=Httpx(url)) if name == "floor" else ASYNC_MAKERS[name].make(url)


def _reads(name: str, url: str) -> Any:
    """Return a function that opens another stream."""
    if name == "httpx":
        return Httpx(url).areads
    model = _model(name, url)
    return lambda: model.astream(PROMPT)


async def open_streams(url: str, name: str, count: int) -> dict[str, float]:
    """Return the bytes of each of so many open streams, and its objects."""
    make = _reads(name, f"{url}/held/1/1")
    kept: list[AsyncIterator[Any]] = []
    at_once = min(_AT_ONCE, count // 2)

    async def open_some(number: int) -> None:
        new = [make() for _ in range(number)]
        await asyncio.gather(*map(anext, new))
        kept.extend(new)

    # Not one more than `count`: the pools of ChatSSE and ChatOpenAI hold 1,000.
    await open_some(at_once)
    gc.collect()
    objects = len(gc.get_objects())
    before = memory_now()
    while len(kept) < count:
        await open_some(min(at_once, count - len(kept)))
    gc.collect()
    counted = len(kept) - at_once
    grown = memory_now() - before
    objects = len(gc.get_objects()) - objects
    for one in kept:
        async with aclosing(cast("AsyncGenerator[Any]", one)):
            pass
    return {"figure": grown / counted, "objects": objects / counted}


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
    table = Table(
        "memory",
        "Memory",
        *("what", "way", "memory", "unit", "objects of the collector", "note"),
    )
    names = ["httpx", "floor", *ASYNC_MAKERS]
    for name in names:
        found = _figures(name, "open", args)
        row = (_cell(found, 1e3), "kB", found.get("objects"))
        table.add(f"a stream, {args.streams:,} open", name, *row, found["note"])
        table.fault(name, found.get("failure", ""))
    # aiohttp has no part in a stream that is read with `stream`.
    for name in [one for one in names if one != OURS_AIOHTTP.name]:
        found = _figures(name, "long", args)
        # Not so with httpx and the floor, for which a read is what it is.
        if name in ASYNC_MAKERS and found.get("came", args.tokens) < args.tokens:
            found["failure"] = found["note"] = "loses tokens"
        row = (_cell(found, 1e6), "MB", None)
        table.add(f"peak of {args.tokens:,} tokens", name, *row, found["note"])
        table.fault(name, found.get("failure", ""))
    table.end()


def _figures(name: str, measure: str, args: argparse.Namespace) -> dict[str, Any]:
    """Return the result of a separate process, with a note."""
    if name in ASYNC_MAKERS and not ASYNC_MAKERS[name].installed:
        return {"note": NOT_INSTALLED}
    sizes = ("--streams", args.streams, "--tokens", args.tokens)
    with running() as url:
        found = in_new_process(__spec__.name, "--one", measure, url, name, *sizes)
    return {"note": found.get("failure", ""), **found}


def _cell(found: dict[str, Any], scale: float) -> float | None:
    return found["figure"] / scale if "figure" in found else None


if __name__ == "__main__":
    main()
