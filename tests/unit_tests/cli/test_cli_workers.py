from __future__ import annotations

import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest

from langchain_sse_chat.cli.workers import Workers


class Fake:
    """A process of which a test says how it fares."""

    def __init__(self, connection: Connection, fate: Callable[[Fake], None]) -> None:
        self.connection = connection
        self.sentinel, self.writing = os.pipe()
        self.exitcode: int | None = None
        self.fate = fate
        self.log: list[str] = []

    def start(self) -> None:
        self.log.append("start")
        self.fate(self)

    def works(self) -> None:
        self.connection.send(True)

    def ends(self) -> None:
        os.write(self.writing, b"x")

    def terminate(self) -> None:
        self.log.append("terminate")

    def join(self) -> None:
        self.log.append("join")
        os.close(self.writing)
        os.close(self.sentinel)


class Fates:
    """Makes one process after the other."""

    def __init__(self, *fates: Callable[[Fake], None]) -> None:
        self.fates = list(fates)
        self.made: list[Fake] = []

    def __call__(self, connection: Connection) -> Fake:
        self.made.append(Fake(connection, self.fates[len(self.made)]))
        return self.made[-1]

    @property
    def logs(self) -> list[list[str]]:
        return [fake.log for fake in self.made]


def signaled(number: int) -> Callable[[Fake], None]:
    def fate(fake: Fake) -> None:
        fake.works()
        signal.raise_signal(number)

    return fate


def worked(fake: Fake) -> None:
    fake.works()
    fake.ends()


ENDED = ["start", "terminate", "join"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all(number: int) -> None:
    before = signal.getsignal(number)
    fates = Fates(Fake.works, signaled(number))
    assert Workers(2, fates).run() == 0
    assert fates.logs == [ENDED, ENDED]
    assert signal.getsignal(number) is before


def test_one_that_ends_is_replaced() -> None:
    fates = Fates(worked, Fake.works, signaled(signal.SIGTERM))
    assert Workers(2, fates).run() == 0
    assert fates.logs == [["start", "join"], ENDED, ENDED]


def test_one_that_ends_before_it_works_ends_all() -> None:
    fates = Fates(Fake.works, Fake.ends)
    assert Workers(2, fates).run() == 1
    assert fates.logs == [ENDED, ["start", "join"]]
