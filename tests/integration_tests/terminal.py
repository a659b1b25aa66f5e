"""A program in a pseudo-terminal, as a user sees it."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

_ORDER = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]|\r")
_ORDER_BEGUN = re.compile(r"(.*?)(\x1b(?:\[[?0-9;]*)?)?", re.DOTALL)

# The program is in a session of its own, whose terminal sends it SIGINT for Ctrl-C.
_START = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A program in a terminal of its own.

    Args:
        argv: The program and its arguments.
        environment: Variables, in addition to those of this process.
        columns: The width of the terminal.
    """

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], columns: int = 80
    ) -> None:
        self._ours, theirs = pty.openpty()
        self.resize(columns)
        self._process = subprocess.Popen(  # noqa: S603  a program of a test
            [sys.executable, "-c", _START, *argv],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **environment},
            start_new_session=True,
        )
        os.close(theirs)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._rest = ""
        self.shown = ""
        self.raw = ""
        """Everything that came, with its control characters."""

    def resize(self, columns: int) -> None:
        size = struct.pack("4H", 24, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)

    def type(self, keys: str | bytes) -> None:
        """Type a line, or bytes as they are."""
        os.write(self._ours, keys if isinstance(keys, bytes) else f"{keys}\n".encode())

    def until(self, text: str) -> str:
        """Wait for a text; return what was shown up to it since the last one."""
        while text not in self.shown:
            has_more = self._read()
            assert has_more, f"{text!r} did not come: {self.shown!r}"
        found, _, self.shown = self.shown.partition(text)
        return found + text

    def interrupt(self, text: str | None = None) -> None:
        """Press Ctrl-C as soon as the program waits; wait for a text, or for the end.

        Python loses a signal that comes just before the call that waits: it is handled
        when that call has ended. So it is pressed again where nothing comes.
        """
        for _ in range(3):
            self._wait_until_it_waits()
            os.write(self._ours, b"\x03")
            while (text is None or text not in self.shown) and self._read(10):
                pass
            if self._process.poll() is not None or (text and text in self.shown):
                break
        if text is not None:
            self.until(text)

    def signal(self, number: int) -> None:
        """Send a signal to the program alone, until it ends, as in `interrupt`."""
        for _ in range(3):
            self._wait_until_it_waits()
            self._process.send_signal(number)
            while self._read(10):
                pass
            if self._process.poll() is not None:
                break

    def _wait_until_it_waits(self) -> None:
        state = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/stat")
        while state.read_text().rpartition(") ")[2][0] not in "SZ":
            pass

    def echoes(self) -> bool:
        """Return whether the terminal shows what is typed, control keys too."""
        both = termios.ECHO | termios.ECHOCTL
        return bool(termios.tcgetattr(self._ours)[3] & both == both)

    def hang_up(self) -> int:
        """Close the terminal; return the exit status of the program."""
        os.close(self._ours)
        self._ours = -1
        return self._process.wait()

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and the rest of the output."""
        while self._read():
            pass
        return self._process.wait(), self.shown

    def close(self) -> None:
        if self._ours >= 0:
            os.close(self._ours)
        self._process.kill()
        self._process.wait()

    def _read(self, seconds: float = 60) -> bool:
        """Wait for output; return whether there was any."""
        ready, _, _ = select.select([self._ours], [], [], seconds)
        try:
            data = os.read(self._ours, 65536) if ready else b""
        except OSError:  # Linux reports the end of the other side like this
            data = b""
        text = self._decoder.decode(data)
        self.raw += text
        found = _ORDER_BEGUN.fullmatch(self._rest + text)
        assert found is not None
        text, self._rest = found[1], found[2] or ""
        self.shown += _ORDER.sub("", text)
        return bool(data)
