"""Choose the command by the first argument."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from langchain_sse_chat.cli import ask, models, probe, serve
from langchain_sse_chat.cli.chat import command as chat

_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "chat": chat.main,
    "models": models.main,
    "probe": probe.main,
    "serve": serve.main,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command, or ask a question without one; return the exit status.

    Args:
        argv: The arguments without the program's name; `None` for those of the process.
    """
    argv = sys.argv[1:] if argv is None else argv
    if argv and (command := _COMMANDS.get(argv[0])):
        return command(argv[1:])
    return ask.main(argv)
