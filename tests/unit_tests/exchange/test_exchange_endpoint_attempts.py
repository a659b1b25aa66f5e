"""Calls that go wrong, and calls that are sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_core.callbacks import BaseCallbackHandler

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    InvalidRequestError,
    NotAnEventStreamError,
    NotFoundError,
    RateLimitError,
    ServerError,
    SSEChatError,
    StreamError,
    StreamTruncatedError,
)
from langchain_sse_chat.exchange.endpoint_attempts import _USAGE_REFUSED
from tests.unit_tests.chat_models.breaking import Hasty
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]
KEY = "secret-key-1234"


def refused(status: int, message: str = "no", **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json={"error": {"message": message}}, headers=names)


async def by_stream(chat: ChatSSE) -> list[str]:
    return [c.text for c in chat.stream("Hello")]


async def by_astream(chat: ChatSSE) -> list[str]:
    return [c.text async for c in chat.astream("Hello")]


async def by_invoke(chat: ChatSSE) -> list[str]:
    return [chat.invoke("Hello").text]


async def by_ainvoke(chat: ChatSSE) -> list[str]:
    return [(await chat.ainvoke("Hello")).text]


ALL = pytest.mark.parametrize("way", [by_stream, by_astream, by_invoke, by_ainvoke])
STREAMS = pytest.mark.parametrize("way", [by_stream, by_astream])


@ALL
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequestError),
        (401, AuthenticationError),
        (404, NotFoundError),
        (429, RateLimitError),
        (503, ServerError),
    ],
)
async def test_a_status_is_a_typed_error_in_the_servers_words(
    make_chat: MakeChat, way: Any, status: int, kind: type[SSEChatError]
) -> None:
    chat = make_chat(refused(status, "that is wrong", x_request_id="req-1"))

    with pytest.raises(kind) as caught:
        await way(chat)

    error: Any = caught.value
    assert error.status_code == status
    assert error.request_id == "req-1"
    assert "that is wrong" in str(error)
    assert "http://test/v1/chat/completions" in str(error)
    assert error.partial is None


@ALL
async def test_a_key_that_the_server_sends_back_is_not_in_the_error(
    make_chat: MakeChat, way: Any
) -> None:
    chat = make_chat(refused(401, f"bad key {KEY}", x_echo=f"Bearer {KEY}"))

    with pytest.raises(AuthenticationError) as caught:
        await way(chat)

    error = caught.value
    text = f"{error} {error!r} {error.__dict__} {error.headers} {error.body}"
    assert KEY not in text
    assert "bad key ***" in str(error)


@ALL
async def test_a_failure_that_passes_is_sent_again(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    answers = [refused(503), refused(429, retry_after="0"), streamed(text_stream("Hi"))]
    chat = make_chat(*answers, max_retries=2)

    assert "".join(await way(chat)) == "Hi"
    assert len(server.requests) == 3


@ALL
async def test_no_retries_means_one_request(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(refused(503), max_retries=0)

    with pytest.raises(ServerError):
        await way(chat)

    assert len(server.requests) == 1


@ALL
async def test_a_longer_wait_than_the_cap_ends_it_at_once(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(refused(429, retry_after="3600"), max_retries=5)

    with pytest.raises(RateLimitError) as caught:
        await way(chat)

    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1


@ALL
async def test_the_cap_is_a_setting_of_model_and_call(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    busy = refused(429, retry_after_ms="20")
    answers = [busy, streamed(text_stream("Hi"))]

    with pytest.raises(RateLimitError):
        await way(make_chat(*answers, max_retries=1, max_retry_after=0.01))
    chat = make_chat(*answers, max_retries=1, max_retry_after=0.01)
    bound: Any = chat.bind(max_retry_after=0.02)

    assert "".join(await way(bound)) == "Hi"
    assert "max_retry_after" not in server.body


@STREAMS
async def test_a_stream_that_dies_before_its_first_token_is_sent_again(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    role_only = sse(chunk({"role": "assistant", "content": ""}), done=False)
    answers = (streamed(role_only), streamed(b""), streamed(text_stream("Hi")))
    chat = make_chat(*answers, cls=Hasty, max_retries=2)

    assert await way(chat) == ["Hi", ""]
    assert len(server.requests) == 3


@STREAMS
async def test_nothing_is_sent_again_after_a_token_is_out(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    cut = sse(chunk({"content": "Hel"}), chunk({"content": "lo"}), done=False)
    chat = make_chat(streamed(cut), streamed(text_stream("Hi")), max_retries=2)

    with pytest.raises(StreamTruncatedError) as caught:
        await way(chat)

    assert len(server.requests) == 1
    assert caught.value.partial is not None
    assert caught.value.partial.content == "Hello"


@ALL
async def test_an_error_inside_the_answer_carries_what_came_before(
    make_chat: MakeChat, way: Any
) -> None:
    body = sse(chunk({"content": "Hel"}), {"error": {"message": "boom", "code": 502}})
    chat = make_chat(streamed(body))

    with pytest.raises(StreamError, match="boom") as caught:
        await way(chat)

    assert caught.value.code == 502
    assert caught.value.partial is not None
    assert caught.value.partial.content == "Hel"


@STREAMS
async def test_text_before_an_error_in_one_read_is_given_out_first(
    make_chat: MakeChat, way: Any
) -> None:
    class Tokens(BaseCallbackHandler):
        seen: list[str] = []  # noqa: RUF012

        def on_llm_new_token(self, token: Any, **_: Any) -> None:
            self.seen.append(token)

    Tokens.seen = []
    body = sse(chunk({"content": "Hel"}), {"error": {"message": "boom"}})
    chat = make_chat(streamed(body), callbacks=[Tokens()])

    with pytest.raises(StreamError):
        await way(chat)

    assert Tokens.seen == ["Hel"]


@ALL
async def test_a_web_page_is_an_error_with_a_hint(
    make_chat: MakeChat, way: Any
) -> None:
    page = httpx.Response(200, html="<html><title>Welcome</title></html>")

    with pytest.raises(NotAnEventStreamError, match="/v1") as caught:
        await way(make_chat(page))

    assert "Welcome" in str(caught.value)
    assert caught.value.content_type == "text/html; charset=utf-8"


@STREAMS
async def test_a_whole_completion_is_an_answer_to_a_streamed_call(
    make_chat: MakeChat, way: Any
) -> None:
    chat = make_chat(httpx.Response(200, json=completion({"content": "Hi"})))

    assert await way(chat) == ["Hi", ""]


@pytest.mark.parametrize("way", [by_invoke, by_ainvoke])
async def test_a_stream_is_an_answer_to_a_call_that_asked_for_none(
    make_chat: MakeChat, way: Any
) -> None:
    assert await way(make_chat(streamed(text_stream("H", "i")))) == ["Hi"]


@pytest.fixture
def _usage_not_refused_yet() -> Any:
    _USAGE_REFUSED.clear()
    yield
    _USAGE_REFUSED.clear()


@pytest.mark.usefixtures("_usage_not_refused_yet")
@STREAMS
async def test_a_refused_question_for_usage_is_left_out_and_remembered(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(
        refused(422, "stream_options: extra inputs are not permitted"),
        streamed(text_stream("Hi")),
        streamed(text_stream("Hi")),
        max_retries=0,
    )

    assert await way(chat) == ["Hi", ""]
    assert await way(chat) == ["Hi", ""]

    asked = ["stream_options" in body for body in server.bodies]
    assert asked == [True, False, False]


@pytest.mark.usefixtures("_usage_not_refused_yet")
@STREAMS
async def test_leaving_the_question_for_usage_out_keeps_the_other_options(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(
        refused(422, "stream_options.include_usage is not permitted"),
        streamed(text_stream("Hi")),
        extra_body={"stream_options": {"include_obfuscation": False}},
    )

    await way(chat)

    assert [body["stream_options"] for body in server.bodies] == [
        {"include_usage": True, "include_obfuscation": False},
        {"include_obfuscation": False},
    ]


@pytest.mark.usefixtures("_usage_not_refused_yet")
@STREAMS
async def test_refused_stream_options_that_are_no_object_are_left_out(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(
        refused(422, "stream_options must be an object"),
        streamed(text_stream("Hi")),
        extra_body={"stream_options": None},
    )

    await way(chat)

    assert ["stream_options" in body for body in server.bodies] == [True, False]


@pytest.mark.usefixtures("_usage_not_refused_yet")
async def test_a_question_for_usage_that_is_wanted_is_not_left_out(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(refused(422, "stream_options"), stream_usage=True)

    with pytest.raises(InvalidRequestError):
        await by_stream(chat)

    assert len(server.requests) == 1


@pytest.mark.parametrize("on_truncation", ["warn", "accept"])
@STREAMS
async def test_a_cut_stream_can_be_accepted(
    make_chat: MakeChat,
    caplog: pytest.LogCaptureFixture,
    way: Any,
    on_truncation: str,
) -> None:
    cut = sse(chunk({"content": "Hel"}), done=False)
    chat = make_chat(streamed(cut), on_truncation=on_truncation)

    assert await way(chat) == ["Hel", ""]
    assert bool(caplog.records) is (on_truncation == "warn")


@ALL
async def test_the_headers_of_the_answer_are_kept_when_asked_for(
    make_chat: MakeChat, way: Any
) -> None:
    answer = streamed(text_stream("Hi"))
    answer.headers["x-request-id"] = "req-1"
    answer.headers["set-cookie"] = "session=1"
    chat = make_chat(answer, include_response_headers=True)

    message: Any = None
    if way in (by_invoke, by_ainvoke):
        message = chat.invoke("Hello")
    else:
        for part in chat.stream("Hello"):
            message = part if message is None else message + part

    assert message.response_metadata["request_id"] == "req-1"
    headers = message.response_metadata["headers"]
    assert headers["content-type"] == "text/event-stream"
    assert "set-cookie" not in headers
