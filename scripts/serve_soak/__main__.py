"""Serve thousands of streams through all that can go wrong on both sides.

The relay runs in another process, between clients and a server of a model that both
follow a plan, which a seed makes. Every text is compared, and in the end the relay may
not hold more than at the beginning. Run from the root of the project:
`python -m scripts.serve_soak --seconds 60`. The same seed makes the same streams.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from langchain_sse_chat.testing import ScriptedServer
from scripts.serve_soak.client import outcome
from scripts.serve_soak.plan import question_of, stream_of
from scripts.serve_soak.upstream import reply
from scripts.soak.measures import Holdings, growth, left_behind

_TASKS = 24
_EARLY = 0.4
"""The share of the time after which the memory is measured first."""
_LEAST_EARLY = 1500
"""Streams before the first measure; with fewer, memory is still taken for the first
time, and its growth means nothing."""
_MOST_SHOWN = 20
_LIMIT = 2**24
"""Characters of a line of the relay."""
_SETTLE_SECONDS = 10.0


class _Held(NamedTuple):
    """The resources, tasks and complaints of the relay."""

    resources: Holdings
    tasks: list[str]
    complaints: list[str]
    """Errors of its event loop, and those raised while garbage was collected."""


class _Relay:
    """The process with the application."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.port = 0

    @classmethod
    async def begin(cls, upstream: str) -> _Relay:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scripts.serve_soak.far", "--upstream", upstream),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LIMIT,
        )
        relay = cls(process)
        relay.port = int(await relay._line())
        return relay

    async def holds(self, command: str = "now") -> _Held:
        """Return the resources of the process now."""
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        self._process.stdin.write(f"{command}\n".encode())
        told: dict[str, Any] = json.loads(await self._line())
        tasks, complaints = told.pop("tasks"), told.pop("complaints")
        return _Held(Holdings(**told), tasks, complaints)

    async def end(self) -> int:
        await self._process.communicate(b"")
        return self._process.returncode or 0

    async def _line(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101  it is a pipe
        return await self._process.stdout.readline()


class Soak:
    """Reads streams, and keeps what is found."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._port = 0
        self.done = 0
        self.counts: Counter[str] = Counter()
        self.findings: list[str] = []

    async def run(self, upstream: ScriptedServer, numbers: range, lasts: float) -> None:
        """Read these streams for so many seconds, and measure."""
        relay = await _Relay.begin(upstream.base_url)
        self._port = relay.port
        before = await relay.holds()
        left = iter(numbers)
        started = time.monotonic()
        await self._read_all(left, started + lasts * _EARLY)
        early, done_early = (await self._settled(relay, before)).resources, self.done
        await self._read_all(left, started + lasts)
        late = (await self._settled(relay, before)).resources
        seconds = time.monotonic() - started
        self._compare(before, await relay.holds("close"))
        if done_early >= _LEAST_EARLY and (grown := growth(early, late)):
            self.findings.append(grown)
        open_still = [r for r in upstream.requests if r.outcome == "answering"]
        if open_still:
            self.findings.append(f"{len(open_still)} answers of the model go on")
        if code := await relay.end():
            self.findings.append(f"the relay ended with the code {code}")
        print(
            f"{self.done} streams in {seconds:.0f} s; resident: "
            f"{before.resources.memory >> 10} KiB before, {early.memory >> 10} after "
            f"{done_early}, {late.memory >> 10} after {self.done}; "
            f"the model was left {upstream.disconnects} times"
        )
        print("streams:", *(f"\n  {what}: {n}" for what, n in self.counts.items()))

    def _compare(self, before: _Held, after: _Held) -> None:
        self.findings += left_behind(before.resources, after.resources)
        if len(after.tasks) > len(before.tasks):
            self.findings.append(f"tasks are left: {after.tasks}")
        self.findings += after.complaints

    @staticmethod
    async def _settled(relay: _Relay, before: _Held) -> _Held:
        """Return the resources when the tasks have ended, or have had time to end.

        Clients that do not read leave some that hold the rest of a long answer.
        """
        until = time.monotonic() + _SETTLE_SECONDS
        while True:
            held = await relay.holds()
            if len(held.tasks) <= len(before.tasks) or time.monotonic() > until:
                return held
            await asyncio.sleep(0.1)

    async def _read_all(self, numbers: Iterator[int], until: float) -> None:
        async def read() -> None:
            while time.monotonic() < until:
                number = next(numbers, None)
                if number is None:
                    return
                await self._read(number)

        await asyncio.gather(*(read() for _ in range(_TASKS)))

    async def _read(self, number: int) -> None:
        stream = stream_of(question_of(self._seed, number))
        try:
            found = await outcome(self._port, stream)
        except (OSError, ValueError, LookupError) as error:
            found = f"{type(error).__name__}: {error}"
        self.done += 1
        self.counts[f"reader: {stream.reader}"] += 1
        self.counts[f"fault of the model: {stream.fault or 'none'}"] += 1
        if found is not None:
            self.findings.append(f"stream {number}, {stream}: {found}")


def main() -> int:
    """Serve for so long; return 1 when there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    parser.add_argument("--stream", type=int, help="read this one only")
    given = parser.parse_args()
    numbers = range(given.count)
    if given.stream is not None:
        numbers = range(given.stream, given.stream + 1)
    print(f"{given.seconds:.0f} seconds with --seed {given.seed}", flush=True)
    soak = Soak(given.seed)
    with ScriptedServer(default=reply) as upstream:
        asyncio.run(soak.run(upstream, numbers, given.seconds))
    for finding in soak.findings[:_MOST_SHOWN]:
        print(f"\n{finding}")
    print(
        f"{len(soak.findings)} findings with --seed {given.seed}; --stream repeats one"
    )
    return 1 if soak.findings else 0


if __name__ == "__main__":
    sys.exit(main())
