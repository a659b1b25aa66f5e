"""Name the ways in which an answer ends, as logs and metrics have them."""

from __future__ import annotations

from langchain_sse_chat.serve.failure.failure import Failure

COMPLETE = "complete"
LEFT = "left"
CUT = "cut"
STOPPED = "stopped"


def failed(failure: Failure) -> str:
    """Return the ending of an answer that failed."""
    return f"failed:{failure.code or failure.type}"
