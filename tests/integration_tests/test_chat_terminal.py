"""The chat in a pseudo-terminal, as a user sees it."""

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
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer

CTRL_D = b"\x04"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux")

_ORDER = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]|\r")
_ORDER_BEGUN = re.compile(r"(.*?)(\x1b(?:\[[?0-9;]*)?)?", re.DOTALL)

# The chat is in a session of its own, whose terminal sends it SIGINT for Ctrl-C.
PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from langchain_sse_chat.cli.main import main
sys.exit(main(["chat", *sys.argv[1:]]))
"""


class Terminal:
    """A chat in a terminal of its own."""

    def __init__(self, base_url: str, state: Path) -> None:
        self._ours, theirs = pty.openpty()
        self.resize(80)
        environment = {**os.environ, "TERM": "xterm", "XDG_STATE_HOME": str(state)}
        environment |= {"BASE_URL": base_url, "MODEL": "m"}
        self._process = subprocess.Popen(  # noqa: S603  this program
            [sys.executable, "-c", PROGRAM],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
        )
        os.close(theirs)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._rest = ""
        self.shown = ""

    def resize(self, columns: int) -> None:
        size = struct.pack("4H", 24, columns, 0, 0)
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, size)

    def type(self, keys: str | bytes) -> None:
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
        state = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/stat")
        for _ in range(3):
            while state.read_text().rpartition(") ")[2][0] not in "SZ":
                pass
            os.write(self._ours, b"\x03")
            while (text is None or text not in self.shown) and self._read(10):
                pass
            if self._process.poll() is not None or (text and text in self.shown):
                break
        if text is not None:
            self.until(text)

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and the rest of the output."""
        while self._read():
            pass
        return self._process.wait(), self.shown

    def close(self) -> None:
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
        text = self._rest + self._decoder.decode(data)
        found = _ORDER_BEGUN.fullmatch(text)
        assert found is not None
        text, self._rest = found[1], found[2] or ""
        self.shown += _ORDER.sub("", text)
        return bool(data)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(server.base_url, tmp_path)
    terminal.until("> ")
    yield terminal
    terminal.close()


def held(
    tokens: list[str], count: int, **more: Any
) -> tuple[Reply, threading.Semaphore]:
    """Return a reply that waits after some events, and what lets it continue."""
    gate = threading.Semaphore(count)
    return Reply.text(tokens, gate=gate, **more), gate


def test_ctrl_c_in_each_state(server: ScriptedServer, chat: Terminal) -> None:
    silent, _ = held(["one"], 0)
    speaking, _ = held(["one\n\n", "two\n\n", "three"], 3)
    thinking, _ = held(["one"], 2, reasoning=["Hm", "m"])
    server.script(silent, speaking, thinking)

    chat.type(b"abc")  # while a line is edited
    chat.until("abc")
    chat.interrupt("Press Ctrl-C again to end.\n> ")
    chat.type("silent")  # before the first token
    assert server.wait_for_requests(1)
    chat.interrupt("Stopped. Press Ctrl-C again to end.\n> ")
    chat.type("speaking")  # in the text
    chat.until("one\n")
    chat.interrupt("Stopped.")
    chat.until("> ")
    chat.type("thinking")  # in the reasoning
    chat.until("Hm")
    chat.interrupt("Stopped. Press Ctrl-C again to end.\n")
    chat.until("> ")
    chat.interrupt()
    status, rest = chat.end()
    assert status == 130
    assert "Traceback" not in rest
    last = server.requests[2].json()["messages"]
    texts = [str(message["content"]) for message in last]
    assert texts[1].startswith("one")


def test_lines_and_widths_until_the_end_of_the_input(
    server: ScriptedServer, chat: Terminal
) -> None:
    words = "Goldfish on *the* moon swim in circles.\n\n"
    reply, gate = held([words, words, "end"], 2)
    table = "# Title\n\n| a | b |\n|---|---|\n| a long text in a cell | another |\n\n"
    server.script(reply, Reply.text([table, "- an item with several words\n"]))

    chat.type("first question")
    chat.until("\nGoldfish on the moon swim in circles.\n")
    chat.resize(20)
    gate.release(9)
    chat.until("\nGoldfish on the moon\nswim in circles.\n\nend\n")
    chat.until("> ")
    chat.type(b"\x1b[A\x01My \n")  # the line before, with more at its begin
    chat.until("Title")
    shown = chat.until("first token")
    assert max(len(line) for line in shown.splitlines()) <= 20
    asked = server.requests[1].json()["messages"][-1]["content"]
    assert asked == "My first question"
    chat.until("> ")
    chat.type(CTRL_D)
    assert chat.end() == (0, "\n")


def test_a_closed_pipe(server: ScriptedServer) -> None:
    options = ["--base-url", server.base_url, "--model", "m", "--api-key-env", "KEY"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(  # noqa: S603  this program
        [sys.executable, "-m", "langchain_sse_chat", "chat", *options],
        input=b"Hi",
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "KEY": "k"},
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
