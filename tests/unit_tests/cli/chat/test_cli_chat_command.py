from __future__ import annotations

import io
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from langchain_sse_chat.cli.chat import command
from langchain_sse_chat.cli.main import main
from langchain_sse_chat.testing import Reply, ScriptedServer

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def piped(question: str, *argv: str, **environment: str) -> tuple[int, str]:
    out = io.StringIO()
    status = command.main(argv, environment, io.StringIO(question), out)
    return status, out.getvalue()


def test_a_question_in_a_pipe_gets_the_answer_only(server: ScriptedServer) -> None:
    server.script(Reply.text("**So** it is.", reasoning="Hm."))
    found = piped("Why?\n", BASE_URL=server.base_url)
    assert found == (0, "**So** it is.\n")


def test_without_an_endpoint_the_embedded_server_answers() -> None:
    assert piped("/etc\nis what?") == (0, "You said: /etc\nis what?\n")


def test_options_reach_the_model(server: ScriptedServer) -> None:
    options = ("--base-url", server.base_url, "--model", "m", "--system", "Be brief.")
    status, _ = piped("Hi", *options, "--resume", "--api-key-env", "KEY", KEY="k")
    body = server.requests[0].json()
    assert status == 0
    assert body["model"] == "m"
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert server.requests[0].headers["authorization"] == "Bearer k"


@pytest.mark.parametrize(
    ("question", "argv", "why"),
    [
        ("", [], "There is no question on standard input."),
        ("Hi", ["--provider", "nobody", "--model", "m"], "Unknown provider 'nobody'"),
        ("Hi", ["--provider", "openai"], "Name the model with --model"),
        ("Hi", ["--provider", "openai", "--model", "m"], "OPENAI_API_KEY"),
    ],
)
def test_options_that_cannot_be_used_are_told(
    question: str, argv: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert piped(question, *argv) == (2, "")
    error = capsys.readouterr().err
    assert error.startswith("langchain-sse-chat chat: error: ")
    assert why in error


def test_an_error_of_the_server_is_told(
    server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script(Reply.status(401, error="Bad \x1b[2Jkey"))
    assert piped("Hi", BASE_URL=server.base_url) == (1, "")
    error = capsys.readouterr().err
    assert error.startswith("langchain-sse-chat chat: error: ")
    assert "\x1b" not in error


def test_an_interrupt_has_a_status() -> None:
    class Interrupted(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise KeyboardInterrupt

    assert command.main([], {}, Interrupted(), io.StringIO()) == 130


def test_a_closed_pipe_has_a_status() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        assert command.main([], {}, io.StringIO("Hi"), out) == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_a_full_disk_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Path("/dev/full").open("w") as out:
        assert command.main([], {}, io.StringIO("Hi"), out) == 1
    assert "The output failed: No space left on device." in capsys.readouterr().err


def test_a_dead_server_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as bound:  # it does not listen
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        assert piped("Hi", BASE_URL=url) == (1, "")
    error = capsys.readouterr().err
    assert "Check BASE_URL, the network" in error
    assert error.count("\n") == 1


class Lines(io.StringIO):
    """Lines that a user types."""

    def isatty(self) -> bool:
        return True


class Terminal(Lines):
    """A terminal without a file behind it."""


def typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lines: str, **environment: str
) -> tuple[int, str]:
    given, out = Lines(lines), Terminal()
    monkeypatch.setattr(sys, "stdin", given)
    state = {"XDG_STATE_HOME": str(tmp_path), **environment}
    status = command.main([], state, given, out)
    return status, out.getvalue()


def test_a_terminal_gets_a_chat(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    status, text = typed(monkeypatch, tmp_path, "**Hi**\n")
    assert status == 0
    assert text.startswith("A server inside this program answers")
    assert "\nYou said: **Hi**\nfirst token after" in text


def test_the_greeting_has_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "http://me:pass-word@localhost/v1"
    status, text = typed(monkeypatch, tmp_path, "/quit\n", BASE_URL=url)
    assert status == 0
    assert "at http://localhost/v1 answers" in text
    assert "pass-word" not in text


def test_a_person_whose_output_is_a_pipe_is_told_how_a_question_ends(
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = io.StringIO()
    assert command.main([], {}, Lines("Hi\n"), out) == 0
    assert out.getvalue() == "You said: Hi\n"
    assert capsys.readouterr().err.startswith("Type the question, and press Ctrl-D")
    piped("Hi")
    assert capsys.readouterr().err == ""


def test_only_a_person_gets_the_pace_of_a_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paced: list[ScriptedServer] = []

    def server() -> ScriptedServer:
        paced.append(ScriptedServer())
        return paced[-1]

    monkeypatch.setattr(command, "paced_server", server)
    assert piped("Hi") == (0, "You said: Hi\n")
    assert paced == []
    typed(monkeypatch, tmp_path, "Hi\n")
    assert len(paced) == 1


def test_a_terminal_with_styles_gets_markdown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: ScriptedServer
) -> None:
    status, text = typed(
        monkeypatch, tmp_path, "**Hi**\n", TERM="xterm", BASE_URL=server.base_url
    )
    assert status == 0
    assert text.startswith(f"gpt-4o-mini at {server.base_url} answers.")
    assert "You said: \x1b[1mHi\x1b[0m\n\x1b[2mfirst token after" in text


def test_without_rich_the_text_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    _, text = typed(monkeypatch, tmp_path, "**Hi**\n", TERM="xterm")
    assert "You said: **Hi**\n" in text


def test_the_streams_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = io.TextIOWrapper(io.BytesIO(b"caf\xff"), "utf-8")
    monkeypatch.setattr(sys, "stdin", source)
    assert main(["chat"]) == 0
    assert capsysbinary.readouterr().out == "You said: caf\ufffd\n".encode()
