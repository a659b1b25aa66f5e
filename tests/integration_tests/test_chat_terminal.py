"""The chat in a pseudo-terminal, as a user sees it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.testing import Reply, ScriptedServer
from tests.integration_tests.terminal import Terminal

CTRL_D = b"\x04"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux")

PROGRAM = [sys.executable, "-m", "langchain_sse_chat", "chat"]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def chat(server: ScriptedServer, tmp_path: Path) -> Iterator[Terminal]:
    variables = {"BASE_URL": server.base_url, "MODEL": "m"}
    terminal = Terminal(PROGRAM, {**variables, "XDG_STATE_HOME": str(tmp_path)})
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
