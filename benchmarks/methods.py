"""The methods of a chat model that are measured, each as a function of the model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk

from benchmarks.floors import PROMPT

Run = Callable[[BaseChatModel], int]
"""Reads an answer; returns how many parts came."""
Read = Callable[[BaseChatModel, str], str]
"""Reads an answer of a kind; returns its text."""


def text_of(message: Any, kind: str) -> str:
    """Return the text that a message, or a chunk of one, has of a kind of answer."""
    if kind == "reasoning":
        text = message.additional_kwargs.get("reasoning_content") or ""
    elif kind == "tool" and isinstance(message, AIMessageChunk):
        text = "".join(part["args"] or "" for part in message.tool_call_chunks)
    elif kind == "tool":
        text = json.dumps(message.tool_calls[0]["args"])
    else:
        text = message.content
    return str(text)


def _v3_text(events: list[Any], kind: str) -> str:
    """Return the text of a kind that the deltas of protocol events have."""
    name = {"reasoning": "reasoning", "tool": "args"}.get(kind, "text")
    parts: list[str] = []
    for event in events:
        if event["event"] == "content-block-delta":
            delta = event["delta"]
            part = delta.get("fields", delta).get(name)
            parts.append(part or "")
    return "".join(parts)


def stream(model: BaseChatModel) -> int:
    """Read with `stream`."""
    return sum(1 for _ in model.stream(PROMPT))


async def astream(model: BaseChatModel) -> int:
    """Read with `astream`."""
    count = 0
    async for _ in model.astream(PROMPT):
        count += 1
    return count


async def events_v2(model: BaseChatModel) -> int:
    """Read with `astream_events`, version 2."""
    count = 0
    async for _ in model.astream_events(PROMPT, version="v2"):
        count += 1
    return count


def events_v3(model: BaseChatModel) -> int:
    """Read with `stream_events`, version 3."""
    return sum(1 for _ in model.stream_events(PROMPT, version="v3"))


async def aevents_v3(model: BaseChatModel) -> int:
    """Read with `astream_events`, version 3."""
    count = 0
    async for _ in await model.astream_events(PROMPT, version="v3"):
        count += 1
    return count


def invoke(model: BaseChatModel) -> int:
    """Read a stream with `invoke`; the model was made with `streaming`."""
    model.invoke(PROMPT)
    return 1


def _stream_text(model: BaseChatModel, kind: str) -> str:
    return "".join(text_of(chunk, kind) for chunk in model.stream(PROMPT))


async def _astream_text(model: BaseChatModel, kind: str) -> str:
    return "".join([text_of(chunk, kind) async for chunk in model.astream(PROMPT)])


async def _v2_text(model: BaseChatModel, kind: str) -> str:
    return "".join(
        [
            text_of(event["data"]["chunk"], kind)
            async for event in model.astream_events(PROMPT, version="v2")
            if event["event"] == "on_chat_model_stream"
        ]
    )


def _v3_sync_text(model: BaseChatModel, kind: str) -> str:
    return _v3_text(list(model.stream_events(PROMPT, version="v3")), kind)


async def _v3_async_text(model: BaseChatModel, kind: str) -> str:
    stream = await model.astream_events(PROMPT, version="v3")
    return _v3_text([event async for event in stream], kind)


def _invoke_text(model: BaseChatModel, kind: str) -> str:
    message = model.invoke(PROMPT)
    return text_of(message, kind)


class Methods:
    """The methods, with the async ones run in one event loop."""

    def __init__(self, runner: asyncio.Runner) -> None:
        """Run the async ones with a runner."""
        self.runner = runner
        self.runs: dict[str, tuple[Run, Read]] = {
            "stream": (stream, _stream_text),
            "astream": (self._in_loop(astream), self._in_loop(_astream_text)),
            "astream_events v2": (self._in_loop(events_v2), self._in_loop(_v2_text)),
            "stream_events v3": (events_v3, _v3_sync_text),
            "astream_events v3": (
                self._in_loop(aevents_v3),
                self._in_loop(_v3_async_text),
            ),
            "invoke, streaming": (invoke, _invoke_text),
        }

    def _in_loop(self, run: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        async def awaited(*args: Any) -> Any:
            return await run(*args)

        return lambda *args: self.runner.run(awaited(*args))
