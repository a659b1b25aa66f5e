"""`langchain-sse-chat completion`: print a script that completes options in a shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TextIO

from langchain_sse_chat.cli.ending import run_command
from langchain_sse_chat.cli.load import CommandError
from langchain_sse_chat.cli.parser import CommandParser
from langchain_sse_chat.providers import PROVIDERS

_SHELLS = ("bash", "zsh", "fish")
_KINDS = {"FILE": "file", "PATH": "file", "FOLDER": "directory"}
"""Kinds of values that a shell completes, by the word for them in the help."""

_DESCRIPTION = """\
Print a script that completes commands, options, providers and files. Load it where \
your shell starts:

  bash   eval "$(langchain-sse-chat completion bash)"
  zsh    eval "$(langchain-sse-chat completion zsh)"
  fish   langchain-sse-chat completion fish | source"""


def main(
    argv: Sequence[str], program: argparse.ArgumentParser, out: TextIO | None = None
) -> int:
    """Print the script; return the exit status.

    Args:
        argv: The arguments after `completion`.
        program: The parser of all commands.
        out: The output; `None` for standard output.
    """
    out = sys.stdout if out is None else out
    own = parser()
    given = own.parse_args(argv)

    def write() -> int:
        out.write(_script(program, given.shell))
        return 0

    return run_command(own.prog, out, write)


def parser() -> CommandParser:
    """Return the parser of the options."""
    parser = CommandParser("completion", _DESCRIPTION)
    parser.add_argument("shell", choices=_SHELLS, help="the shell")
    return parser


def _script(program: argparse.ArgumentParser, shell: str) -> str:
    try:
        import shtab  # noqa: PLC0415  it is optional
    except ImportError:
        msg = "Completion is an extra: pip install 'langchain-sse-chat[cli]'"
        raise CommandError(msg) from None
    for command in _parsers(program):
        for action in command._actions:  # noqa: SLF001  as shtab itself reads them
            _describe(action)
    script: str = shtab.complete(program, shell)
    return f"{script}\n"


def _parsers(program: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    found = [program]
    for action in program._actions:  # noqa: SLF001  as shtab itself reads them
        if isinstance(action.choices, dict):
            found += action.choices.values()
    return found


def _describe(action: argparse.Action) -> None:
    """Set the values of an option, for shtab."""
    if action.dest == "provider":
        action.choices = sorted(PROVIDERS)
    kind = _KINDS.get(str(action.metavar))
    if kind is not None:
        action.complete = kind  # type: ignore[attr-defined]  # as shtab documents it
