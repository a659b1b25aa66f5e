from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from langchain_sse_chat import __version__
from langchain_sse_chat.cli import ask, models, options, probe, serve
from langchain_sse_chat.cli.chat import command as chat
from langchain_sse_chat.cli.main import _COMMANDS, Command, main


class Run:
    """A command that keeps its arguments."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def __call__(self, argv: Sequence[str]) -> int:
        self.seen.append(list(argv))
        return 3


def test_the_first_argument_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    monkeypatch.setitem(_COMMANDS, "serve", Command(run, options.parser))
    assert main(["serve", "app:agent"]) == 3
    assert run.seen == [["app:agent"]]


def test_without_a_command_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    monkeypatch.setattr(ask, "main", run)
    monkeypatch.setattr("sys.argv", ["langchain-sse-chat", "Hi"])
    questions = [["How are you?"], ["hi"], ["why", "not?"], ["what", "-", "-3", "is"]]
    for argv in (*questions, ["--", "chat"], ["--", "a b", "--c"], [], None):
        assert main(argv) == 3
    assert run.seen == [*questions, ["chat"], ["a b", "--c"], [], ["Hi"]]


def test_the_commands() -> None:
    expected = {
        "chat": (chat.main, chat.parser),
        "models": (models.main, models.parser),
        "probe": (probe.main, probe.parser),
        "serve": (serve.main, options.parser),
    }
    assert {name: tuple(_COMMANDS[name]) for name in expected} == expected
    assert set(_COMMANDS) == {*expected, "completion"}


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["chta"], "There is no command 'chta'. Did you mean chat?"),
        (["modles", "--json"], "There is no command 'modles'. Did you mean models?"),
        (["help"], "There is no command 'help'. Did you mean --help?"),
        (["status", "--all"], "There is no command 'status'. See langchain-sse-chat"),
        (["How?", "--model", "m"], "A question has no options such as --model: use ch"),
        (["--provider", "x"], "There is no option --provider. See langchain-sse-chat"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_unknown_command_is_told_with_a_similar_one(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(argv)
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert told.startswith(f"langchain-sse-chat: error: {words}")
    assert told.count("\n") == 1


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_is_printed(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"langchain-sse-chat {__version__}\n"


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_the_help_fits_the_terminal(
    command: str,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    lines = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0
    # Lines to be copied stay in one piece.
    wrapped = [line for line in lines if not line.startswith("  ") or "  -" in line]
    assert max(map(len, wrapped)) <= columns


def test_the_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for name in _COMMANDS:
        assert f"\n    {name}" in shown


def test_help_that_cannot_be_printed_has_a_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        monkeypatch.setattr("sys.stdout", out)
        assert main(["--help"]) == 141
