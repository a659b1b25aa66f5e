"""Keep thousands of answers for readers that leave, come back, reload and stop.

First one worker keeps them in its memory, then two keep them in a Redis, and a reader
comes back to any of them; then the same with a Redis that restarts now and then, and
loses its data. Every text has to be whole, and every event to come once; only from a
Redis that restarts a reader may get an error instead, but never a gap. In
the end, no model may go on, and no task, socket or key may be left. Run from the root
of the project: `python -m scripts.kept_soak --count 500`. The same seed makes the same
answers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import redis

from scripts.kept_soak.client import Reader, Wrong
from scripts.kept_soak.far import KEPT_SECONDS, LINGER_SECONDS
from scripts.kept_soak.plan import plan_of, question_of
from scripts.soak.measures import Holdings, left_behind

_READERS = 60
_MOST_SHOWN = 20
_LIMIT = 2**24
_SHAKEN_SECONDS, _DOWN_SECONDS = 3.0, 0.2
"""Seconds between two restarts, and for one."""
_SETTLE_SECONDS = LINGER_SECONDS + KEPT_SECONDS + 15
"""More than all that is kept needs to be dropped."""


class _Held(NamedTuple):
    """The resources, tasks, open answers and complaints of a worker."""

    resources: Holdings
    tasks: list[str]
    open: list[str]
    complaints: list[str]


class _Worker:
    """A process with the application."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @classmethod
    async def begin(cls, keep: str) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scripts.kept_soak.far", "--keep", keep),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LIMIT,
        )
        assert process.stdout is not None  # noqa: S101  it is a pipe
        return cls(process, int(await process.stdout.readline()))

    async def holds(self) -> _Held:
        """Return the resources of the process now."""
        assert self._process.stdin is not None  # noqa: S101  it is a pipe
        assert self._process.stdout is not None  # noqa: S101  it is a pipe
        self._process.stdin.write(b"now\n")
        told: dict[str, Any] = json.loads(await self._process.stdout.readline())
        own = [told.pop(name) for name in ("tasks", "open", "complaints")]
        return _Held(Holdings(**told), *own)

    async def end(self) -> int:
        await self._process.communicate(b"")
        return self._process.returncode or 0


class Soak:
    """Asks for answers, and keeps what is found."""

    def __init__(self, seed: int, numbers: range) -> None:
        self._seed = seed
        self._numbers = numbers
        self.findings: list[str] = []

    async def run(
        self, keep: str, workers: int, what: str, *, is_shaken: bool = False
    ) -> None:
        """Read the answers, and look what is left."""
        self._is_shaken = is_shaken
        async with _workers(keep, workers) as started:
            before = [await worker.holds() for worker in started]
            begun = time.monotonic()
            counts = await self._read_all([worker.port for worker in started])
            seconds = time.monotonic() - begun
            print(f"{what}: {len(self._numbers)} answers in {seconds:.0f} s,", end=" ")
            print(*(f"{ending}: {count}" for ending, count in counts.items()))
            for worker, first in zip(started, before, strict=True):
                self._compare(first, await self._settled(worker, first))
            for worker in started:
                if code := await worker.end():
                    self.findings.append(f"a worker ended with the code {code}")

    async def wait_for_keys(self, url: str) -> None:
        """Wait until Redis has dropped all that is kept."""
        until = time.monotonic() + _SETTLE_SECONDS
        # The control keys of the workers live longer.
        with contextlib.closing(redis.Redis.from_url(url)) as data:
            while keys := [k for k in data.scan_iter() if b":control:" not in k]:
                if time.monotonic() > until:
                    self.findings.append(f"{len(keys)} keys are left: {keys[:5]}")
                    return
                await asyncio.sleep(0.1)
            ends = [data.pttl(key) for key in data.scan_iter()]
        if not all(isinstance(end, int) and end > 0 for end in ends):
            self.findings.append("a key never ends")

    async def _read_all(self, ports: list[int]) -> Counter[str]:
        numbers, counts = iter(self._numbers), Counter[str]()

        async def read() -> None:
            for number in numbers:
                plan = plan_of(question_of(self._seed, number))
                counts[plan.ending] += 1
                try:
                    await Reader(plan, ports, is_shaken=self._is_shaken).check()
                except (Wrong, OSError, ValueError, EOFError) as error:
                    self.findings.append(f"answer {number}, {plan}: {error!r}")

        await asyncio.gather(*(read() for _ in range(_READERS)))
        return counts

    def _compare(self, before: _Held, after: _Held) -> None:
        self.findings += left_behind(before.resources, after.resources)
        if len(after.tasks) > len(before.tasks):
            self.findings.append(f"tasks are left: {after.tasks}")
        if after.open:
            self.findings.append(f"{len(after.open)} answers go on")
        self.findings += after.complaints

    @staticmethod
    async def _settled(worker: _Worker, before: _Held) -> _Held:
        until = time.monotonic() + _SETTLE_SECONDS
        while True:
            held = await worker.holds()
            done = not held.open and len(held.tasks) <= len(before.tasks)
            if done or time.monotonic() > until:
                return held
            await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def _workers(keep: str, count: int) -> AsyncIterator[list[_Worker]]:
    yield [await _Worker.begin(keep) for _ in range(count)]


class _Redis:
    """A Redis without files."""

    def __init__(self, folder: str) -> None:
        path = shutil.which("redis-server")
        assert path, "redis-server is not installed"  # noqa: S101  said to the user
        self._folder = folder
        socket = Path(folder, "redis.sock")
        self._command = [path, "--port", "0", "--unixsocket", str(socket), "--save", ""]
        self.url = f"unix://{socket}"

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own configuration
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL
        )

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    async def shake(self) -> None:
        """Restart it again and again."""
        while True:
            await asyncio.sleep(_SHAKEN_SECONDS)
            self.stop()
            await asyncio.sleep(_DOWN_SECONDS)
            self.start()


async def _all(soak: Soak, server: _Redis) -> None:
    await soak.run("memory://", 1, "in memory")
    await soak.run(server.url, 2, "in Redis, two workers")
    await soak.wait_for_keys(server.url)
    shaking = asyncio.ensure_future(server.shake())
    await soak.run(server.url, 2, "in a Redis that restarts", is_shaken=True)
    shaking.cancel()


def main() -> int:
    """Ask for so many answers; return 1 when there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))  # noqa: S311
    parser.add_argument("--answer", type=int, help="this one only")
    given = parser.parse_args()
    numbers = range(given.count)
    if given.answer is not None:
        numbers = range(given.answer, given.answer + 1)
    print(f"{len(numbers)} answers with --seed {given.seed}", flush=True)
    soak = Soak(given.seed, numbers)
    with tempfile.TemporaryDirectory() as folder:
        server = _Redis(folder)
        server.start()
        try:
            asyncio.run(_all(soak, server))
        finally:
            server.stop()
    for finding in soak.findings[:_MOST_SHOWN]:
        print(f"\n{finding}")
    print(
        f"{len(soak.findings)} findings with --seed {given.seed}; --answer repeats one"
    )
    return 1 if soak.findings else 0


if __name__ == "__main__":
    sys.exit(main())
