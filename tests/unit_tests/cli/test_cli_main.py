from __future__ import annotations

from collections.abc import Sequence

import pytest

from langchain_sse_chat.cli import ask, models, probe, serve
from langchain_sse_chat.cli.chat import command as chat
from langchain_sse_chat.cli.main import _COMMANDS, main


class Command:
    """A command that keeps its arguments."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def __call__(self, argv: Sequence[str]) -> int:
        self.seen.append(list(argv))
        return 3


def test_the_first_argument_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    command = Command()
    monkeypatch.setitem(_COMMANDS, "serve", command)
    assert main(["serve", "app:agent"]) == 3
    assert command.seen == [["app:agent"]]


def test_without_a_command_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    command = Command()
    monkeypatch.setattr(ask, "main", command)
    monkeypatch.setattr("sys.argv", ["langchain-sse-chat", "Hi"])
    assert main(["How are you?"]) == main([]) == main() == 3
    assert command.seen == [["How are you?"], [], ["Hi"]]


def test_the_commands() -> None:
    expected = {
        "chat": chat.main,
        "models": models.main,
        "probe": probe.main,
        "serve": serve.main,
    }
    assert expected == _COMMANDS
