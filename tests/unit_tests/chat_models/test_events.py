"""Protocol events of version 3, which `ChatSSE` makes itself, on every way to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langchain_core.callbacks import (
    AsyncCallbackHandler,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    CallbackManagerForLLMRun,
)
from langchain_core.messages import (
    AIMessage,
)
from langchain_core.tracers._streaming import _V2StreamingCallbackHandler
from langchain_tests.utils.stream_lifecycle import assert_valid_event_stream

from langchain_sse_chat import ChatSSE, MalformedChunkError, StreamTruncatedError
from langchain_sse_chat.answer.events import EventAssembler
from langchain_sse_chat.answer.events_with_chunks import event_assembler
from tests.unit_tests.chat_models.event_ways import (
    QUESTION,
    MakeChat,
    Tokens,
    events_v3,
    hook,
)
from tests.unit_tests.chat_models.scripted import (
    ByteStream,
    chunk,
    sse,
    streamed,
    text_stream,
)

USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}
BODY = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk({"reasoning_content": "Hm"}),
    chunk({"content": "Hi"}),
    chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"x": 1}'}}]}),
    chunk({"tool_calls": [{"index": 1, "id": "d", "function": {"name": "g"}}]}),
    chunk({"tool_calls": [{"index": 1, "function": {"arguments": "[1]"}}]}),
    chunk(finish_reason="tool_calls", usage=USAGE),
)
KINDS = [
    "message-start",
    *("content-block-start", "content-block-delta", "content-block-finish"),
    *("content-block-start", "content-block-delta"),
    *("content-block-start", "content-block-delta", "content-block-finish"),
    *("content-block-start", "content-block-delta"),
    *("content-block-finish", "content-block-finish"),
    "message-finish",
]


def manager(
    *handlers: BaseCallbackHandler, sync: bool
) -> CallbackManagerForLLMRun | AsyncCallbackManagerForLLMRun:
    kind = CallbackManagerForLLMRun if sync else AsyncCallbackManagerForLLMRun
    return kind(run_id=uuid4(), handlers=list(handlers), inheritable_handlers=[])


@pytest.fixture(params=[True, False], ids=["sync", "async"])
def sync(request: pytest.FixtureRequest) -> bool:
    """Whether the sync methods are used."""
    given: bool = request.param
    return given


def invoke(chat: ChatSSE, *handlers: BaseCallbackHandler, sync: bool) -> AIMessage:
    config: Any = {"callbacks": list(handlers)}
    if sync:
        return chat.invoke("Hello", config)
    return asyncio.run(chat.ainvoke("Hello", config))


class AsyncTokens(AsyncCallbackHandler):
    """Keeps what it is told of tokens, in async code."""

    async def on_llm_new_token(self, token: Any, **_: Any) -> None:
        raise AssertionError


class ChainsOnly(Tokens):
    """Would keep tokens, and says that it has no use for models."""

    @property
    def ignore_llm(self) -> bool:
        return True


class Events(BaseCallbackHandler, _V2StreamingCallbackHandler):
    """Asks for protocol events, and keeps them."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def on_stream_event(self, event: Any, **_: Any) -> None:
        self.events.append(event)


@pytest.mark.parametrize("size", [1, 7, None])
def test_the_events_of_an_answer(
    make_chat: MakeChat, size: int | None, *, sync: bool
) -> None:
    events, message = events_v3(make_chat(streamed(BODY, size)), sync=sync)

    assert_valid_event_stream(events)
    assert [event["event"] for event in events] == KINDS
    assert [b["type"] for b in message.content_blocks] == [
        *("reasoning", "text", "tool_call", "invalid_tool_call")
    ]
    assert [c["args"] for c in message.tool_calls] == [{"x": 1}]
    assert [c["args"] for c in message.invalid_tool_calls] == ["[1]"]
    assert message.usage_metadata is not None
    assert message.usage_metadata["total_tokens"] == 5
    assert message.additional_kwargs["reasoning_content"] == "Hm"
    assert message.response_metadata["model_name"] == "served-model"


def test_events_come_as_their_bytes_do(make_chat: MakeChat) -> None:
    given: list[Any] = []
    seen: list[int] = []

    def reads() -> Iterator[bytes]:
        for part in text_stream("a", "b").split(b"\n\n"):
            seen.append(len(given))
            yield part + b"\n\n"

    response = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, content=reads()
    )
    for event in make_chat(response)._stream_chat_model_events(QUESTION):
        given.append(event)  # noqa: PERF402  its length is looked at meanwhile

    # Before the first read, after the role, after "a", after "b" and the rest.
    assert seen[:4] == [0, 0, 3, 4]


def test_the_message_has_the_id_of_the_run(make_chat: MakeChat, *, sync: bool) -> None:
    run_manager = manager(sync=sync)
    chat = make_chat(streamed(BODY))

    events = hook(chat, sync=sync, run_manager=run_manager)

    assert events[0]["id"] == f"lc_run--{run_manager.run_id}"


def test_a_message_without_a_run_has_an_id_of_its_own(
    make_chat: MakeChat, *, sync: bool
) -> None:
    ids = {hook(make_chat(streamed(BODY)), sync=sync)[0]["id"] for _ in range(2)}

    assert len(ids) == 2
    assert all(i.startswith("lc_run--") for i in ids)


def test_handlers_for_tokens_are_told_of_each_chunk_once(
    make_chat: MakeChat, *, sync: bool
) -> None:
    handler, other = Tokens(), Tokens()
    list(make_chat(streamed(BODY)).stream("Hello", {"callbacks": [other]}))
    chat = make_chat(streamed(BODY))

    events = hook(chat, sync=sync, run_manager=manager(handler, sync=sync))

    assert [event["event"] for event in events] == KINDS
    assert [c.text for c in handler.chunks] == [c.text for c in other.chunks]


def test_a_token_is_told_before_its_event(make_chat: MakeChat) -> None:
    handler = Tokens()
    chat = make_chat(streamed(text_stream("a", "b")))
    run_manager: Any = manager(handler, sync=True)
    events = chat._stream_chat_model_events(QUESTION, run_manager=run_manager)

    told = [len(handler.chunks) for event in events if "delta" in event]

    assert told == [1, 2]


def with_an_attribute() -> BaseCallbackHandler:
    """Return a handler whose method for tokens is its own, not its class's."""
    handler = BaseCallbackHandler()
    vars(handler)["on_llm_new_token"] = print
    return handler


@pytest.mark.parametrize(
    ("handlers", "wanted"),
    [
        pytest.param([], False, id="none"),
        pytest.param([BaseCallbackHandler()], False, id="base"),
        pytest.param([AsyncCallbackHandler()], False, id="async base"),
        pytest.param([Events()], False, id="events"),
        pytest.param([ChainsOnly()], False, id="chains only"),
        pytest.param([Events(), Tokens()], True, id="events and tokens"),
        pytest.param([with_an_attribute()], True, id="attribute"),
        pytest.param([AsyncTokens()], True, id="async tokens"),
    ],
)
def test_handlers_that_do_something_with_tokens_are_told(
    handlers: list[BaseCallbackHandler], *, wanted: bool
) -> None:
    run_manager = manager(*handlers, sync=True)

    # Without them no chunk is made at all.
    makes_chunks = not isinstance(event_assembler(run_manager), EventAssembler)

    assert makes_chunks is wanted


def test_invoke_runs_on_events_under_a_handler_for_them(
    make_chat: MakeChat, server: Any, *, sync: bool
) -> None:
    handler = Events()

    message = invoke(make_chat(streamed(BODY)), handler, sync=sync)

    assert [event["event"] for event in handler.events] == KINDS
    assert message.id == handler.events[0]["id"]
    assert server.body["stream"] is True


@pytest.mark.parametrize("read", [None, 1])
def test_an_error_is_raised_with_what_came_before_it(
    make_chat: MakeChat, read: int | None, *, sync: bool
) -> None:
    body = sse(chunk({"content": "Hi"}), done=False)

    with pytest.raises(StreamTruncatedError) as caught:
        events_v3(make_chat(streamed(body, read)), sync=sync)

    assert caught.value.partial is not None
    assert caught.value.partial.text == "Hi"


def test_a_call_that_goes_on_after_its_end_is_an_error(
    make_chat: MakeChat, *, sync: bool
) -> None:
    def call(arguments: str) -> dict[str, Any]:
        return {"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]}

    begun = call('{"x": 1}')
    begun["tool_calls"][0] |= {"id": "c"}
    begun["tool_calls"][0]["function"]["name"] = "f"
    first, second = chunk(begun), chunk(call(', "y": 2}'))
    body = sse(first, chunk({"content": "Hi"}), second)

    with pytest.raises(MalformedChunkError) as caught:
        events_v3(make_chat(streamed(body)), sync=sync)

    partial = caught.value.partial
    assert partial is not None
    assert partial.tool_calls == []


def test_an_attempt_that_gave_nothing_is_repeated(
    make_chat: MakeChat, *, sync: bool
) -> None:
    broken = streamed(sse(chunk({"role": "assistant"}), done=False))
    chat = make_chat(broken, streamed(BODY), max_retries=1)

    events = hook(chat, sync=sync)

    assert [event["event"] for event in events] == KINDS


def answer_of(stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> httpx.Response:
    return httpx.Response(
        200, headers={"content-type": "text/event-stream"}, stream=stream
    )


def test_the_last_event_comes_when_the_connection_is_given_back(
    make_chat: MakeChat, *, sync: bool
) -> None:
    """LangChain leaves the iterator where it is at that event."""
    stream = ByteStream([BODY])
    chat = make_chat(answer_of(stream))

    async def last_of(events: AsyncIterator[Any]) -> None:
        async for event in events:
            if event["event"] == "message-finish":
                assert stream.closed
                return
        raise AssertionError

    if sync:
        for event in chat._stream_chat_model_events(QUESTION):
            if event["event"] == "message-finish":
                assert stream.closed
                break
        else:
            raise AssertionError
    else:
        asyncio.run(last_of(chat._astream_chat_model_events(QUESTION)))


def test_closing_the_iterator_closes_the_connection(
    make_chat: MakeChat, *, sync: bool
) -> None:
    stream = ByteStream([BODY[:200], BODY[200:]])
    chat = make_chat(answer_of(stream))

    async def stop() -> None:
        events: Any = chat._astream_chat_model_events(QUESTION)
        await anext(events)
        assert not stream.closed
        await events.aclose()

    if sync:
        events: Any = chat._stream_chat_model_events(QUESTION)
        next(events)
        assert not stream.closed
        events.close()
    else:
        asyncio.run(stop())

    assert stream.closed


def test_closing_an_async_stream_closes_the_connection(make_chat: MakeChat) -> None:
    held = asyncio.Event()

    class Held(ByteStream):
        async def __aiter__(self) -> Any:
            async for read in super().__aiter__():
                yield read
            await held.wait()

    stream = Held([BODY[:600]])

    async def stop() -> None:
        async with await make_chat(answer_of(stream)).astream_events(
            "Hello", version="v3"
        ) as events:
            await anext(aiter(events))

    asyncio.run(stop())

    assert stream.closed
