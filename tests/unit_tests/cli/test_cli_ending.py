from __future__ import annotations

import io
import os
import signal
import threading

import pytest

from langchain_sse_chat.cli.ending import one_line, run_command
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.option_names import words_for
from langchain_sse_chat.errors import ConfigurationError, SSEChatError


def raised(error: BaseException) -> int:
    def act() -> int:
        raise error

    words = words_for({}, ("timeout",))
    return run_command("prog", io.StringIO(), act, words)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (CommandError("Not\nso."), 2, "Not so."),
        (ConfigurationError("Not `timeout`."), 2, "Not --timeout."),
        (SSEChatError("Bad `timeout` \x1b[2J."), 1, "Bad --timeout [2J."),
        (OSError(28, "No space"), 1, "The output failed: No space."),
        (OSError("odd"), 1, "The output failed: odd."),
        (OSError(13, "Denied", "a/b"), 1, "a/b cannot be used: Denied."),
    ],
    ids=["command", "setting", "server", "output", "without a number", "file"],
)
def test_an_error_is_one_sentence_and_a_status(
    error: Exception, status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raised(error) == status
    assert capsys.readouterr().err == f"prog: error: {words}\n"


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (BrokenPipeError(), 141)],
    ids=["Ctrl-C", "closed pipe"],
)
def test_an_end_from_outside_is_a_status_alone(
    error: BaseException, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raised(error) == status
    assert capsys.readouterr().err == ""


def test_ctrl_c_ends_the_line_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert raised(KeyboardInterrupt()) == 130
    assert terminal.getvalue() == "\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_was_begun(number: signal.Signals) -> None:
    steps = []

    def act() -> int:
        try:
            signal.raise_signal(number)
        finally:
            steps.append("ended")
        return 0

    before = signal.getsignal(number)
    assert run_command("prog", io.StringIO(), act) == 128 + number
    assert steps == ["ended"]
    assert signal.getsignal(number) is before


def test_a_terminal_that_hung_up_is_no_error_of_the_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def act() -> int:
        try:
            signal.raise_signal(signal.SIGHUP)
        finally:
            raise OSError(5, "gone")  # writing fails too

    assert run_command("prog", io.StringIO(), act) == 128 + signal.SIGHUP
    assert capsys.readouterr().err == ""


def test_signals_are_left_alone_in_other_threads() -> None:
    statuses: list[int] = []
    run = lambda: statuses.append(run_command("prog", io.StringIO(), lambda: 3))  # noqa: E731
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert statuses == [3]


def test_an_error_that_nobody_can_read_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError

    monkeypatch.setattr("sys.stderr", Gone())
    assert raised(SSEChatError("x")) == 1


def test_the_rest_of_a_closed_pipe_is_discarded() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:

        def act() -> int:
            out.write("lost")
            return 0

        assert run_command("prog", out, act) == 141


def test_a_line_has_no_orders_to_a_terminal() -> None:
    assert one_line("a\n\tb\x1b[2Jc\x9bd") == "a b [2Jc d"
