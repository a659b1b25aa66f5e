"""Choose the command by the first argument."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from langchain_sse_chat._version import __version__
from langchain_sse_chat.cli import ask, completion, models, options, probe, serve
from langchain_sse_chat.cli.chat import command as chat
from langchain_sse_chat.cli.ending import run_command
from langchain_sse_chat.cli.parser import PROGRAM, CommandParser
from langchain_sse_chat.cli.streams import prepare_streams
from langchain_sse_chat.near_match import near_match

_DESCRIPTION = """\
Stream an answer token by token, and everything around it.

  langchain-sse-chat "Why is the sky blue?"

Without a question, it shows a demo."""

_WORD = re.compile(r"[a-z][a-z-]*")
"""A question is hardly ever like this, a command always."""
_LIKE_CHAT = ("what", "that")
"""First words of questions."""
_OPTION = re.compile(r"--?[A-Za-z]")
"""The beginning of an option, unlike a dash or a negative number in a question."""


class Command(NamedTuple):
    """A command."""

    run: Callable[[Sequence[str]], int]
    """Runs it with the arguments after its name; returns the exit status."""
    parser: Callable[[], CommandParser]
    """Returns the parser of its options."""


def _complete(argv: Sequence[str]) -> int:
    return completion.main(argv, parser())


_COMMANDS = {
    "chat": Command(chat.main, chat.parser),
    "completion": Command(_complete, completion.parser),
    "models": Command(models.main, models.parser),
    "probe": Command(probe.main, probe.parser),
    "serve": Command(serve.main, options.parser),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or ask a question without one; return the exit status.

    Args:
        argv: The arguments without the program's name; `None` for those of the process.
    """
    prepare_streams()
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except SystemExit:  # help and errors of options are printed by then
        status = run_command(PROGRAM, sys.stdout, lambda: 0)
        if status:
            return status
        raise


def _run(argv: Sequence[str]) -> int:
    if not argv:
        return ask.main([])
    first, *rest = argv
    if command := _COMMANDS.get(first):
        return command.run(rest)
    if first == "--":
        return ask.main(rest)
    if first.startswith("-"):
        parser().parse_args([first])
    if _WORD.fullmatch(first) and first not in _LIKE_CHAT:
        _check_command(first)
    _check_no_options(argv)
    return ask.main(argv)


def parser() -> CommandParser:
    """Return the parser of all commands."""
    usage = "%(prog)s COMMAND ...\n       %(prog)s [question]"
    program = CommandParser("", _DESCRIPTION, ask.ENDPOINT, usage=usage)
    program.add_argument(
        *("-V", "--version"),
        action="version",
        version=f"{PROGRAM} {__version__}",
        help="show the version and exit",
    )
    commands = program.add_subparsers(title="commands", metavar="COMMAND", prog=PROGRAM)
    for name, command in _COMMANDS.items():
        own = command.parser()
        summary = str(own.description).partition(".")[0]
        commands.add_parser(
            name,
            help=" ".join(summary.split()),
            description=own.description or "",
            parents=[own],
            add_help=False,
        )
    return program


def _check_command(word: str) -> None:
    """End the program if a word is like the name of a command."""
    similar = near_match(word, [*_COMMANDS, "--help", "--version"])
    if similar:
        parser().error(f"There is no command {word!r}.{similar}")


def _check_no_options(argv: Sequence[str]) -> None:
    """End the program if an option would become a part of the question."""
    option = next(filter(_OPTION.match, argv), None)
    if option and _WORD.fullmatch(argv[0]):
        parser().error(f"There is no command {argv[0]!r}.")
    if option:
        parser().error(
            f"A question has no options such as {option}: use chat, or write -- before "
            "the question"
        )
