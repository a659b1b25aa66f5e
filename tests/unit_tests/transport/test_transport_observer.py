"""Observers see each attempt and do not change the exchange."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from langchain_sse_chat.errors import (
    ConfigurationError,
    ConnectionFailedError,
    SSEChatError,
    StatusError,
    StreamTruncatedError,
    TimedOutError,
)
from langchain_sse_chat.transport.observer import Ending, ObservedExchange
from langchain_sse_chat.transport.protocols import RequestSpec, ResponseHead
from tests.unit_tests.transport.transport_scripts import (
    Drive,
    Reply,
    ScriptedExchange,
    answers,
    endless,
    spec,
)


@dataclass
class Notes:
    """Writes down what an observer is told, without the times."""

    told: list[Any] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    refuses: bool = False

    def on_request(self, spec: RequestSpec) -> None:
        if self.refuses:
            msg = "cannot observe"
            raise ConfigurationError(msg)
        self.told.append(spec.url.rpartition("/")[2])

    def on_response(self, head: ResponseHead, at: float) -> None:
        self.told.append(head.status_code)
        self.times.append(at)

    def on_bytes(self, data: bytes, at: float) -> None:
        self.told.append(data)
        self.times.append(at)

    def on_end(self, ending: Ending) -> None:
        self.told.append(ending.how)
        self.endings.append(ending)
        self.times.append(ending.at)


class Ticks:
    """A clock that advances by a second with each look at it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


@dataclass
class Closing(ScriptedExchange):
    """Records whether it was closed, and waits before its first attempt."""

    closed: bool = False
    waits: int = 0

    def begin(self) -> Any:
        if self.waits:
            self.waits -= 1
            return 0.0
        return super().begin()

    def close(self) -> None:
        self.closed = True


def observed(exchange: Any, notes: Notes) -> Any:
    return ObservedExchange(exchange, notes, Ticks())


def test_an_observer_learns_request_head_reads_and_end(drive: Drive) -> None:
    notes, exchange = Notes(), Closing(waits=1)

    seen = drive(answers(Reply(b"a\n", b"b\ndone\n")), observed(exchange, notes))

    assert seen == ["a", "b", "end"]
    assert notes.told == ["completions", 200, b"a\n", b"b\ndone\n", "done"]
    assert notes.times == [1.0, 2.0, 3.0, 4.0]
    assert notes.endings == [Ending("done", 4.0, 2, 2.0)]
    assert exchange.closed


def test_an_output_of_the_end_alone_is_the_first(drive: Drive) -> None:
    notes = Notes()

    drive(answers(Reply(b"whole\n")), observed(Closing(), notes))

    assert notes.endings == [Ending("done", 4.0, 0, 3.0)]


def test_an_end_without_output_is_no_first_output() -> None:
    class Quiet(Closing):
        def begin(self) -> Any:
            spec, receiver = super().begin()
            receiver.close = list  # gives nothing
            return spec, receiver

    notes = Notes()
    exchange = observed(Quiet(), notes)
    _, receiver = exchange.begin()

    assert list(receiver.close()) == []
    assert exchange.finished()

    assert notes.endings[0].first_output is None


def test_each_attempt_is_told_with_its_error_and_the_pause(drive: Drive) -> None:
    notes, exchange = Notes(), Closing(retries=1, pause=0.001)
    refusal = Reply(b"no", b"pe", status=503)

    with pytest.raises(StreamTruncatedError):
        drive(answers(refusal, Reply(b"a\n")), observed(exchange, notes))

    assert notes.told == [
        *("completions", 503, b"nope", "error"),
        *("completions", 200, b"a\n", "error"),
    ]
    first, second = notes.endings
    assert isinstance(first.error, StatusError)
    assert (first.pause, second.pause) == (0.001, None)
    assert isinstance(second.error, StreamTruncatedError)


@pytest.mark.parametrize(
    ("failure", "how"),
    [
        (httpx.RemoteProtocolError("closed early"), "cut"),
        (httpx.ReadError("reset"), "reset"),
        (httpx.ConnectError("refused"), "reset"),
        (httpx.ConnectTimeout("silent"), "timeout"),
        (httpx.ReadTimeout("silent"), "timeout"),
        (httpx.InvalidURL("no"), "error"),
    ],
)
def test_an_attempt_without_an_answer_says_why(
    drive: Drive, failure: Exception, how: str
) -> None:
    notes = Notes()

    with pytest.raises(SSEChatError):
        drive(answers(failure), observed(Closing(), notes))

    assert notes.told == ["completions", how]


@pytest.mark.parametrize(
    ("failure", "kind", "how"),
    [
        (httpx.RemoteProtocolError("closed early"), ConnectionFailedError, "cut"),
        (httpx.ReadError("reset"), ConnectionFailedError, "reset"),
    ],
)
def test_a_connection_that_breaks_is_told_from_one_that_is_closed(
    drive: Drive, failure: Exception, kind: type[SSEChatError], how: str
) -> None:
    notes = Notes()

    with pytest.raises(kind):
        drive(answers(Reply(b"a\n", failure)), observed(Closing(), notes))

    assert notes.told == ["completions", 200, b"a\n", how]


def test_a_clock_that_runs_out_is_a_timeout(drive: Drive) -> None:
    notes = Notes()
    exchange = Closing(spec=spec(first_token=0.01, gap=0.01))

    with pytest.raises(TimedOutError):
        drive(answers(endless(b":\n")), observed(exchange, notes))

    assert notes.endings[0].how == "timeout"


def test_a_caller_who_leaves_closes(drive: Drive) -> None:
    notes, exchange = Notes(), Closing()

    drive(answers(endless(b"a\n", b"b\n")), observed(exchange, notes), take=1)

    assert notes.told == ["completions", 200, b"a\n", "closed"]
    assert exchange.closed


def test_a_caller_who_leaves_with_the_last_output_has_read_all(drive: Drive) -> None:
    notes = Notes()

    seen = drive(answers(Reply(b"a\ndone\n")), observed(Closing(), notes), take=2)

    assert seen == ["a", "end"]
    assert notes.endings[0].how == "done"


def test_an_observer_that_cannot_observe_keeps_anything_from_being_sent(
    drive: Drive,
) -> None:
    notes, exchange = Notes(refuses=True), Closing()

    with pytest.raises(ConfigurationError, match="cannot observe"):
        drive(answers(), observed(exchange, notes))

    assert notes.told == []
    assert exchange.closed


def test_bytes_on_which_the_receiver_fails_are_told(drive: Drive) -> None:
    notes = Notes()

    with pytest.raises(ZeroDivisionError):
        drive(answers(Reply(b"a\n", b"bug\n")), observed(Closing(), notes))

    assert notes.told == ["completions", 200, b"a\n", b"bug\n", "closed"]


def test_an_end_is_told_once() -> None:
    notes = Notes()
    exchange = observed(Closing(), notes)
    exchange.begin()
    exchange.finished()
    exchange.failed(StreamTruncatedError("no attempt is going on"))
    exchange.close()

    assert notes.told == ["completions", "done"]
