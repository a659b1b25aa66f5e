"""The relay, in a process of its own: the application in uvicorn.

It writes its port to its output. Each line on its input is answered with what it holds;
after the line `close` it has closed its models first. The end of its input ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

import uvicorn
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import create_app
from scripts.serve_soak.plan import stream_of
from scripts.soak.measures import holdings, make_ready

MAX_SECONDS = 60.0
"""More than an answer takes on a machine that is busy."""
READER_SECONDS = 2.0


class OnlySync(BaseChatModel):
    """A model that answers in threads."""

    @property
    def _llm_type(self) -> str:
        return "only-sync"

    def _generate(self, *arguments: Any, **kwargs: Any) -> ChatResult:
        raise NotImplementedError

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002  the interface has it
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Iterator[ChatGenerationChunk]:
        for token in stream_of(str(messages[-1].text)).tokens:
            yield ChatGenerationChunk(message=AIMessageChunk(content=token))


async def _function(messages: list[BaseMessage], _: object) -> AsyncIterator[str]:
    for token in stream_of(str(messages[-1].text)).tokens:
        await asyncio.sleep(0)
        yield token


def _complaints() -> list[str]:
    """Return a list that gets what the event loop and the collector complain about."""
    found: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: found.append(str(context))
    )
    sys.unraisablehook = lambda error: found.append(f"{error.exc_value} {error.object}")
    return found


async def _run(upstream: str) -> None:
    complaints = _complaints()
    chat = ChatSSE(model="m", base_url=upstream, max_retries=0)
    prompt = ChatPromptTemplate.from_messages([("user", "{question}")])
    app = create_app(
        {
            "model": chat,
            "chain": prompt | chat | StrOutputParser(),
            "sync": OnlySync(),
            "function": _function,
        },
        commit_after=0.2,
        keep_alive=0.2,
        max_seconds=MAX_SECONDS,
        reader_seconds=READER_SECONDS,
    )
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    while line := await lines.readline():
        if line == b"close\n":
            await chat.aclose()
            await loop.shutdown_default_executor()
        tasks = sorted(str(task.get_coro()) for task in asyncio.all_tasks())
        held = asdict(holdings())
        told = {**held, "tasks": tasks, "complaints": complaints}
        print(json.dumps(told), flush=True)
    server.should_exit = True
    await serving


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", required=True)
    given = parser.parse_args()
    logging.getLogger("langchain_sse_chat.serve").setLevel(logging.CRITICAL)
    make_ready()
    asyncio.run(_run(given.upstream))


if __name__ == "__main__":
    main()
