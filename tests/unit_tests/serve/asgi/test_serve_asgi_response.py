"""`EventStreamResponse` answers in a route of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompt_values import StringPromptValue
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.routing import Route

from langchain_sse_chat.errors import ConfigurationError
from langchain_sse_chat.serve import EventStreamResponse
from tests.unit_tests.serve.asgi_calls import Client, Reply
from tests.unit_tests.serve.ui_client import read_ui


async def echo(messages: Any, request: Any) -> AsyncIterator[str]:
    for message in messages:
        yield f"{message.type}:{message.text} "


async def ask(response: EventStreamResponse, **options: Any) -> Reply:
    return await Client(response, "GET", "/", **options).whole()


@pytest.mark.parametrize(
    "messages",
    [
        "Hi",
        ["Hi"],
        [("user", "Hi")],
        [{"role": "user", "content": "Hi"}],
        [HumanMessage("Hi")],
        StringPromptValue(text="Hi"),
    ],
    ids=["text", "texts", "pairs", "dicts", "messages", "prompt"],
)
async def test_messages_have_any_form(messages: Any) -> None:
    assert (await ask(EventStreamResponse(echo, messages))).contents() == "human:Hi "


async def test_all_messages_are_passed_on() -> None:
    reply = await ask(
        EventStreamResponse(echo, [SystemMessage("Be kind."), ("user", "Hi")])
    )
    assert reply.contents() == "system:Be kind. human:Hi "


async def test_the_stream_is_that_of_openai() -> None:
    reply = await ask(
        EventStreamResponse(echo, "Hi", model="echo", include_usage=True),
        headers={"x-request-id": "req_7"},
    )
    assert reply.status == 200
    assert reply.headers == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-request-id": "req_7",
    }
    first = reply.events()[0]
    assert first["model"] == "echo"
    assert first["usage"] is None
    assert reply.events()[-1] == "[DONE]"


async def test_the_stream_may_be_plain() -> None:
    reply = await ask(EventStreamResponse(echo, "Hi", wire="plain"))
    assert reply.text.endswith("data: human:Hi \n\nevent: end\ndata: human:Hi \n\n")


async def test_a_page_that_connects_again_gets_no_second_answer() -> None:
    done: list[bool] = []
    task = BackgroundTask(done.append, True)
    headers = {"last-event-id": "1"}
    plain = EventStreamResponse(
        echo, "Hi", wire="plain", headers={"x-own": "1"}, background=task
    )
    reply = await ask(plain, headers={**headers, "x-request-id": "req_7"})
    assert (reply.status, reply.body, done) == (204, b"", [])
    assert reply.headers == {"x-request-id": "req_7", "x-own": "1"}
    other = await ask(EventStreamResponse(echo, "Hi"), headers=headers)
    assert other.contents() == "human:Hi "


async def test_a_chat_model_takes_options() -> None:
    class Model(FakeListChatModel):
        async def _astream(self, *args: Any, **kwargs: Any) -> Any:
            seen.append(kwargs.get("temperature"))
            async for chunk in super()._astream(*args, **kwargs):
                yield chunk

    seen: list[Any] = []
    model = Model(responses=["Hello"])
    options = {"temperature": 0.5}
    response = EventStreamResponse(model, "Hi", options=options)
    assert (await ask(response)).contents() == "Hello"


async def test_headers_and_background_are_those_of_other_responses() -> None:
    done: list[bool] = []
    response = EventStreamResponse(
        echo,
        "Hi",
        headers={"cache-control": "no-cache"},
        background=BackgroundTask(done.append, True),
    )
    response.set_cookie("a", "1")
    reply = await ask(response)
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["set-cookie"].startswith("a=1")
    assert done == [True]


async def test_a_failure_has_a_status() -> None:
    async def fails(messages: Any, request: Any) -> str:
        msg = "secret"
        raise RuntimeError(msg)

    reply = await ask(EventStreamResponse(fails, "Hi", headers={"x-own": "1"}))
    assert reply.status == 500
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-own"] == "1"
    assert "secret" not in reply.text


def test_a_wire_that_there_is_not() -> None:
    with pytest.raises(ConfigurationError, match="`wire`"):
        EventStreamResponse(echo, "Hi", wire="xml")  # type: ignore[arg-type]


def test_what_cannot_be_served() -> None:
    with pytest.raises(TypeError, match="object"):
        EventStreamResponse(object(), "Hi")


async def test_it_is_a_response_for_applications_with_middleware() -> None:
    async def route(request: Request) -> EventStreamResponse:
        return EventStreamResponse(echo, request.query_params["q"])

    async def passed_on(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-seen"] = "1"
        return response

    application = Starlette(
        routes=[Route("/ask", route)],
        middleware=[
            Middleware(BaseHTTPMiddleware, dispatch=passed_on),
            Middleware(GZipMiddleware, minimum_size=1),
        ],
    )
    client = Client(application, "GET", "/ask", query="q=Hi")
    reply = await client.whole()
    assert reply.contents() == "human:Hi "
    assert reply.headers["x-seen"] == "1"


async def test_a_ui_message_stream_has_its_header_and_no_id() -> None:
    reply = await ask(EventStreamResponse(echo, "Hi", wire="ui"))
    assert reply.headers["x-vercel-ai-ui-message-stream"] == "v1"
    client = read_ui(reply.body)
    assert client.text == "human:Hi "
    assert client.message_id is None
