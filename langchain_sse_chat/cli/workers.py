"""Keep several processes at work, and end them together."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Process(Protocol):
    """A process, as `multiprocessing` has it."""

    sentinel: int
    exitcode: int | None

    def start(self) -> None:
        """Start it."""
        ...

    def terminate(self) -> None:
        """Send it SIGTERM."""
        ...

    def join(self) -> None:
        """Wait for its end."""
        ...


class Workers:
    """Several processes that do the same.

    A process that ends by itself is replaced. One that ends before it has said that it
    works would do so again: then all end.

    Args:
        count: How many there are.
        process: Returns a new process, which sends `True` through the connection as
            soon as it works.
    """

    def __init__(self, count: int, process: Callable[[Connection], Process]) -> None:
        self._count = count
        self._new = process
        self._workers: list[tuple[Process, Connection]] = []

    def run(self) -> int:
        """Start the processes; return the exit status after a signal has ended them."""
        with _signals() as signals:
            try:
                for _ in range(self._count):
                    self._start()
                return self._watch(signals)
            finally:
                for process, _ in self._workers:
                    process.terminate()
                for process, connection in self._workers:
                    process.join()
                    connection.close()

    def _start(self) -> None:
        mine, theirs = Pipe(duplex=False)
        process = self._new(theirs)
        process.start()
        theirs.close()
        self._workers.append((process, mine))

    def _watch(self, signals: Connection) -> int:
        while True:
            ended = wait([signals, *(process.sentinel for process, _ in self._workers)])
            if signals in ended:
                return 0
            for worker in self._workers[:]:
                process, connection = worker
                if process.sentinel in ended:
                    self._workers.remove(worker)
                    process.join()
                    has_worked = _has_word(connection)
                    connection.close()
                    if not has_worked:
                        return 1
                    self._start()


def _has_word(connection: Connection) -> bool:
    """Return whether the other side has sent something, even if it is closed now."""
    try:
        return connection.poll() and bool(connection.recv())
    except EOFError:
        return False


@contextmanager
def _signals() -> Iterator[Connection]:
    """Yield a connection that has something to read after SIGINT or SIGTERM."""
    reading, writing = Pipe(duplex=False)

    def handle(number: int, frame: Any) -> None:
        del frame
        writing.send(number)

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield reading
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        reading.close()
        writing.close()
