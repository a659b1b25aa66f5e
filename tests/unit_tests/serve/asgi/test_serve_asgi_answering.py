"""A request is answered on its wire, and what became of it is reported."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage

from langchain_sse_chat.serve.asgi.access_log import Answered
from langchain_sse_chat.serve.asgi.answering import Answering, WireName
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.run import Run, RunLimits
from langchain_sse_chat.serve.targets.served import Served
from langchain_sse_chat.serve.targets.target import Target
from tests.unit_tests.serve.asgi_calls import Client, Reply
from tests.unit_tests.transport.virtual_time import in_virtual_time


class Registry:
    def __init__(self) -> None:
        self.runs: list[Run] = []

    def add(self, run: Run) -> None:
        self.runs.append(run)

    def remove(self, run: Run) -> None:
        self.runs.remove(run)


async def hello(messages: Any, request: Any) -> AsyncIterator[Any]:
    yield "Hello"
    await asyncio.sleep(12)
    yield AIMessageChunk(
        content=" you",
        usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    )


async def fails(messages: Any, request: Any) -> AsyncIterator[str]:
    yield "Hello"
    msg = "secret"
    raise RuntimeError(msg)


class Answer:
    """An application that answers one request."""

    def __init__(
        self, target: Any = hello, wire: WireName = "openai", **asked: Any
    ) -> None:
        self.reports: list[Answered] = []
        self.registry = Registry()
        self.open_at_send: list[int] = []
        fields = {"messages": [HumanMessage("Hi")], "stream": True, **asked}
        self.answering = Answering(
            Target.of(target),
            ChatRequest(**fields),
            wire=wire,
            model="m",
            request_id="req_1",
            limits=RunLimits(),
            ignored=("store", "bad\r\nname"),
            headers=[(b"x-own", b"1")],
            registry=self.registry,
            report=self.reports.append,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            self.open_at_send.append(len(self.registry.runs))
            await send(message)

        await self.answering(receive, watched)

    async def whole(self) -> Reply:
        return await Client(self, "POST", "/").whole()


@in_virtual_time
async def test_the_wire_of_openai() -> None:
    answer = Answer(include_usage=True)
    reply = await answer.whole()
    assert reply.contents() == "Hello you"
    assert reply.events()[-2]["usage"]["completion_tokens"] == 2
    assert reply.headers["x-request-id"] == "req_1"
    assert reply.headers["x-ignored-parameters"] == "store"
    assert reply.headers["x-own"] == "1"
    [answered] = answer.reports
    assert answered.request_id == "req_1"
    assert answered.model == "m"
    assert answered.ending == "complete"
    assert answered.count("completion_tokens") == 2
    assert set(answer.open_at_send) == {1}
    assert answer.registry.runs == []


@in_virtual_time
async def test_the_plain_wire() -> None:
    reply = await Answer(wire="plain").whole()
    assert "data:  you\n\n:\n\n" not in reply.text
    assert "data: Hello\n\n:\n\ndata:  you\n\n" in reply.text
    assert reply.text.endswith("event: end\ndata: Hello you\n\n")


@in_virtual_time
async def test_a_completion_has_no_keep_alives() -> None:
    reply = await Answer(stream=False).whole()
    assert len(reply.pieces) == 1
    assert reply.json()["choices"][0]["message"]["content"] == "Hello you"
    assert reply.json()["usage"]["completion_tokens"] == 2


@in_virtual_time
async def test_an_error_is_logged_and_not_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    answer = Answer(fails)
    reply = await answer.whole()
    assert "secret" not in reply.text
    assert "req_1" in reply.text
    assert "RuntimeError: secret" in caplog.text
    assert answer.reports[0].ending == "failed:internal_error"
    assert answer.registry.runs == []


CUSTOM = {"type": "custom", "custom": {"name": "run"}}
FUNCTION = {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@in_virtual_time
async def test_calls_of_custom_tools_have_their_own_form(stream: bool) -> None:
    async def calls(messages: Any, request: Any) -> AsyncIterator[AIMessageChunk]:
        call = {"name": "run", "args": '{"__arg1": "ls"}', "id": "1", "index": 0}
        yield AIMessageChunk(content="", tool_call_chunks=[call])

    target = Served(calls, accepts=["tools"])
    answer = Answer(target, tools=[FUNCTION, CUSTOM], stream=stream)
    assert '"custom":{' in (await answer.whole()).text


@in_virtual_time
async def test_by_default_it_is_reported_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    request = ChatRequest(messages=[HumanMessage("My secret")], stream=True)
    answering = Answering(
        Target.of(hello),
        request,
        wire="openai",
        model="m",
        request_id="req_1",
        limits=RunLimits(),
    )

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await answering(receive, send)

    await Client(application, "POST", "/").whole()
    [line] = caplog.messages
    assert "id=req_1 model=m status=200 first_token=0ms tokens=2" in line
    assert line.endswith("ending=complete")
