"""Start the command line.

It is outside the package, whose import takes a second, so that Ctrl-C ends the program
quietly from its beginning.
"""

from __future__ import annotations

_INTERRUPTED = 130


def main() -> int:
    """Import and run the command line; return the exit status."""
    try:
        from langchain_sse_chat.cli.main import main as run  # noqa: PLC0415

        return run()
    except KeyboardInterrupt:
        return _INTERRUPTED
