"""A worker, in a process of its own: an application that keeps answers, in uvicorn.

It writes its port to its output. Each line on its input is answered with what it holds.
The end of its input ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict

import uvicorn
from langchain_core.messages import BaseMessage

from langchain_sse_chat.serve import create_app
from scripts.kept_soak.plan import plan_of
from scripts.soak.measures import holdings, make_ready

LINGER_SECONDS = 3.0
KEPT_SECONDS = 8.0
_open: list[str] = []
"""The questions that are being answered."""


async def _answer(messages: list[BaseMessage], _: object) -> AsyncIterator[str]:
    question = str(messages[-1].text)
    plan = plan_of(question)
    _open.append(question)
    try:
        pause = plan.pause
        for token in plan.tokens:
            await asyncio.sleep(pause)
            yield token
    finally:
        _open.remove(question)


async def _run(keep: str) -> None:
    complaints: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(str(context)))
    sys.unraisablehook = lambda error: complaints.append(str(error.exc_value))
    app = create_app(
        {"answer": _answer},
        keep=keep,
        linger=LINGER_SECONDS,
        kept_seconds=KEPT_SECONDS,
    )
    # Its responses to HTTP/1.0 are not chunked, which saves the clients work.
    config = uvicorn.Config(app, port=0, log_level="error", http="h11")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    while await lines.readline():
        tasks = sorted(str(task.get_coro()) for task in asyncio.all_tasks())
        held = {**asdict(holdings()), "tasks": tasks, "open": _open}
        print(json.dumps({**held, "complaints": complaints}), flush=True)
    server.should_exit = True
    await serving


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", required=True)
    given = parser.parse_args()
    logging.getLogger("langchain_sse_chat.serve").setLevel(logging.CRITICAL)
    make_ready()
    asyncio.run(_run(given.keep))


if __name__ == "__main__":
    main()
