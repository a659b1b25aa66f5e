"""One way to run a model, sync or async, that tells how it went and how long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from langchain_sse_chat import ChatSSE, SSEChatError
from langchain_sse_chat.testing import ScriptedServer

SLOWEST = 2.5
"""Seconds after which a clock of 0.2 s is late, however busy the machine is."""


@dataclass
class Outcome:
    """The result of a call: its texts, the error that ended it, and its seconds."""

    texts: list[str] = field(default_factory=list)
    error: SSEChatError | None = None
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.texts)


class Run(Protocol):
    """Runs a call to its end: what is asserted of one client holds for both."""

    def __call__(
        self,
        chat: ChatSSE,
        *,
        method: str = "stream",
        pause: float = 0.0,
        prompt: str = "Hello",
        **keywords: Any,
    ) -> Outcome:
        """Run a call.

        Args:
            chat: The model.
            method: `stream` or `invoke`.
            pause: Seconds that the consumer takes for each chunk.
            prompt: The message.
            **keywords: For the call.
        """
        ...


def run_sync(
    chat: ChatSSE,
    *,
    method: str = "stream",
    pause: float = 0.0,
    prompt: str = "Hello",
    **keywords: Any,
) -> Outcome:
    outcome = Outcome()
    began = time.monotonic()
    try:
        if method == "invoke":
            outcome.texts.append(str(chat.invoke(prompt, **keywords).content))
        else:
            for chunk in chat.stream(prompt, **keywords):
                outcome.texts.append(str(chunk.content))
                time.sleep(pause)
    except SSEChatError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


async def run_in_loop(
    chat: ChatSSE,
    *,
    method: str = "stream",
    pause: float = 0.0,
    prompt: str = "Hello",
    **keywords: Any,
) -> Outcome:
    outcome = Outcome()
    began = time.monotonic()
    try:
        if method == "invoke":
            answer = await chat.ainvoke(prompt, **keywords)
            outcome.texts.append(str(answer.content))
        else:
            async for chunk in chat.astream(prompt, **keywords):
                outcome.texts.append(str(chunk.content))
                await asyncio.sleep(pause)
    except SSEChatError as error:
        outcome.error = error
    outcome.seconds = time.monotonic() - began
    return outcome


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, runner: asyncio.Runner) -> Run:
    """Run a call, in blocking code or in an event loop."""
    if request.param == "sync":
        return run_sync

    def run_async(chat: ChatSSE, **keywords: Any) -> Outcome:
        return runner.run(run_in_loop(chat, **keywords))

    return run_async


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


def chat_at(server: ScriptedServer | str, **fields: Any) -> ChatSSE:
    """Return a model that sends one request and no more, unless told otherwise."""
    base_url = server if isinstance(server, str) else server.base_url
    return ChatSSE(**{"model": "m", "base_url": base_url, "max_retries": 0, **fields})
