"""A process that leaves a stream while its child lives. Arguments: base URL, method.

The child lives until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import os
import sys

from langchain_sse_chat import ChatSSE


def fork_a_child() -> None:
    """Fork a process that waits."""
    if os.fork() == 0:
        sys.stdin.read()
        os._exit(0)


def stop(chat: ChatSSE) -> None:
    """Leave a stream in blocking code."""
    for _ in chat.stream("Hello"):
        fork_a_child()
        break


async def astop(chat: ChatSSE) -> None:
    """Leave a stream in async code, without closing the event loop."""
    stream = chat.astream("Hello")
    await anext(stream)
    fork_a_child()
    await stream.aclose()  # type: ignore[attr-defined]
    await asyncio.to_thread(os.wait)


if __name__ == "__main__":
    model = ChatSSE(model="echo", base_url=sys.argv[1], max_retries=0)
    if sys.argv[2] == "sync":
        stop(model)
        os.wait()
    else:
        asyncio.run(astop(model))
