"""Whose a token's time is: the same answer, read through one layer more each time.

What a layer takes is what its row takes more than the row before. `reader` is this
package's client and everything up to the wire's own parts, with nothing made of them;
`chunks` and `events` are what LangChain is given; the last row is LangChain's own loop
around them.

    python -m benchmarks.layers [--short]
"""
# ruff: noqa: SLF001  the layers below the public methods

from __future__ import annotations

import argparse
import asyncio
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_core._api.beta_decorator import LangChainBetaWarning
from langchain_core.messages import HumanMessage

from benchmarks.floors import Httpx
from benchmarks.measure import in_turns
from benchmarks.methods import Methods
from benchmarks.peers import OURS
from benchmarks.server import running
from benchmarks.tables import Table

MESSAGES = [HumanMessage("Hello")]
Ways = dict[str, Callable[[], object]]


class Nothing:
    """Makes nothing of an answer."""

    def feed(self, delta: object) -> list[Any]:
        """Take a part of the answer; give nothing."""
        del delta
        return []

    def close(self, message: object, pending: object) -> list[Any]:
        """Give nothing."""
        del message, pending
        return []


def _drain(outputs: Any) -> int:
    return sum(1 for _ in outputs)


async def _adrain(outputs: Any) -> int:
    count = 0
    async for _ in outputs:
        count += 1
    return count


def stacked(
    methods: Methods,
    model: Any,
    names: tuple[str, str],
    below: tuple[Callable[[], object], ...],
) -> dict[str, Ways]:
    """Return the layers of two methods, from below.

    Args:
        methods: The methods, for the whole of them.
        model: The model that is read.
        names: Of the method that gives chunks, and of the one that gives events.
        below: What reads with httpx, to the reader, to chunks and to events.
    """
    httpx, reader, chunks, events = below
    both: Ways = {"httpx": httpx, "+ reader": reader}
    with_chunks, with_events = names
    return {
        with_chunks: both
        | {"+ chunks": chunks}
        | {"+ LangChain": partial(methods.runs[with_chunks][0], model)},
        with_events: both
        | {"+ events": events}
        | {"+ LangChain": partial(methods.runs[with_events][0], model)},
    }


def all_ways(
    source: Httpx, model: Any, methods: Methods, runner: asyncio.Runner
) -> dict[str, Ways]:
    """Return the layers of each method."""

    async def reader() -> int:
        return await _adrain(await model._aask(Nothing(), MESSAGES, None, {}, None))

    sync = stacked(
        methods,
        model,
        ("stream", "stream_events v3"),
        (
            lambda: _drain(source.reads()),
            lambda: _drain(model._ask(Nothing(), MESSAGES, None, {}, None)),
            lambda: _drain(model._stream(MESSAGES)),
            lambda: _drain(model._stream_chat_model_events(MESSAGES)),
        ),
    )
    return sync | stacked(
        methods,
        model,
        ("astream", "astream_events v3"),
        (
            lambda: runner.run(_adrain(source.areads())),
            lambda: runner.run(reader()),
            lambda: runner.run(_adrain(model._astream(MESSAGES))),
            lambda: runner.run(_adrain(model._astream_chat_model_events(MESSAGES))),
        ),
    )


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore", LangChainBetaWarning)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    rounds = 3 if args.short else args.rounds
    table = Table(
        "layers",
        f"Whose a token's time is ({args.tokens:,} tokens, {rounds} rounds)",
        *("events a write", "method", "up to", "µs a token", "of it this layer"),
    )
    with running() as url, asyncio.Runner() as runner:
        for group in (1, 16):
            answer = f"{url}/text/{args.tokens}/{group}"
            source, methods = Httpx(answer), Methods(runner)
            model = OURS.make(answer)
            ways = all_ways(source, model, methods, runner)
            for method, layers in ways.items():
                below = 0.0
                for name, taken in in_turns(layers, rounds).items():
                    if taken.failure:
                        msg = f"{method}, {name}: {taken.failure}"
                        raise SystemExit(msg)
                    cost = taken.seconds / args.tokens * 1e6
                    table.add(group, method, name, cost, cost - below)
                    below = cost
    table.save()


if __name__ == "__main__":
    main()
