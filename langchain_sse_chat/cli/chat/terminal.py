"""The terminal: lines of the user, its width, and what it can show."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from langchain_sse_chat.cli.chat.answer_view import Style
from langchain_sse_chat.cli.chat.completion import Completer
from langchain_sse_chat.cli.user_path import user_path

_LINES = 1000
"""Lines of the history that are kept."""
_COLUMNS = 80
_LOCAL_MODES = 3
"""Their place in the modes of a terminal."""


def style_of(out: TextIO, environment: Mapping[str, str]) -> Style:
    """Return the abilities of an output."""
    is_terminal = out.isatty()
    plain = environment.get("NO_COLOR") or environment.get("TERM") in (None, "dumb")
    return Style(is_terminal, has_dim=is_terminal and not plain)


def width_of(out: TextIO) -> int:
    """Return the number of columns that a terminal has now."""
    try:
        return os.get_terminal_size(out.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS


def history_file(environment: Mapping[str, str]) -> Path:
    """Return where the history of the user is kept."""
    state = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return user_path(state) / "langchain-sse-chat" / "history"


@contextlib.contextmanager
def line_editing(history: Path) -> Iterator[None]:
    """Let `input` edit and complete lines, and remember earlier ones.

    The history is written for its owner alone. Without a folder for it, it ends with
    the program.
    """
    try:
        import readline  # noqa: PLC0415  Windows does not have it
    except ImportError:
        yield
        return
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    bind_keys(readline)
    try:
        yield
    finally:
        readline.set_completer(None)
        with contextlib.suppress(OSError):
            _write_history(readline, history)


@contextlib.contextmanager
def quiet_control_keys(out: TextIO) -> Iterator[None]:
    """Keep `^C` out of the text on a terminal, where Ctrl-C stops an answer."""
    try:
        import termios  # noqa: PLC0415  Windows does not have it
    except ImportError:
        yield
        return
    try:
        terminal = out.fileno()
        before = termios.tcgetattr(terminal)
    except (OSError, termios.error):
        yield
        return
    quiet = [*before]
    quiet[_LOCAL_MODES] &= ~termios.ECHOCTL
    termios.tcsetattr(terminal, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # it is closed
            termios.tcsetattr(terminal, termios.TCSANOW, before)


def bind_keys(readline: Any) -> None:
    """Let the Tab key complete commands and file names, and keep pasted lines together.

    Args:
        readline: The module.
    """
    readline.set_completer(Completer(readline))
    readline.set_completer_delims(" ")
    if "libedit" in (readline.__doc__ or ""):  # macOS
        readline.parse_and_bind("bind ^I rl_complete")
        return
    readline.parse_and_bind("tab: complete")
    # Python switches it off (https://bugs.python.org/issue42819), but it is what tells
    # a line break that is pasted from the Enter key.
    readline.parse_and_bind("set enable-bracketed-paste on")
    # In the locale of `LC_ALL=C`, letters outside ASCII would be keys with Meta.
    for setting in ("input-meta on", "output-meta on", "convert-meta off"):
        readline.parse_and_bind(f"set {setting}")


def _write_history(readline: Any, history: Path) -> None:
    history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    history.touch(mode=0o600)
    readline.set_history_length(_LINES)
    readline.write_history_file(history)
