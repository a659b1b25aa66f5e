"""The near side of the soak: many concurrent readers, in threads and in tasks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scripts.soak.client import OnDisconnect, Outcome, Reader, fault_of_outcome

_THREADS = 16
_TASKS = 48


class _Numbers:
    """Gives numbers to many readers, each once, until the time is up."""

    def __init__(self, numbers: range, until: float) -> None:
        self._numbers = iter(numbers)
        self._until = until
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        while time.monotonic() < self._until:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            yield number


@dataclass
class Near:
    """Reads streams and keeps what is found."""

    reader: Reader
    on_disconnect: OnDisconnect
    done: int = 0
    stopped: int = 0
    """Streams that their reader left."""
    errors: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, numbers: range, until: float) -> None:
        """Read streams: those with even numbers in threads, the others in tasks.

        Args:
            numbers: The streams.
            until: When no further one is begun, on the clock of `time.monotonic`.
        """
        even = range(numbers.start + numbers.start % 2, numbers.stop, 2)
        odd = range(numbers.start + 1 - numbers.start % 2, numbers.stop, 2)
        in_threads, in_tasks = _Numbers(even, until), _Numbers(odd, until)
        workers = [
            threading.Thread(target=self._read, args=(in_threads,))
            for _ in range(_THREADS)
        ]
        workers.append(threading.Thread(target=self._run_tasks, args=(in_tasks,)))
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def close(self) -> None:
        """Close the connections."""
        for chat in self.reader.chats:
            chat.close()

    def _read(self, numbers: _Numbers) -> None:
        for number in numbers:
            self._judge(number, self.reader.read(number))

    def _run_tasks(self, numbers: _Numbers) -> None:
        async def read() -> None:
            for number in numbers:
                self._judge(number, await self.reader.aread(number))

        async def read_in_tasks() -> None:
            await asyncio.gather(*(read() for _ in range(_TASKS)))

        asyncio.run(read_in_tasks())

    def _judge(self, number: int, outcome: Outcome) -> None:
        question = self.reader.question(number)
        fault = fault_of_outcome(outcome, question, self.on_disconnect)
        with self._lock:
            self.done += 1
            self.stopped += outcome.stopped
            if outcome.error:
                self.errors[outcome.error] += 1
            if fault is not None:
                self.findings.append(f"stream {number}: {fault}")
