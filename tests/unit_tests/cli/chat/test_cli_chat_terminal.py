from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from langchain_sse_chat.cli.chat.answer_view import Style
from langchain_sse_chat.cli.chat.completion import Completer
from langchain_sse_chat.cli.chat.terminal import (
    bind_keys,
    history_file,
    line_editing,
    quiet_control_keys,
    style_of,
    width_of,
)

readline = pytest.importorskip("readline")


@pytest.mark.parametrize(
    ("environment", "has_dim"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
    ],
)
def test_a_terminal_has_styles(environment: dict[str, str], *, has_dim: bool) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as out:
        assert style_of(out, environment) == Style(is_terminal=True, has_dim=has_dim)
    os.close(ours)


def test_a_file_has_no_styles() -> None:
    assert style_of(io.StringIO(), {"TERM": "xterm"}) == Style(is_terminal=False)


def test_the_width_is_that_of_the_moment() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as out:
        for columns, expected in ((20, 20), (100, 100), (0, 80)):
            fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
            assert width_of(out) == expected
    os.close(ours)


def test_without_a_terminal_the_width_is_80() -> None:
    assert width_of(io.StringIO()) == 80


def test_the_history_is_in_the_folder_for_states() -> None:
    end = Path("langchain-sse-chat/history")
    assert history_file({"XDG_STATE_HOME": "/state"}) == Path("/state") / end
    assert history_file({}) == Path.home() / ".local/state" / end


def test_the_history_is_kept_for_its_owner(tmp_path: Path) -> None:
    history = tmp_path / "a" / "history"
    readline.clear_history()
    with line_editing(history):
        readline.add_history("first")
    readline.clear_history()
    with line_editing(history):
        assert readline.get_history_item(1) == "first"
    readline.clear_history()
    assert history.stat().st_mode & 0o077 == 0
    assert history.parent.stat().st_mode & 0o077 == 0


def test_without_a_folder_the_history_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with line_editing(tmp_path / "file" / "history"):
        readline.add_history("first")
    readline.clear_history()
    assert (tmp_path / "file").read_text() == ""


def test_without_readline_lines_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "readline", None)
    with line_editing(tmp_path / "history"):
        pass
    assert not (tmp_path / "history").exists()


def shows_control_keys(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHOCTL)


def test_a_terminal_shows_control_keys_again_at_the_end() -> None:
    ours, theirs = pty.openpty()
    assert shows_control_keys(ours)
    with os.fdopen(theirs, "w") as out:
        with quiet_control_keys(out):
            assert not shows_control_keys(ours)
        assert shows_control_keys(ours)
        with quiet_control_keys(out):
            os.close(ours)  # the window is gone


@pytest.mark.parametrize("is_windows", [True, False])
def test_without_a_terminal_there_are_no_control_keys(
    monkeypatch: pytest.MonkeyPatch, *, is_windows: bool
) -> None:
    if is_windows:
        monkeypatch.setitem(sys.modules, "termios", None)
    with quiet_control_keys(io.StringIO()):
        pass


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        ("uses libedit", ["bind ^I rl_complete"]),
        (
            None,
            [
                "tab: complete",
                "set enable-bracketed-paste on",
                "set input-meta on",
                "set output-meta on",
                "set convert-meta off",
            ],
        ),
    ],
    ids=["libedit", "GNU"],
)
def test_keys_are_bound(doc: str | None, expected: list[str]) -> None:
    class Library:
        """The part of `readline` that is told about completion."""

        def __init__(self) -> None:
            self.told: list[object] = []
            self.set_completer = self.set_completer_delims = self.told.append
            self.parse_and_bind = self.told.append

    library: Any = Library()
    library.__doc__ = doc
    bind_keys(library)
    assert library.told[1:] == [" ", *expected]
    assert isinstance(library.told[0], Completer)
