"""Tools that a model refuses while it reasons, and the log of what was changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage

from langchain_sse_chat import ChatSSE, InvalidRequestError, ServerError
from langchain_sse_chat.exchange import adjustments
from tests.unit_tests.chat_models.scripted import (
    Scripted,
    chunk,
    completion,
    sse,
    streamed,
    text_stream,
)

MakeChat = Callable[..., ChatSSE]

QUIET = (
    "Function tools with reasoning_effort are not supported for gpt-5.6-terra in "
    "/v1/chat/completions. To use function tools, use /v1/responses or set "
    "reasoning_effort to 'none'."
)
NO_NONE = (
    "Unsupported value: 'reasoning_effort' does not support 'none' with this model."
)
ADD = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {}}},
}


def refused(words: str, status: int = 400) -> httpx.Response:
    error = {"message": words, "type": "invalid_request_error", "param": None}
    return httpx.Response(status, json={"error": error})


def strict(*, knows_none: bool = True) -> Callable[[httpx.Request], httpx.Response]:
    """Return a server whose model calls tools only without reasoning."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        effort = body.get("reasoning_effort", "medium")
        if effort == "none" and not knows_none:
            return refused(NO_NONE)
        if "tools" in body and effort != "none":
            return refused(QUIET)
        if body["stream"]:
            return streamed(text_stream("Hi"), 7)
        return httpx.Response(200, json=completion({"content": "Hi"}))

    return answer


@pytest.fixture(autouse=True)
def _nothing_is_known_yet() -> Iterator[None]:
    adjustments.QUIET_TOOLS.clear()
    adjustments._WARNED.clear()
    yield
    adjustments.QUIET_TOOLS.clear()
    adjustments._WARNED.clear()


async def by_invoke(chat: ChatSSE, **keywords: Any) -> AIMessage:
    return chat.invoke("Hello", **keywords)


async def by_ainvoke(chat: ChatSSE, **keywords: Any) -> AIMessage:
    return await chat.ainvoke("Hello", **keywords)


async def by_stream(chat: ChatSSE, **keywords: Any) -> Any:
    first, *others = chat.stream("Hello", **keywords)
    return sum(others, first)


async def by_astream(chat: ChatSSE, **keywords: Any) -> Any:
    first, *others = [each async for each in chat.astream("Hello", **keywords)]
    return sum(others, first)


ALL = pytest.mark.parametrize("way", [by_invoke, by_ainvoke, by_stream, by_astream])


@ALL
async def test_refused_tools_are_sent_again_without_reasoning_and_that_is_remembered(
    make_chat: MakeChat,
    server: Scripted,
    caplog: pytest.LogCaptureFixture,
    way: Any,
) -> None:
    chat = make_chat(strict())

    with caplog.at_level(logging.WARNING, "langchain_sse_chat"):
        messages = [await way(chat, tools=[ADD]) for _ in range(2)]
        plain = await way(chat)

    efforts = [body.get("reasoning_effort") for body in server.bodies]
    assert efforts == [None, "none", "none", None]
    for message in messages:
        assert message.text == "Hi"
        assert message.response_metadata["adjusted"] == {"reasoning_effort": "none"}
        assert "attempts" not in message.response_metadata
    assert "adjusted" not in plain.response_metadata
    (record,) = caplog.records
    assert record.getMessage() == (
        "http://test/v1/chat/completions: reasoning_effort was set to 'none', because "
        "the model m refuses the request otherwise. Pass it in `extra_body` to send it "
        "all the same."
    )


@ALL
async def test_what_only_a_reasoning_model_refuses_is_sent_with_tools(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(
        strict(), model="gpt-5.6", provider="openai", temperature=0, top_p=0.5
    )

    messages = [
        await way(chat, tools=[ADD], extra_body={"top_p": 0.1}) for _ in range(2)
    ]
    plain = await way(chat)

    sent = [(body.get("temperature"), body.get("top_p")) for body in server.bodies]
    assert sent == [(None, 0.1), (0, 0.1), (0, 0.1), (None, None)]
    for message in messages:
        assert message.response_metadata["adjusted"] == {"reasoning_effort": "none"}
    assert plain.response_metadata["adjusted"] == {"temperature": None, "top_p": None}


@ALL
async def test_it_is_remembered_for_that_model_only(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(strict())

    await way(chat, tools=[ADD])
    await way(chat, tools=[ADD], model="other")

    efforts = [body.get("reasoning_effort") for body in server.bodies]
    assert efforts == [None, "none", None, "none"]


@ALL
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"reasoning_effort": "high"}, id="effort"),
        pytest.param({"reasoning": True}, id="reasoning"),
        pytest.param({"extra_body": {"reasoning_effort": "high"}}, id="extra_body"),
    ],
)
async def test_an_effort_that_the_user_set_is_not_changed(
    make_chat: MakeChat, server: Scripted, way: Any, said: dict[str, Any]
) -> None:
    chat = make_chat(strict())
    await way(chat, tools=[ADD])

    with pytest.raises(InvalidRequestError) as caught:
        await way(chat, tools=[ADD], **said)

    assert len(server.requests) == 3
    assert "Pass another model, or `reasoning=False`" in str(caught.value)


@ALL
async def test_a_model_that_knows_no_none_needs_another_api_and_that_is_remembered(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    chat = make_chat(strict(knows_none=False))

    for _ in range(2):
        with pytest.raises(InvalidRequestError) as caught:
            await way(chat, tools=[ADD])

        assert QUIET in str(caught.value)
        assert "only in the Responses API. Pass another model." in str(caught.value)
        assert caught.value.status_code == 400
        assert not caught.value.is_retryable

    efforts = [body.get("reasoning_effort") for body in server.bodies]
    assert efforts == [None, "none", None]


@ALL
async def test_a_call_that_was_planned_before_that_is_known_needs_another_api_too(
    make_chat: MakeChat, server: Scripted, way: Any
) -> None:
    # The first answer without reasoning is lost, so that it is not known to be refused.
    broken = httpx.Response(503, json={"error": {"message": "Overloaded."}})
    model = strict(knows_none=False)
    chat = make_chat(refused(QUIET), broken, model, max_retries=0)
    with pytest.raises(ServerError, match="Overloaded"):
        await way(chat, tools=[ADD])

    for words in (NO_NONE, QUIET):
        with pytest.raises(InvalidRequestError) as caught:
            await way(chat, tools=[ADD])

        assert words in str(caught.value)
        assert "only in the Responses API. Pass another model." in str(caught.value)

    efforts = [body.get("reasoning_effort") for body in server.bodies]
    assert efforts == [None, "none", "none", None]


async def test_another_error_after_that_is_the_servers(make_chat: MakeChat) -> None:
    chat = make_chat(refused(QUIET), refused("The tools are wrong."))

    with pytest.raises(InvalidRequestError, match="The tools are wrong"):
        chat.invoke("Hello", tools=[ADD])


async def test_a_fallback_takes_over_from_a_model_that_needs_another_api(
    make_chat: MakeChat, server: Scripted
) -> None:
    other = make_chat(strict(), model="other")
    chat = make_chat(
        refused(QUIET), refused(NO_NONE), strict(), fallbacks=[other], model="m"
    )

    message = chat.invoke("Hello", tools=[ADD])

    assert message.text == "Hi"
    assert [body["model"] for body in server.bodies] == ["m", "m", "other", "other"]


@ALL
async def test_a_field_that_the_model_refuses_is_left_out_and_named(
    make_chat: MakeChat,
    server: Scripted,
    caplog: pytest.LogCaptureFixture,
    way: Any,
) -> None:
    chat = make_chat(strict(), model="gpt-5", provider="openai", temperature=0.2)

    with caplog.at_level(logging.WARNING, "langchain_sse_chat"):
        message = await way(chat, top_p=0.5)
        await way(chat, top_p=0.5)

    assert not {"temperature", "top_p"} & server.body.keys()
    assert message.response_metadata["adjusted"] == {"temperature": None, "top_p": None}
    (record,) = caplog.records
    assert "temperature was left out, top_p was left out" in record.getMessage()


@pytest.mark.parametrize("name", ["o3", "gpt-4o"])
async def test_the_facts_are_those_of_the_model_that_is_sent(
    make_chat: MakeChat, server: Scripted, name: str
) -> None:
    other = {"o3": "gpt-4o", "gpt-4o": "o3"}[name]
    given = {"provider": "openai", "temperature": 0.2, "model": other}
    by_kwargs = make_chat(strict(), **given, model_kwargs={"model": name})
    by_keyword = make_chat(strict(), **given)

    await by_ainvoke(by_kwargs)
    await by_ainvoke(by_kwargs)
    await by_ainvoke(by_keyword, model=name)
    await by_ainvoke(by_kwargs, model=other)

    sent = [(body["model"], "temperature" in body) for body in server.bodies]
    assert sent == [(name, name != "o3")] * 3 + [(other, other != "o3")]


async def test_a_field_in_the_extra_body_is_sent_as_it_is(
    make_chat: MakeChat, server: Scripted
) -> None:
    chat = make_chat(
        strict(),
        model="gpt-5",
        provider="openai",
        temperature=0.2,
        extra_body={"temperature": 0.3},
    )

    chat.invoke("Hello")

    assert server.body["temperature"] == 0.3


async def test_what_was_changed_is_named_in_an_answer_that_was_resumed(
    make_chat: MakeChat,
) -> None:
    broken = sse(chunk({"content": "Hel"}), done=False)
    chat = make_chat(
        streamed(broken),
        streamed(text_stream("lo")),
        model="gpt-5",
        provider="openai",
        temperature=0.2,
        on_disconnect="resume",
        max_retries=1,
    )

    message = await by_stream(chat)

    assert message.response_metadata["adjusted"] == {"temperature": None}
    assert message.response_metadata["attempts"] == 2
