"""The routes of `useChat`."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from langchain_sse_chat.serve import ChatRequest
from langchain_sse_chat.serve.answer.parts import Delta, ToolRun
from tests.unit_tests.serve.asgi_calls import Application, Client, Reply, get
from tests.unit_tests.serve.served import application
from tests.unit_tests.serve.ui_client import CHUNKINGS, read_ui
from tests.unit_tests.transport.virtual_time import in_virtual_time

TEXT = "You said: Hello"
QUESTION = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "Hello"}]}
ANSWER = {"id": "m2", "role": "assistant", "parts": [{"type": "text", "text": "Ho"}]}
SYSTEM = {"id": "m0", "role": "system", "parts": [{"type": "text", "text": "Obey"}]}


def ask(
    app: Application,
    model: str | None = None,
    *messages: Any,
    headers: dict[str, str] | None = None,
    path: str = "/chat",
    **fields: Any,
) -> Client:
    sent = {
        "id": "chat-1",
        "messages": list(messages) or [QUESTION],
        "trigger": "submit-message",
        "model": model,
        **fields,
    }
    head = {"content-type": "application/json", **(headers or {})}
    return Client(app, "POST", path, body=json.dumps(sent).encode(), headers=head)


async def stop(app: Application, chat_id: str = "chat-1", **options: Any) -> Reply:
    return await Client(app, "POST", f"/chat/{chat_id}/stop", **options).whole()


@pytest.mark.parametrize("path", ["/chat", "/v1/chat", "/chat/"])
@pytest.mark.parametrize("chunking", CHUNKINGS)
async def test_an_answer_is_streamed(path: str, chunking: str) -> None:
    reply = await ask(application(), path=path).whole()
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reply.headers["x-vercel-ai-ui-message-stream"] == "v1"
    client = read_ui(reply.body, chunking)
    assert client.text == TEXT
    assert client.metadata == {"model": "echo", "finishReason": "stop"}
    assert client.message_id is not None
    assert client.message_id.startswith("msg_")


async def test_an_answer_to_results_of_tools_continues_the_message() -> None:
    reply = await ask(application(), None, QUESTION, ANSWER).whole()
    assert read_ui(reply.body).message_id == "m2"


async def test_all_parts_of_an_answer_are_shown() -> None:
    async def agent(messages: Any, request: ChatRequest) -> AsyncIterator[Any]:
        yield Delta(reasoning=str(request.fields["mood"]))
        yield ToolRun("1", "search", {"q": "x"})
        yield ToolRun("1", "search", output="found")
        yield "It is x."

    reply = await ask(application(agent), mood="Hm").whole()
    client = read_ui(reply.body)
    assert (client.reasoning, client.text) == ("Hm", "It is x.")
    assert client.tools[0]["output"] == "found"
    assert reply.headers["x-ignored-parameters"] == "mood"


async def test_system_messages_of_a_page_are_left_out_unless_allowed() -> None:
    async def count(messages: Any, request: Any) -> str:
        return str(len(messages))

    for allowed, seen in ((False, "1"), (True, "2")):
        app = application(count, ui_system_messages=allowed)
        reply = await ask(app, None, SYSTEM, QUESTION).whole()
        assert read_ui(reply.body).text == seen


@pytest.mark.parametrize(
    ("model", "messages", "status", "words"),
    [
        pytest.param("org/fails", [QUESTION], 500, "internal error", id="internal"),
        pytest.param("none", [QUESTION], 404, "no model 'none'", id="model"),
        pytest.param("echo", [QUESTION, {}], 400, "`messages[1]`", id="message"),
    ],
)
async def test_a_failure_before_the_answer_is_a_sentence(
    model: str, messages: Any, status: int, words: str
) -> None:
    reply = await ask(application(), model, *messages).whole()
    assert reply.status == status
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["x-should-retry"] == "false"
    assert "x-vercel-ai-ui-message-stream" not in reply.headers
    assert words in reply.text
    assert "{" not in reply.text


async def test_a_failure_later_is_a_part_of_the_stream() -> None:
    async def breaks(messages: Any, request: Any) -> AsyncIterator[str]:
        yield "Well"
        msg = "secret"
        raise RuntimeError(msg)

    client = read_ui((await ask(application(breaks)).whole()).body)
    assert client.text == "Well"
    [error] = client.errors
    assert "secret" not in error
    assert (client.finish_reason, client.is_done) == ("error", True)


async def test_a_method_that_the_route_does_not_have() -> None:
    reply = await get(application(), "/chat")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


async def test_there_is_no_answer_to_read_on() -> None:
    reply = await get(application(), "/chat/chat-1/stream")
    assert (reply.status, reply.body) == (204, b"")


@in_virtual_time
async def test_an_answer_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "langchain_sse_chat.serve")
    app = application()
    client = ask(app, "begins")
    task = client.start()
    await client.until("Well")

    reply = await stop(app)

    assert (reply.status, reply.body) == (204, b"")
    await task
    answer = read_ui(client.reply.body)
    assert (answer.text, answer.is_aborted, answer.is_done) == ("Well", True, True)
    assert client.reply.is_complete
    assert "ending=stopped" in caplog.text
    assert (await stop(app)).status == 404


async def test_only_an_answer_to_the_chat_is_stopped() -> None:
    reply = await stop(application(), "chat-2")
    assert reply.status == 404
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"


@in_virtual_time
async def test_an_answer_is_stopped_by_its_own_client() -> None:
    app = application(api_keys=["one", "two"])
    mine = {"authorization": "Bearer one"}
    client = ask(app, "begins", headers=mine)
    task = client.start()
    await client.until("Well")

    assert (await stop(app)).status == 401
    assert (await stop(app, headers={"authorization": "Bearer two"})).status == 404
    assert not client.reply.is_complete
    assert (await stop(app, headers={"authorization": "bearer  one"})).status == 204
    await task


@in_virtual_time
async def test_an_answer_without_a_chat_goes_on() -> None:
    app = application()
    client = ask(app, "begins", id=None)
    task = client.start()
    await client.until("Well")
    assert (await stop(app)).status == 404
    client.leave()
    await task


@in_virtual_time
async def test_a_silent_stream_gets_comments() -> None:
    app = application()
    client = ask(app, "begins")
    task = client.start()
    await client.until("Well")
    await asyncio.sleep(21)
    assert client.reply.text.count(":\n\n") == 2
    await stop(app)
    await task
    assert read_ui(client.reply.body).text == "Well"


async def test_a_key_is_needed() -> None:
    app = application(api_keys=["one"])
    for reply in (
        await ask(app).whole(),
        await stop(app),
        await get(app, "/chat/chat-1/stream"),
    ):
        assert reply.status == 401
        assert reply.text.startswith("Missing or invalid API key.")
