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

    def close(self, message: object, held: object) -> list[Any]:
        """Give nothing."""
        del message, held
        return []


def _drain(outputs: Any) -> int:
    return sum(1 for _ in outputs)


async def _adrain(outputs: Any) -> int:
    count = 0
    async for _ in outputs:
        count += 1
    return count


def sync_ways(source: Httpx, model: Any, methods: Methods) -> dict[str, Ways]:
    """Return the layers of the sync methods, from below."""
    below: Ways = {
        "httpx": lambda: _drain(source.reads()),
        "+ reader": lambda: _drain(model._ask(Nothing, MESSAGES, None, {}, None)),
    }
    chunks = {"+ chunks": lambda: _drain(model._stream(MESSAGES))}
    events = {"+ events": lambda: _drain(model._stream_chat_model_events(MESSAGES))}
    loop = "+ LangChain"
    return {
        "stream": below | chunks | {loop: lambda: methods.runs["stream"][0](model)},
        "stream_events v3": below
        | events
        | {loop: lambda: methods.runs["stream_events v3"][0](model)},
    }


def async_ways(
    source: Httpx, model: Any, methods: Methods, runner: asyncio.Runner
) -> dict[str, Ways]:
    """Return the layers of the async methods, from below."""

    async def read() -> int:
        return await _adrain(await model._aask(Nothing, MESSAGES, None, {}, None))

    below: Ways = {
        "httpx": lambda: runner.run(_adrain(source.areads())),
        "+ reader": lambda: runner.run(read()),
    }
    chunks = {"+ chunks": lambda: runner.run(_adrain(model._astream(MESSAGES)))}
    events = {
        "+ events": lambda: runner.run(
            _adrain(model._astream_chat_model_events(MESSAGES))
        )
    }
    loop = "+ LangChain"
    return {
        "astream": below | chunks | {loop: lambda: methods.runs["astream"][0](model)},
        "astream_events v3": below
        | events
        | {loop: lambda: methods.runs["astream_events v3"][0](model)},
    }


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
            ways = sync_ways(source, model, methods)
            for method, layers in (
                ways | async_ways(source, model, methods, runner)
            ).items():
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
