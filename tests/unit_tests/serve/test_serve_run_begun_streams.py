"""A run that is stopped closes the streams of its models, whoever holds them."""

from __future__ import annotations

from typing import Any

import httpx
from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.serve import OpenAIEncoder
from langchain_sse_chat.serve.request.chat_request import ChatRequest
from langchain_sse_chat.serve.run import Run, RunLimits
from langchain_sse_chat.serve.targets.target import Target


class Body(httpx.AsyncByteStream):
    """Tokens without end."""

    def __init__(self) -> None:
        self.is_open = True

    async def __aiter__(self) -> Any:
        while True:
            yield b'data: {"choices": [{"index": 0, "delta": {"content": "x"}}]}\n\n'

    async def aclose(self) -> None:
        self.is_open = False


async def test_a_chain_that_is_stopped_between_two_chunks_leaves_no_stream_open() -> (
    None
):
    body = Body()

    def answer(request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=headers, stream=body)

    chat = ChatSSE(
        model="m",
        base_url="http://test/v1",
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    prompt = ChatPromptTemplate.from_messages([("user", "{question}")])
    target = Target.of(prompt | chat | StrOutputParser())
    request = ChatRequest(messages=[HumanMessage("Hello")], model="m", stream=True)
    run = Run(target.astream(request), OpenAIEncoder(), limits=RunLimits(buffer=100))
    run.start(on_slow_reader=lambda: None)
    await run.wait_for_start()
    assert body.is_open

    await run.close()

    assert not body.is_open
