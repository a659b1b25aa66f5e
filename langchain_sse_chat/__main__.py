"""Run the command line: `python -m langchain_sse_chat`."""

from __future__ import annotations

import sys

from _langchain_sse_chat import main

if __name__ == "__main__":  # pragma: no cover - a process of its own
    sys.exit(main())
