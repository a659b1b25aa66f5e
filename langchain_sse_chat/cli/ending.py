"""Run a command to its end: errors become one sentence and an exit status."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.errors import ConfigurationError, SSEChatError

FAILED = 1
USAGE = 2
"""The exit status of a command that cannot be carried out."""
INTERRUPTED = 130
_BROKEN_PIPE = 141
_SIGNALED = 128
"""The exit statuses that shells show for Ctrl-C, for a pipe that was closed, and, with
its number added, for any signal."""


class SignalReceived(BaseException):
    """The program was told to end."""


def run_command(
    prog: str,
    out: TextIO,
    act: Callable[[], int],
    words: Callable[[str], str] = str,
) -> int:
    """Run a command; return its exit status, or that of the error.

    Args:
        prog: The name of the command, for an error.
        out: Its output, which is flushed.
        act: Runs it.
        words: Returns an error of the package in the words of the command.
    """
    signals: list[int] = []
    try:
        with _told_by_signals(signals):
            status = act()
            out.flush()
    except BrokenPipeError:  # the reader closed the pipe, as `head` does
        _discard_rest(out)
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        if sys.stderr.isatty():  # the prompt of the shell would follow `^C`
            sys.stderr.write("\n")
        return INTERRUPTED
    except CommandError as error:
        return _fail(prog, str(error), USAGE)
    except ConfigurationError as error:
        return _fail(prog, words(str(error)), USAGE)
    except SSEChatError as error:
        return _fail(prog, words(str(error)), FAILED)
    except (OSError, SignalReceived) as error:
        _discard_rest(out)
        if signals:  # the output fails then too, if the terminal is gone
            return _SIGNALED + signals[0]
        return _fail(prog, _words(error), FAILED)
    return status


def one_line(text: str) -> str:
    """Return a text in one line, without characters that give orders to a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@contextlib.contextmanager
def _told_by_signals(received: list[int]) -> Iterator[None]:
    """Raise `SignalReceived` for signals, so that what was begun is ended properly.

    Args:
        received: Gets their numbers.
    """
    names = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []

    def receive(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        raise SignalReceived

    before = {number: signal.signal(number, receive) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(error: OSError | SignalReceived) -> str:
    why = getattr(error, "strerror", None) or str(error)
    name = getattr(error, "filename", None)
    if name is None:
        return f"The output failed: {why}."
    return f"{name} cannot be used: {why}."


def _fail(prog: str, message: str, status: int) -> int:
    """Write an error; return the status."""
    with contextlib.suppress(OSError):  # the terminal is gone
        sys.stderr.write(f"{prog}: error: {one_line(message)}\n")
        sys.stderr.flush()
    return status


def _discard_rest(out: TextIO) -> None:
    """Discard buffered output, which would fail again at exit."""
    with contextlib.suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), out.fileno())
