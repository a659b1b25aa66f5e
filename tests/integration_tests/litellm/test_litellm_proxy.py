"""The model against a LiteLLM proxy, which relays the embedded server.

Peculiarities of this proxy that the tests lean on: it writes its own name of the model
into every chunk, adds `provider_specific_fields`, wraps the messages of errors in its
own words, answers 400 both to a model and to a key that it does not know, and ends a
stream that its server cut as if it were complete.
"""

import asyncio
import functools
import operator
import threading
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from pydantic import BaseModel

from langchain_sse_chat import (
    ChatSSE,
    ContextLengthError,
    InvalidRequestError,
    RateLimitError,
    ServerError,
    SSEChatError,
    StreamError,
)
from langchain_sse_chat.probe import probe
from langchain_sse_chat.testing import Reply, ScriptedServer

# The first test also starts the server, which takes a minute on a busy machine.
pytestmark = pytest.mark.timeout(600)

BOTH = pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
TOKENS = ["Grüße", " aus", " 東京", " 👋"]
USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


class Order(BaseModel):
    """An order."""

    product: str
    amount: int


def get_weather(city: str) -> str:
    """Get the weather in a city."""
    return f"Sunny in {city}"


@pytest.fixture
def chat(proxy_url: str, proxy_key: str) -> ChatSSE:
    return make_chat(proxy_url, api_key=proxy_key)


def make_chat(proxy_url: str, **settings: Any) -> ChatSSE:
    settings = {"model": "relayed", "max_retries": 0, **settings}
    return ChatSSE(base_url=f"{proxy_url}/v1", **settings)


async def streamed(chat: Any, question: Any, *, sync: bool) -> list[AIMessageChunk]:
    if sync:
        return list(chat.stream(question))
    return [chunk async for chunk in chat.astream(question)]


async def invoked(chat: Any, question: Any, *, sync: bool) -> Any:
    return chat.invoke(question) if sync else await chat.ainvoke(question)


def merged(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return functools.reduce(operator.add, chunks)


def assert_used(message: AIMessage) -> None:
    assert message.usage_metadata == {
        "input_tokens": 11,
        "output_tokens": 7,
        "total_tokens": 18,
        "input_token_details": {"cache_read": 4},
        "output_token_details": {"reasoning": 2},
    }


@BOTH
async def test_a_relayed_stream_has_each_token_once(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(Reply.text(TOKENS, reasoning=["I", " greet"], usage=USAGE))

    chunks = await streamed(chat, "Hello", sync=sync)

    assert [chunk.text for chunk in chunks if chunk.text] == TOKENS
    whole = merged(chunks)
    assert whole.additional_kwargs["reasoning_content"] == "I greet"
    assert whole.response_metadata["finish_reason"] == "stop"
    assert whole.response_metadata["model_name"] == "relayed"
    assert_used(whole)
    assert [chunk.chunk_position for chunk in chunks].count("last") == 1


@BOTH
async def test_a_relayed_answer_has_what_its_stream_has(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    server.script(Reply.text(TOKENS, reasoning=["I", " greet"], usage=USAGE))

    message = await invoked(chat, "Hello", sync=sync)

    assert message.text == "".join(TOKENS)
    assert message.additional_kwargs["reasoning_content"] == "I greet"
    assert message.response_metadata["finish_reason"] == "stop"
    assert_used(message)


async def test_a_token_comes_through_before_the_next_is_sent(
    server: ScriptedServer, chat: ChatSSE
) -> None:
    gate = threading.Semaphore(0)
    server.script(Reply.text(TOKENS, gate=gate))
    stream = chat.astream("Hello")

    # The proxy holds the first events back to see whether they are an error.
    gate.release(2)
    for token in TOKENS:
        assert (await anext(stream)).text == token
        gate.release()
    gate.release(10)
    assert [chunk.text async for chunk in stream] == [""]


@BOTH
async def test_leaving_a_stream_is_felt_behind_the_proxy(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    left = server.disconnects
    server.script(Reply.text(["a"] * 10, stall_after=5))

    if sync:
        for _ in chat.stream("Hello"):
            break
    else:
        async for _ in chat.astream("Hello"):
            break

    assert await asyncio.to_thread(server.wait_for_disconnect, 30, left + 1)


@BOTH
async def test_parallel_tool_calls_come_through_and_their_results_go_back(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    model = chat.bind_tools([get_weather])
    calls = [
        {"name": "get_weather", "id": f"call_{city}", "arguments": {"city": city}}
        for city in ("Rome", "Oslo")
    ]
    server.script(Reply.text(tool_calls=calls), Reply.text("Sunny."))

    asked = merged(await streamed(model, "The weather?", sync=sync))
    assert asked.invalid_tool_calls == []
    assert [call["args"] for call in asked.tool_calls] == [
        {"city": "Rome"},
        {"city": "Oslo"},
    ]
    assert [call["id"] for call in asked.tool_calls] == ["call_Rome", "call_Oslo"]
    assert asked.response_metadata["finish_reason"] == "tool_calls"

    results = [
        ToolMessage(get_weather(**call["args"]), tool_call_id=call["id"])
        for call in asked.tool_calls
    ]
    answer = await invoked(
        model, [HumanMessage("The weather?"), asked, *results], sync=sync
    )
    assert answer.text == "Sunny."
    received = server.requests[-1].json()["messages"]
    assert [message["role"] for message in received] == [
        *("user", "assistant", "tool", "tool"),
    ]
    assert [message["tool_call_id"] for message in received[2:]] == [
        *("call_Rome", "call_Oslo"),
    ]


@BOTH
@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
async def test_structured_output_comes_through(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool, method: Any
) -> None:
    model = chat.with_structured_output(Order, method=method)

    order = await invoked(model, "Send me 3 of 'Earl Grey'.", sync=sync)

    assert order == Order(product="Earl Grey", amount=3)


@BOTH
async def test_the_proxys_own_mock_is_read(
    proxy_url: str, proxy_key: str, mocked_answer: str, *, sync: bool
) -> None:
    chat = make_chat(proxy_url, api_key=proxy_key, model="mocked")

    whole = merged(await streamed(chat, "Why?", sync=sync))
    message = await invoked(chat, "Why?", sync=sync)

    assert whole.text == message.text == mocked_answer
    assert whole.usage_metadata is not None
    assert message.usage_metadata is not None


ERRORS = pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply.status(429, error="slow down"), RateLimitError, "slow down"),
        (Reply.status(503, error="busy"), ServerError, "busy"),
        (Reply.status(400, error="no such thing"), InvalidRequestError, "no such"),
        (
            Reply.status(
                400,
                error={
                    "message": "This model's maximum context length is 10 tokens.",
                    "type": "invalid_request_error",
                    "param": "messages",
                    "code": "context_length_exceeded",
                },
            ),
            ContextLengthError,
            "maximum context length",
        ),
    ],
    ids=["429", "503", "400", "context"],
)


@BOTH
@ERRORS
async def test_an_error_of_the_server_behind_is_raised_as_what_it_is(
    server: ScriptedServer,
    chat: ChatSSE,
    *,
    sync: bool,
    reply: Reply,
    kind: type[SSEChatError],
    words: str,
) -> None:
    for call in (streamed, invoked):
        server.script(reply)
        with pytest.raises(kind, match=words) as caught:
            await call(chat, "Hello", sync=sync)
        assert caught.value.is_retryable is (kind in {RateLimitError, ServerError})
        assert caught.value.partial is None


@BOTH
async def test_an_error_inside_a_stream_has_the_text_before_it(
    server: ScriptedServer, chat: ChatSSE, *, sync: bool
) -> None:
    events = [
        b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m",'
        b'"choices":[{"index":0,"delta":{"role":"assistant","content":"%b"}}]}\n\n'
        % text
        for text in (b"one", b" two", b" three")
    ]
    error = b'data: {"error":{"message":"overloaded","code":503}}\n\n'
    server.script(Reply.sse([*events, error]))

    with pytest.raises(StreamError, match="overloaded") as caught:
        await streamed(chat, "Hello", sync=sync)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "one two three"


@BOTH
async def test_what_the_proxy_refuses_itself_is_raised_in_its_words(
    proxy_url: str, proxy_key: str, chat: ChatSSE, *, sync: bool
) -> None:
    unknown = make_chat(proxy_url, api_key=proxy_key, model="nobody")
    with pytest.raises(InvalidRequestError, match="nobody"):
        await streamed(unknown, "Hello", sync=sync)

    with pytest.raises(InvalidRequestError, match="temperature"):
        await streamed(chat.bind(temperature="hot"), "Hello", sync=sync)

    # Without a database it cannot look a wrong key up, and says so with status 400.
    wrong = make_chat(proxy_url, api_key="sk-wrong")
    with pytest.raises(InvalidRequestError) as caught:
        await streamed(wrong, "Hello", sync=sync)
    assert "sk-wrong" not in str(caught.value)


def test_a_probe_of_the_proxy_shows_the_server_behind_it(
    proxy_url: str, proxy_key: str
) -> None:
    report = probe(model="relayed", base_url=f"{proxy_url}/v1", api_key=proxy_key)
    found = {line.name: line.verdict for line in report.lines}
    assert found["streams"] == found["tool_choice: by name"] == "yes"
    assert found["refuses an unknown model"] == "yes"
    # The echo model sees no image and follows no instruction.
    for name in ("images", "role system", "role developer", "continues an answer"):
        assert found[name] != "yes"
    assert proxy_key not in report.table()
