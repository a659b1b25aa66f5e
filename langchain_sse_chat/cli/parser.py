"""Read the options of a command: help for any width, errors in one sentence."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Sequence
from typing import Any, NoReturn

from langchain_sse_chat.near_match import near_match

PROGRAM = "langchain-sse-chat"
"""The name of the console script."""
_LEAST_COLUMNS = 20


class CommandParser(argparse.ArgumentParser):
    """A parser of the options of one command.

    Args:
        command: The name of the command; empty for the program itself.
        description: Paragraphs, each in one line. Lines that begin with a space stay as
            they are.
        epilog: Paragraphs after the options, in the same form.
        **settings: More arguments of `ArgumentParser`.
    """

    def __init__(
        self,
        command: str = "",
        description: str = "",
        epilog: str = "",
        **settings: Any,
    ) -> None:
        self._options: list[str] = []
        self._named: list[argparse.Action] = []
        width = shutil.get_terminal_size().columns - 2  # as argparse does
        super().__init__(
            **{"prog": f"{PROGRAM} {command}".rstrip(), **settings},
            description=_filled(description, width),
            epilog=_filled(epilog, width),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Add an argument, as `ArgumentParser` does."""
        action = super().add_argument(*names, **settings)
        self._options += action.option_strings
        if action.option_strings:
            self._named.append(action)
        return action

    def parse_args(  # type: ignore[override]  # as it is called here
        self, args: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Return the arguments.

        Raises:
            SystemExit: They cannot be parsed, or ask for help or the version.
        """
        given, rest = self.parse_known_args(args, namespace)
        if rest:
            self.error(self._unknown(rest[0]))
        for action in self._named:
            # As of a variable that is not set: leaving it out means something else.
            if getattr(given, action.dest, None) == "":
                name = action.option_strings[-1]
                self.error(f"{name} is empty: give it a value, or leave it out")
        return given

    def error(self, message: str) -> NoReturn:
        """Print an error in one sentence, and end with status 2."""
        has_advice = message.endswith("?")
        advice = "" if has_advice else f". See {self.prog} --help."
        self.exit(2, f"{self.prog}: error: {message.rstrip('.')}{advice}\n")

    def _unknown(self, argument: str) -> str:
        if not argument.startswith("-"):
            return f"{argument!r} is one argument too many"
        name = argument.partition("=")[0]
        return f"There is no option {name}.{near_match(name, self._options)}"


def _filled(text: str, width: int) -> str:
    return "\n".join(
        line
        if line.startswith(" ")
        else textwrap.fill(line, max(width, _LEAST_COLUMNS))
        for line in text.split("\n")
    )
