"""Run the command line: `python -m langchain_sse_chat`."""

from __future__ import annotations

import sys

from langchain_sse_chat.cli.main import main

if __name__ == "__main__":  # pragma: no cover - the tests call `main`
    sys.exit(main())
