"""Requests of a model that are not for chat completions."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    NotFoundError,
    ServerError,
    StreamError,
)
from langchain_sse_chat.exchange.plain_answer import Reading, json_object
from langchain_sse_chat.exchange.plain_request import PlainRequest
from langchain_sse_chat.gigachat import GigaChat
from langchain_sse_chat.plain_calls import aask, ask
from langchain_sse_chat.request.multipart import FormFile, Multipart
from langchain_sse_chat.testing import Reply, Request, ScriptedServer
from langchain_sse_chat.testing.gigachat import ScriptedGigaChat

pytestmark = pytest.mark.enable_socket

KEY = "sk-a-secret-of-some-length"
MODELS = PlainRequest(Reading("/models", json_object))
FORM = Multipart({"purpose": "general"}, (FormFile("file", "a.txt", b"content"),))

Ask = Callable[[ChatSSE, PlainRequest[Any]], Any]


def ask_sync(model: ChatSSE, request: PlainRequest[Any]) -> Any:
    with model:
        return ask(model, request)


def ask_async(model: ChatSSE, request: PlainRequest[Any]) -> Any:
    async def run() -> Any:
        async with model:
            return await aask(model, request)

    return asyncio.run(run())


@pytest.fixture(params=[ask_sync, ask_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Ask:
    """Return a function that sends a request, sync or async."""
    run: Ask = request.param
    return run


def chat(base_url: str, **fields: Any) -> ChatSSE:
    return ChatSSE(
        model="m", base_url=base_url, api_key=KEY, **{"max_retries": 0, **fields}
    )


@pytest.mark.parametrize("transport", ["httpx", "auto"])
def test_a_get_has_no_body(send: Ask, transport: str) -> None:
    with ScriptedServer() as server:
        answer = send(chat(server.base_url, async_transport=transport), MODELS)

    [sent] = server.requests
    assert answer["data"][0]["id"] == "echo"
    assert (sent.method, sent.path, sent.body) == ("GET", "/v1/models", b"")
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers.keys().isdisjoint({"content-type", "content-length"})


@pytest.mark.parametrize("transport", ["httpx", "auto"])
def test_a_form_and_a_query_arrive(send: Ask, transport: str) -> None:
    form = PlainRequest(
        Reading("/files", json_object), "POST", body=FORM, query={"a": "b c"}
    )
    routes = {"/v1/files": Reply.json({"id": "f"})}
    with ScriptedServer(routes=routes) as server:
        made = chat(server.base_url, async_transport=transport)
        assert send(made, form) == {"id": "f"}

    [sent] = server.requests
    assert (sent.method, sent.query) == ("POST", "a=b+c")
    assert sent.headers["content-type"] == FORM.content_type
    assert sent.body == FORM.encode()


@pytest.mark.parametrize("transport", ["httpx", "auto"])
def test_a_delete_is_sent(send: Ask, transport: str) -> None:
    delete = PlainRequest(Reading("/files/f", json_object), "DELETE")
    with ScriptedServer(routes={"/v1/files/f": Reply.json({"id": "f"})}) as server:
        send(chat(server.base_url, async_transport=transport), delete)

    assert server.requests[0].method == "DELETE"


def test_a_passing_failure_is_retried(send: Ask) -> None:
    replies = [
        Reply.status(503, headers={"retry-after": "0"}),
        Reply.json({"data": []}),
    ]

    def reply(_: Request) -> Reply:
        return replies.pop(0)

    with ScriptedServer(routes={"/v1/models": reply}) as server:
        answer = send(chat(server.base_url, max_retries=1), MODELS)

    assert answer == {"data": []}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply.status(404, error=f"no, {KEY}"), NotFoundError),
        (Reply.status(500, error=f"no, {KEY}"), ServerError),
        (Reply.status(200, error=f"no, {KEY}"), StreamError),
    ],
    ids=["not found", "failed", "success"],
)
def test_an_error_is_typed_and_without_the_key(
    send: Ask, reply: Reply, kind: type[Exception]
) -> None:
    with (
        ScriptedServer(routes={"/v1/models": reply}) as server,
        pytest.raises(kind) as caught,
    ):
        send(chat(server.base_url), MODELS)

    assert KEY not in str(caught.value)


def test_no_variable_of_a_traceback_shows_the_key(send: Ask) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(400, text=f"no, {KEY}"))
    model = chat(
        "http://test/v1",
        http_client=httpx.Client(transport=transport),
        http_async_client=httpx.AsyncClient(transport=transport),
    )

    with pytest.raises(Exception, match="answered 400") as caught:
        send(model, MODELS)

    traceback = caught.value.__traceback__
    while traceback is not None:
        if "langchain_sse_chat" in traceback.tb_frame.f_code.co_filename:
            assert KEY not in repr(traceback.tb_frame.f_locals.values())
        traceback = traceback.tb_next


def test_an_expired_token_is_renewed(send: Ask) -> None:
    with ScriptedGigaChat() as server:
        model = GigaChat(**server.settings)
        with model:
            model.invoke("hi")
        server.expire_tokens()
        tokens = PlainRequest(
            Reading("/embeddings", json_object),
            "POST",
            body={"model": "m", "input": ["a"]},
        )
        answer = send(model, tokens)

    assert len(answer["data"]) == 1
    paths = [sent.path for sent in server.requests]
    assert paths[-3:] == ["/v1/embeddings", "/api/v2/oauth", "/v1/embeddings"]


def test_a_token_that_stays_rejected_is_an_error(send: Ask) -> None:
    with ScriptedGigaChat() as server:
        model = GigaChat(
            base_url=server.base_url, access_token="nothing", max_retries=3
        )
        request = PlainRequest(Reading("/embeddings", json_object), "POST", body={})
        with pytest.raises(AuthenticationError):
            send(model, request)

    assert len(server.requests) == 1


def test_a_request_is_recorded_without_secrets(send: Ask, tmp_path: Path) -> None:
    with ScriptedServer() as server:
        send(chat(server.base_url, record=tmp_path), MODELS)

    [log] = tmp_path.glob("*.jsonl")
    text = log.read_text()
    asked = json.loads(text.splitlines()[0])["request"]
    assert (asked["method"], asked["body"]) == ("GET", "***")
    assert KEY not in text


def test_a_request_is_logged(send: Ask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "langchain_sse_chat")
    with ScriptedServer() as server:
        send(chat(server.base_url), MODELS)

    begun = next(text for text in caplog.messages if "attempt 1: GET" in text)
    assert begun.endswith("/v1/models, not streamed.")


def test_an_uploaded_file_is_not_recorded(send: Ask, tmp_path: Path) -> None:
    form = PlainRequest(Reading("/files", json_object), "POST", body=FORM)
    with ScriptedServer(routes={"/v1/files": Reply.json({"id": "f"})}) as server:
        send(chat(server.base_url, record=tmp_path), form)

    [log] = tmp_path.glob("*.jsonl")
    assert json.loads(log.read_text().splitlines()[0])["request"]["body"] == "***"
    assert "content\\r\\n" not in log.read_text()
