"""Calls to trace, and spans in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.testing import Reply, ScriptedServer

pytest.importorskip(
    "opentelemetry.sdk", reason="the group tracing is not installed: make tracing"
)

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

KEY = "sk-a-secret-of-some-length"
SERVED = "gpt-4o-2024-08-06"
USAGE = {
    "prompt_tokens": 12,
    "completion_tokens": 30,
    "total_tokens": 42,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 20},
}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
CALL = {"name": "get_weather", "arguments": {"city": "Rome"}}
WAYS = ("invoke", "ainvoke", "stream", "astream")


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Return the spans of a module: some libraries can be switched on only once."""
    return InMemorySpanExporter()


@pytest.fixture(scope="module")
def tracer_provider(exporter: InMemorySpanExporter) -> TracerProvider:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Calls:
    """Makes calls in one way, to a scripted server."""

    def __init__(self, server: ScriptedServer, way: str) -> None:
        self.server = server
        self.way = way
        self.chat = ChatSSE(
            model="gpt-4o", provider="openai", api_key=KEY, base_url=server.base_url
        )

    def ask(self, reply: Reply, *callbacks: Any, **kwargs: Any) -> None:
        """Ask for a scripted answer."""
        self.server.script(reply)
        config: Any = {"callbacks": list(callbacks)}
        if self.way == "invoke":
            self.chat.invoke("The weather?", config, **kwargs)
        elif self.way == "ainvoke":
            asyncio.run(self.chat.ainvoke("The weather?", config, **kwargs))
        elif self.way == "stream":
            list(self.chat.stream("The weather?", config, **kwargs))
        else:
            asyncio.run(self._astream(config, kwargs))

    async def _astream(self, config: Any, kwargs: dict[str, Any]) -> None:
        async for _ in self.chat.astream("The weather?", config, **kwargs):
            pass

    def think(self, *callbacks: Any) -> None:
        """Ask for text with reasoning."""
        text = ["It ", "is ", "sunny."]
        reply = Reply.text(text, reasoning="I think.", usage=USAGE, model=SERVED)
        self.ask(reply, *callbacks)

    def call_a_tool(self, *callbacks: Any) -> None:
        """Ask for a tool call."""
        reply = Reply.text(tool_calls=[CALL], usage=USAGE, model=SERVED)
        self.ask(reply, *callbacks, tools=[TOOL])


@pytest.fixture
def calls(way: str) -> Iterator[Calls]:
    with ScriptedServer() as server:
        yield Calls(server, way)


def only_span(spans: InMemorySpanExporter) -> dict[str, Any]:
    """Return the attributes of the one span, which have no key."""
    [span] = spans.get_finished_spans()
    attributes = dict(span.attributes or {})
    assert KEY not in json.dumps(attributes, default=str)
    return attributes
