"""Read a message of the user, which may have several lines."""

from __future__ import annotations

from collections.abc import Callable

_PROMPT = "> "
_NEXT = ". "
_CONTINUED = "\\"


def read_message(read_line: Callable[[str], str]) -> str:
    """Return a message. A line that ends with a backslash is continued on the next one.

    Two backslashes at the end stand for themselves, such as those of a path.

    Args:
        read_line: Shows a prompt and returns a line of the user.

    Raises:
        EOFError: The input has ended.
    """
    lines: list[str] = []
    while True:
        try:
            line = read_line(_NEXT if lines else _PROMPT)
        except EOFError:
            if not lines:
                raise
            return "\n".join(lines)
        backslashes = len(line) - len(line.rstrip(_CONTINUED))
        if backslashes % 2 == 0:
            return "\n".join([*lines, line])
        lines.append(line.removesuffix(_CONTINUED))
