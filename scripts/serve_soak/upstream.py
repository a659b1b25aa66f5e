"""The server of the model: it answers, or fails, by the plan of the question."""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.testing import Reply, Request
from scripts.serve_soak.plan import Stream, stream_of

FIRST_TOKEN = 0.6
"""Seconds before the first token of a slow answer: more than until a keep-alive."""


def reply(request: Request) -> Reply:
    """Return the answer to a request, with its fault."""
    stream = stream_of(request.json()["messages"][-1]["content"])
    if stream.fault == "error":
        return Reply.status(500)
    if stream.fault == "limit":
        return Reply.status(429, headers={"retry-after": "3"})
    options: dict[str, Any] = _options(stream)
    return Reply.text(stream.tokens, merge=stream.reader == "deaf", **options)


def _options(stream: Stream) -> dict[str, Any]:
    match stream.fault:
        case None:
            return {}
        case "slow":
            return {"first_delay": FIRST_TOKEN}
        case fault:
            return {f"{fault}_after": stream.fault_after}
