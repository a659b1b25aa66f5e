"""The chat in a pseudo-terminal, as a user sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import unicodedata
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
    assert "^C" not in chat.raw
    chat.interrupt()
    status, rest = chat.end()
    assert status == 130
    assert "Traceback" not in rest
    assert chat.echoes()
    last = server.requests[2].json()["messages"]
    texts = [str(message["content"]) for message in last]
    assert texts[1].startswith("one")


def test_lines_and_widths_until_the_end_of_the_input(
    server: ScriptedServer, chat: Terminal
) -> None:
    words = "Goldfish on *the* moon swim in circles.\n\n"
    reply, gate = held([words, words, "end"], 1)
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
    status, rest = chat.end()
    assert (status, rest.strip()) == (0, "")


def test_messages_of_several_lines(server: ScriptedServer, chat: Terminal) -> None:
    assert "\x1b[?2004h" in chat.raw  # the terminal is asked to mark pasted text
    chat.type(b"\x1b[200~pasted\n/lines\x1b[201~")
    chat.until("/lines")
    chat.type("")
    chat.until("first token")
    chat.until("> ")
    chat.type("a backslash \\")
    chat.until(". ")
    chat.type("continues")
    chat.until("first token")
    chat.until("> ")
    asked = [request.json()["messages"][-1]["content"] for request in server.requests]
    assert asked == ["pasted\n/lines", "a backslash \ncontinues"]
    chat.type(CTRL_D)
    chat.end()
    assert chat.raw.rindex("\x1b[?2004l") > chat.raw.rindex("\x1b[?2004h")


def test_tab_completes_commands_and_files(chat: Terminal, tmp_path: Path) -> None:
    (tmp_path / "in two words.gif").write_bytes(b"GIF89a")
    chat.type(b"/att\t")
    chat.until("/attach")
    chat.type(f" {tmp_path}/in\t".encode())
    chat.until("in two words.gif")
    chat.type("")
    chat.until("image/gif goes with the next question.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_the_history_and_the_terminal(
    number: int, chat: Terminal, tmp_path: Path
) -> None:
    chat.type("/model")
    chat.until("m answers.")
    chat.until("> ")
    chat.type(b"unfinished")
    chat.until("unfinished")
    chat.signal(number)
    assert chat.end()[0] == 128 + number
    assert chat.echoes()
    assert chat.raw.rindex("\x1b[?2004l") > chat.raw.rindex("\x1b[?2004h")
    history = tmp_path / "langchain-sse-chat" / "history"
    assert history.read_text() == "/model\n"


def test_a_signal_ends_an_answer(server: ScriptedServer, chat: Terminal) -> None:
    reply, _ = held(["one\n\n", "two\n\n", "three"], 3)
    server.script(reply)
    chat.type("Hi")
    chat.until("one\n")
    chat.signal(signal.SIGTERM)
    status, rest = chat.end()
    assert status == 143
    assert "Traceback" not in rest


@pytest.mark.parametrize("is_answering", [False, True])
def test_a_terminal_that_is_closed(
    server: ScriptedServer, chat: Terminal, *, is_answering: bool
) -> None:
    if is_answering:
        reply, _ = held(["one\n\n", "two\n\n", "three"], 3)
        server.script(reply)
        chat.type("Hi")
        chat.until("one\n")
    assert chat.hang_up() == 129


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"NO_COLOR": "1"}], ids=str)
def test_a_terminal_without_styles_gets_plain_text(
    server: ScriptedServer, tmp_path: Path, variables: dict[str, str]
) -> None:
    given = {"BASE_URL": server.base_url, "XDG_STATE_HOME": str(tmp_path)}
    server.script(Reply.text("**So** it is.", reasoning="Hm."))
    terminal = Terminal(PROGRAM, {**given, **variables})
    terminal.until("> ")
    terminal.type("Hi")
    shown = terminal.until("first token")
    reply, _ = held(["one", " two"], 2)
    server.script(reply)
    terminal.until("> ")
    terminal.type("Hi")
    terminal.until("one")
    terminal.interrupt("\nStopped. Press Ctrl-C again to end.\n")
    terminal.close()
    assert "^C" not in terminal.raw
    assert "(reasoning) Hm.\n\n**So** it is.\n" in shown
    assert "\x1b[2m" not in terminal.raw


def test_a_terminal_of_20_columns(server: ScriptedServer, tmp_path: Path) -> None:
    given = {"BASE_URL": server.base_url, "XDG_STATE_HOME": str(tmp_path)}
    terminal = Terminal(PROGRAM, given, columns=20)
    server.script(Reply.text("# Привет\n\n- 金魚在月球上游泳、繞著圈子 🐟🐟🐟🐟🐟🐟\n"))
    terminal.until("commands.\n> ")
    terminal.type("/help")
    lines = terminal.until("> ").splitlines()
    assert max(map(len, lines)) <= 20
    terminal.type("Hi")
    shown = terminal.until("first token").splitlines()[1:]
    terminal.close()
    wide = [len(line) + sum(map(is_wide, line)) for line in shown]
    assert max(wide) <= 20


def is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


@pytest.mark.parametrize("home", ["/dev/null/home", None], ids=["no folder", "no HOME"])
def test_a_chat_without_a_home(
    server: ScriptedServer, tmp_path: Path, home: str | None
) -> None:
    given = {"BASE_URL": server.base_url, "XDG_STATE_HOME": ""}
    argv = PROGRAM if home else ["env", "-u", "HOME", *PROGRAM]
    terminal = Terminal(argv, {**given, "HOME": home or ""})
    terminal.until("> ")
    terminal.type(CTRL_D)
    status, rest = terminal.end()
    terminal.close()
    assert (status, rest.strip()) == (0, "")


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
