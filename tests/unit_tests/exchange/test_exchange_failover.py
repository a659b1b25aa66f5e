"""Other models that take over when one fails."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from langchain_core.load import dumpd
from langchain_core.messages import AIMessageChunk

from langchain_sse_chat import (
    AuthenticationError,
    ChatSSE,
    ConfigurationError,
    ConnectionFailedError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.exchange.endpoint_attempts import OnDisconnect
from langchain_sse_chat.gigachat import GigaChat
from tests.unit_tests.chat_models.breaking import (
    Answers,
    Hasty,
    both_ways,
    broken,
    merged,
    texts,
    whole,
)
from tests.unit_tests.chat_models.scripted import (
    Answer,
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
)


class Model:
    """A chat model, and the server that it asks."""

    def __init__(self, name: str, *answers: Answer, **fields: Any) -> None:
        self.server = Scripted()
        self.server.answers = list(answers)
        cls = fields.pop("cls", Hasty)
        transport = httpx.MockTransport(self.server)
        given = {
            "model": name,
            "base_url": f"http://{name}/v1",
            "api_key": f"key-of-{name}",
            "max_retries": 0,
            "http_client": httpx.Client(transport=transport),
            "http_async_client": httpx.AsyncClient(transport=transport),
            **fields,
        }
        self.chat: ChatSSE = cls(**given)


def no(status: int, words: str = "no") -> httpx.Response:
    return httpx.Response(status, json={"error": {"message": words}})


def ok(*tokens: str) -> httpx.Response:
    return whole(*texts(*tokens))


@both_ways
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_whatever_fails_before_the_first_token(ask: Answers, status: int) -> None:
    second = Model("second", ok("a", "b"), temperature=0.5)
    first = Model("first", no(status), fallbacks=[second.chat], temperature=1)

    message = merged(ask(first.chat))

    assert message.text == "ab"
    assert message.response_metadata["attempts"] == 2
    assert second.server.body["model"] == "second"
    assert second.server.body["temperature"] == 0.5
    assert second.server.headers["authorization"] == "Bearer key-of-second"


@both_ways
def test_one_that_works_asks_nobody_else(ask: Answers) -> None:
    second = Model("second")
    first = Model("first", ok("a"), fallbacks=[second.chat])

    assert merged(ask(first.chat)).text == "a"
    assert second.server.requests == []


@both_ways
def test_each_tries_as_often_as_it_says(ask: Answers) -> None:
    second = Model("second", no(503), no(503), ok("a"), max_retries=2)
    first = Model("first", no(503), no(503), fallbacks=[second.chat], max_retries=1)

    assert merged(ask(first.chat)).response_metadata["attempts"] == 5
    assert len(first.server.requests) == 2


@both_ways
def test_goes_on_with_a_broken_answer(ask: Answers) -> None:
    second = Model("second", ok("two", ", three"))
    first = Model("first", broken(*texts("One", ", two")), fallbacks=[second.chat])

    message = merged(ask(first.chat))

    assert message.text == "One, two, three"
    assert message.response_metadata["resumed"] == 1
    assert second.server.body["messages"][1]["content"] == "One, two"


@both_ways
def test_goes_on_here_first_where_that_is_asked_for(ask: Answers) -> None:
    second = Model("second", broken(*texts("c")), ok("d"), max_retries=1)
    first = Model(
        "first",
        broken(*texts("a")),
        broken(*texts("b")),
        fallbacks=[second.chat],
        on_disconnect="resume",
        max_retries=1,
    )

    message = merged(ask(first.chat))

    assert message.text == "abcd"
    assert message.response_metadata["resumed"] == 3
    assert len(first.server.requests) == 2


def configured(chat: ChatSSE) -> ChatSSE:
    """Return a model made as `configurable_fields` makes one.

    That itself does not work with the oldest LangChain and pydantic that are supported.
    """
    names = ChatSSE.model_fields.keys()
    fields = {name: vars(chat)[name] for name in names if name in vars(chat)}
    return ChatSSE(**fields | {"temperature": 0.5})


@both_ways
def test_goes_on_when_it_was_made_anew_from_its_fields(ask: Answers) -> None:
    second = Model("second", ok("b"))
    first = Model("first", broken(*texts("a")), fallbacks=[second.chat])

    assert merged(ask(configured(first.chat))).text == "ab"


@both_ways
def test_goes_on_where_a_class_says_so(ask: Answers) -> None:
    class Resuming(Hasty):
        on_disconnect: OnDisconnect | None = "resume"

    first = Model("first", broken(*texts("a")), ok("b"), cls=Resuming, max_retries=1)

    assert merged(ask(first.chat)).text == "ab"


@both_ways
def test_does_not_go_on_where_that_is_ruled_out(ask: Answers) -> None:
    second = Model("second", ok("b"))
    first = Model(
        "first", broken(*texts("a")), fallbacks=[second.chat], on_disconnect="raise"
    )

    with pytest.raises(ConnectionFailedError) as caught:
        ask(first.chat)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "a"
    assert second.server.requests == []


@both_ways
def test_does_not_go_on_after_an_error_that_stays(ask: Answers) -> None:
    failing = sse(chunk({"content": "a"}), {"error": {"code": 400, "message": "no"}})
    first = Model("first", streamed(failing), fallbacks=[Model("b", ok("b")).chat])

    with pytest.raises(StreamError):
        ask(first.chat)


@both_ways
def test_a_fallback_that_cannot_go_on_is_left_out(ask: Answers) -> None:
    json_only = {"response_format": {"type": "json_object"}}
    second = Model("second", ok("b"), **json_only)
    third = Model("third", ok("c"))
    first = Model("first", broken(*texts("a")), fallbacks=[second.chat, third.chat])

    assert merged(ask(first.chat)).text == "ac"
    assert second.server.requests == []


@both_ways
def test_when_all_fail_it_is_the_first_error(ask: Answers) -> None:
    others = [Model("b", no(429)).chat, Model("c", no(500)).chat]
    with pytest.raises(AuthenticationError) as caught:
        ask(Model("a", no(401), fallbacks=others).chat)
    assert isinstance(caught.value.__cause__, ServerError)


@both_ways
@pytest.mark.parametrize(
    ("status", "cause"), [(429, RateLimitError), (402, PermissionDeniedError)]
)
def test_when_nobody_can_go_on_it_is_what_broke(
    ask: Answers, status: int, cause: type[SSEChatError]
) -> None:
    second = Model("second", no(status))
    first = Model("first", broken(*texts("One")), fallbacks=[second.chat])

    with pytest.raises(ConnectionFailedError) as caught:
        ask(first.chat)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "One"
    assert isinstance(caught.value.__cause__, cause)


def test_fallbacks_of_fallbacks_come_in_order() -> None:
    third = Model("third", ok("c"))
    second = Model("second", no(500), fallbacks=[third.chat])
    fourth = Model("fourth", ok("d"))
    first = Model("first", no(500), fallbacks=[second.chat, fourth.chat])

    assert merged(list(first.chat.stream("x"))).text == "c"


@pytest.mark.parametrize("is_async", [False, True])
async def test_whole_answers_fall_back_too(is_async: bool) -> None:
    answer = httpx.Response(200, json=completion({"content": "b"}))
    first = Model("first", no(500), fallbacks=[Model("second", answer).chat])

    message = await first.chat.ainvoke("x") if is_async else first.chat.invoke("x")

    assert message.text == "b"
    assert message.response_metadata["attempts"] == 2


def test_what_is_for_one_server_does_not_reach_another() -> None:
    second = Model("second", ok("b"))
    first = Model("first", no(500), fallbacks=[second.chat])

    list(
        first.chat.stream(
            "x",
            model="other",
            temperature=0.1,
            extra_headers={"X-Secret": "s"},
            extra_query={"token": "s"},
            extra_body={"only": 1},
        )
    )

    assert second.server.body["model"] == "second"
    assert second.server.body["temperature"] == 0.1
    assert "only" not in second.server.body
    assert "x-secret" not in second.server.headers
    assert second.server.requests[0].url.query == b""


@both_ways
def test_a_fallback_whose_key_cannot_be_got_is_left_out(
    ask: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    def locked() -> str:
        msg = "the vault is down: key-1"
        raise OSError(msg)

    second = Model("second", ok("b"), api_key=locked)
    third = Model("third", ok("c"))
    first = Model("first", no(500), fallbacks=[second.chat, third.chat])

    assert merged(ask(first.chat)).text == "c"
    [record] = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "could not be read: OSError" in record.getMessage()


@both_ways
def test_a_fallback_without_a_form_for_the_request_says_which(
    ask: Answers, caplog: pytest.LogCaptureFixture
) -> None:
    second = Model("second", ok("b"), provider="mistral", reasoning={"max_tokens": 9})
    first = Model("first", no(500), fallbacks=[second.chat, Model("3", ok("c")).chat])

    assert merged(ask(first.chat)).text == "c"
    [record] = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "skipped: `reasoning={'max_tokens': 9}`" in record.getMessage()


@both_ways
def test_a_fallback_whose_client_cannot_be_made_is_passed_over(ask: Answers) -> None:
    settings = {"http_client": None, "http_async_client": None, "verify": "/gone.pem"}
    second = Model("second", **settings)
    third = Model("third", ok("c"))
    first = Model("first", no(500), fallbacks=[second.chat, third.chat])
    assert merged(ask(first.chat)).text == "c"

    first = Model("first", no(500), fallbacks=[second.chat])
    with pytest.raises(ServerError) as caught:
        ask(first.chat)
    assert isinstance(caught.value.__cause__, ConfigurationError)


@both_ways
def test_a_model_whose_own_client_cannot_be_made_says_so(ask: Answers) -> None:
    settings = {"http_client": None, "http_async_client": None, "verify": "/gone.pem"}
    second = Model("second", ok("b"))
    first = Model("first", fallbacks=[second.chat], **settings)

    with pytest.raises(ConfigurationError, match="verify"):
        ask(first.chat)
    assert not second.server.requests


async def test_the_key_of_a_fallback_may_be_got_asynchronously() -> None:
    async def key() -> str:
        return "from-afar"

    second = Model("second", ok("b"), api_key=key)
    first = Model("first", no(500), fallbacks=[second.chat])

    assert [c.text async for c in first.chat.astream("x")] == ["b", ""]
    assert second.server.headers["authorization"] == "Bearer from-afar"


def test_a_fallback_may_be_of_another_class() -> None:
    token = httpx.Response(200, json={"access_token": "t", "expires_at": 9e12})
    second = Model("giga", token, ok("b"), cls=GigaChat, auth_url="http://giga/auth")
    first = Model("first", broken(*texts("a")), fallbacks=[second.chat])

    assert merged(list(first.chat.stream("x"))).text == "ab"
    assert second.server.headers["authorization"] == "Bearer t"


def test_tools_reach_the_fallback() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    second = Model("second", whole({"tool_calls": [call]}))
    first = Model("first", no(500), fallbacks=[second.chat])

    def f() -> str:
        """Do it."""
        return ""

    [chunk_, *_] = first.chat.bind_tools([f]).stream("x")

    assert isinstance(chunk_, AIMessageChunk)
    assert second.server.body["tools"][0]["function"]["name"] == "f"


def test_only_chat_models_can_be_fallbacks() -> None:
    bound = Model("b").chat.bind(stop=["x"])
    with pytest.raises(ConfigurationError, match=r"not a _?[A-Za-z]*Binding"):
        Model("a", fallbacks=[bound])


def test_the_keys_of_fallbacks_are_not_shown() -> None:
    chat = Model("a", fallbacks=[Model("b").chat]).chat
    shown = f"{chat!r} {dumpd(chat)} {chat.model_dump()!r}"
    assert "key-of" not in shown
    assert "b" in {each.model for each in chat.fallbacks if isinstance(each, ChatSSE)}


def test_a_bug_is_not_fallen_back_from() -> None:
    def bug(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError

    second = Model("second", ok("b"))
    first = Model("first", bug, fallbacks=[second.chat])
    with pytest.raises(ZeroDivisionError):
        list(first.chat.stream("x"))
    assert second.server.requests == []
