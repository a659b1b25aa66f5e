"""The needs of large batches: memory, CPU time, and time in which connections are idle.

Two ways to ask many prompts over a limited number of connections: one call of
`abatch_as_completed` for all of them, and a few tasks that share an iterator, as
`examples/batch_file.py` has them. Each is measured in a process of its own until the
first answers are there (Linux). The times of calls in windows are computed, for answers
whose lengths differ as those of models do.

    python -m benchmarks.batches [--prompts 1000 10000 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from benchmarks.processes import (
    forget_peak,
    in_new_process,
    memory_now,
    memory_peak,
)
from benchmarks.server import running
from benchmarks.tables import Table
from langchain_sse_chat import ChatSSE

CONNECTIONS = 20
MOST_ANSWERS = 2_000
"""Answers that are read in a measurement."""
SPREAD = 0.6
"""The spread of the simulated times: one of twenty takes 2.7 times the median."""
WAYS = ("one call", "tasks")


def prompts(count: int) -> Iterator[str]:
    """Yield prompts, each a text of its own."""
    return (f"Tell me something about the number {n}." for n in range(count))


async def one_call(chat: ChatSSE, count: int) -> AsyncIterator[Any]:
    """Yield answers of one call for all prompts."""
    asked = [*prompts(count)]
    config: Any = {"max_concurrency": CONNECTIONS}
    async for _, answer in chat.abatch_as_completed(asked, config):
        yield answer


async def tasks(chat: ChatSSE, count: int) -> AsyncIterator[Any]:
    """Yield answers that tasks ask for, each with the next prompt of an iterator."""
    asked = prompts(count)
    answers: asyncio.Queue[Any] = asyncio.Queue()

    async def ask_next() -> None:
        for prompt in asked:
            await answers.put(await chat.ainvoke(prompt))

    running = [asyncio.create_task(ask_next()) for _ in range(CONNECTIONS)]
    for _ in range(count):
        yield await answers.get()
    await asyncio.gather(*running)


async def measured(url: str, way: str, count: int) -> dict[str, float]:
    """Return memory in MB, seconds to the first answer, and CPU ms of each other."""
    chat = ChatSSE(model="m", base_url=f"{url}/text/100/16", streaming=True)
    await chat.ainvoke("Hello")
    answers = one_call if way == "one call" else tasks
    most = min(count, MOST_ANSWERS)
    forget_peak()
    before, started = memory_now(), time.monotonic()
    first = used = 0.0
    number = 0
    async for _ in answers(chat, count):
        if not number:
            first, used = time.monotonic() - started, time.process_time()
        number += 1
        if number == most:
            break
    return {
        "first": first,
        "megabytes": (memory_peak() - before) / 1e6,
        "cpu": (time.process_time() - used) * 1e3 / (most - 1),
    }


def idle_share(window: int, connections: int, windows: int = 50) -> float:
    """Return which part of their time connections are idle at the ends of windows."""
    random.seed(1)
    busy = total = 0.0
    for _ in range(windows):
        free = [0.0] * connections
        for _ in range(window):
            seconds = random.lognormvariate(0, SPREAD)
            busy += seconds
            heapq.heapreplace(free, free[0] + seconds)
        total += max(free)
    return 1 - busy / (total * connections)


def ids_memory(count: int) -> float:
    """Return the bytes that each ID of a set takes."""
    before = memory_now()
    kept = {f"prompt-{number:08}" for number in range(count)}
    return (memory_now() - before) / len(kept)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--prompts", type=int, nargs="+", default=[1_000, 10_000, 100_000]
    )
    parser.add_argument("--one", nargs=3, help="URL, way and prompts, for one process")
    args = parser.parse_args()
    if args.one:
        url, way, count = args.one
        print(json.dumps(asyncio.run(measured(url, way, int(count)))))
        return
    table = Table(
        "batches",
        f"Batches over {CONNECTIONS} connections, answers of 100 tokens",
        *("prompts", "way", "first answer, s", "memory, MB", "CPU ms a prompt", "note"),
    )
    for count, way in itertools.product(args.prompts, WAYS):
        with running() as url:
            found = in_new_process(__spec__.name, "--one", url, way, count)
        failure = found.get("failure", "")
        figures = [found.get(name, 0.0) for name in ("first", "megabytes", "cpu")]
        table.add(count, way, *figures, failure)
        table.fault("ChatSSE", failure)
    table.end()
    print(f"\nMemory for each ID that is done: {ids_memory(100_000):.0f} bytes\n")
    for connections in (20, 200):
        for times in (5, 20, 100):
            idle = idle_share(times * connections, connections)
            print(
                f"{connections} connections, windows of {times * connections:,} "
                f"prompts: idle for {idle:.0%} of the time"
            )


if __name__ == "__main__":
    main()
