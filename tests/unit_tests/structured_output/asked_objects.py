"""An object to ask for, and every way to ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypedDict

import httpx
import pytest
from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from pydantic import BaseModel
from pydantic.v1 import BaseModel as BaseModelV1

from langchain_sse_chat import (
    ChatSSE,
    SSEChatError,
    StructuredOutputError,
)
from langchain_sse_chat.structured_output.runnable import Method
from tests.unit_tests.chat_models.scripted import (
    chunk,
    completion,
    sse,
    streamed,
)

MakeChat = Callable[..., ChatSSE]


class Pay(BaseModel):
    """Pay somebody."""

    to: str
    amount: int


class PayDict(TypedDict):
    """Pay somebody."""

    to: str
    amount: int


class OldPay(BaseModelV1):
    """Pay somebody."""

    to: str
    amount: int


SCHEMA = {**Pay.model_json_schema(), "title": "Pay"}
WHOLE = '{"to": "Ann", "amount": 1200}'
CUT = '{"to": "Ann", "amount": 12'

JSON_METHODS: list[Method] = ["json_schema", "json_mode"]
METHODS: list[Method] = [*JSON_METHODS, "function_calling"]


def invoked(asked: Runnable[Any, Any]) -> list[Any]:
    """Return the outputs of `invoke`."""
    return [asked.invoke("Pay Ann")]


def ainvoked(asked: Runnable[Any, Any]) -> list[Any]:
    """Return the outputs of `ainvoke`."""
    return [asyncio.run(asked.ainvoke("Pay Ann"))]


def streamed_out(asked: Runnable[Any, Any]) -> list[Any]:
    """Return the outputs of `stream`."""
    return list(asked.stream("Pay Ann"))


def astreamed_out(asked: Runnable[Any, Any]) -> list[Any]:
    """Return the outputs of `astream`."""

    async def outputs() -> list[Any]:
        return [output async for output in asked.astream("Pay Ann")]

    return asyncio.run(outputs())


Way = Callable[[Runnable[Any, Any]], list[Any]]
WAYS: list[Way] = [invoked, ainvoked, streamed_out, astreamed_out]
every_way = pytest.mark.parametrize("way", WAYS)


def call(name: str, arguments: str) -> dict[str, Any]:
    """Return a tool call."""
    function = {"name": name, "arguments": arguments}
    return {"id": "c1", "index": 0, "type": "function", "function": function}


def answer(
    way: Way, message: dict[str, Any], reason: str | None = "stop", size: int = 7
) -> httpx.Response:
    """Return an answer as a way of asking gets it: whole, or as a stream."""
    if way in (invoked, ainvoked):
        return httpx.Response(200, json=completion(message, finish_reason=reason))
    body = sse(*deltas(message), chunk(finish_reason=reason), done=reason is not None)
    return streamed(body, size)


def deltas(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a message in pieces of nine characters."""
    out = [
        chunk({key: text[i : i + 9]})
        for key in ("content", "refusal")
        for text in [message.get(key) or ""]
        for i in range(0, len(text), 9)
    ]
    return out + [chunk({"tool_calls": [c]}) for c in message.get("tool_calls", [])]


def asked_for(method: Method, text: str) -> dict[str, Any]:
    """Return the message in which a method gives the text."""
    if method == "function_calling":
        return {"content": None, "tool_calls": [call("Pay", text)]}
    return {"content": text}


def assert_whole_error(error: Exception, reason: str | None) -> None:
    """Show that an error has all that a caller may look for."""
    assert isinstance(error, StructuredOutputError)
    assert isinstance(error, SSEChatError)
    assert isinstance(error, OutputParserException)
    assert error.finish_reason == reason
    assert type(error.partial) is AIMessage
    assert not error.is_retryable
