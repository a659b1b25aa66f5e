"""`on_llm_new_token` comes once for each chunk, on every way into the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, cast
from uuid import uuid4

import pytest
from langchain_core.callbacks import (
    AsyncCallbackHandler,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    CallbackManagerForLLMRun,
)
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tracers._streaming import (
    _StreamingCallbackHandler,
    _V2StreamingCallbackHandler,
)

from langchain_sse_chat import ChatSSE
from tests.unit_tests.chat_models.scripted import streamed, text_stream

TOKENS = ["a", "b", "c"]
BODY = text_stream(*TOKENS)


class Handler(BaseCallbackHandler):
    """Keeps the tokens, and the chunks that come with them."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.chunks: list[Any] = []

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
        self.tokens.append(token)
        self.chunks.append(chunk)


class V1Handler(Handler, _StreamingCallbackHandler[Any]):
    """A handler that asks for streaming."""

    def tap_output_iter(self, run_id: Any, output: Any) -> Any:
        return output

    def tap_output_aiter(self, run_id: Any, output: Any) -> Any:
        return output


class V2Handler(Handler, _V2StreamingCallbackHandler):
    """A handler that asks for protocol events."""


class Ends(AsyncCallbackHandler):
    """Keeps how runs end, and takes its time for that."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    async def on_llm_error(self, error: BaseException, **_: Any) -> None:
        await asyncio.sleep(0)
        self.errors.append(error)


class StreamsByDefault(ChatSSE):
    """A subclass that streams without being told to by the caller."""

    streaming: bool | None = True


def stream(chat: ChatSSE, config: Any) -> None:
    list(chat.stream("hi", config))


def invoke(chat: ChatSSE, config: Any) -> None:
    chat.invoke("hi", config)


def invoke_with_stream_keyword(chat: ChatSSE, config: Any) -> None:
    chat.invoke("hi", config, stream=True)


def generate(chat: ChatSSE, config: Any) -> None:
    chat.generate([[HumanMessage("hi")]], callbacks=config["callbacks"])


def events_v3(chat: ChatSSE, config: Any) -> None:
    list(chat.stream_events("hi", config, version="v3"))


def astream(chat: ChatSSE, config: Any) -> None:
    async def run() -> None:
        async for _ in chat.astream("hi", config):
            pass

    asyncio.run(run())


def ainvoke(chat: ChatSSE, config: Any) -> None:
    asyncio.run(chat.ainvoke("hi", config))


def ainvoke_with_stream_keyword(chat: ChatSSE, config: Any) -> None:
    asyncio.run(chat.ainvoke("hi", config, stream=True))


def aevents_v2(chat: ChatSSE, config: Any) -> None:
    async def run() -> None:
        async for _ in chat.astream_events("hi", config, version="v2"):
            pass

    asyncio.run(run())


def aevents_v3(chat: ChatSSE, config: Any) -> None:
    async def run() -> None:
        async for _ in await chat.astream_events("hi", config, version="v3"):
            pass

    asyncio.run(run())


# LangChain reports the last, empty chunk as well where it drives the stream itself.
WITH_LAST = [*TOKENS, ""]

PATHS: dict[str, tuple[Any, type[ChatSSE], dict[str, Any], type[Handler]]] = {
    "stream": (stream, ChatSSE, {}, Handler),
    "invoke with streaming=True": (invoke, ChatSSE, {"streaming": True}, Handler),
    "invoke with stream=True": (invoke_with_stream_keyword, ChatSSE, {}, Handler),
    "invoke under a v1 handler": (invoke, ChatSSE, {}, V1Handler),
    "invoke under a v2 handler": (invoke, ChatSSE, {}, V2Handler),
    "invoke of a streaming class": (invoke, StreamsByDefault, {}, Handler),
    "generate with streaming=True": (generate, ChatSSE, {"streaming": True}, Handler),
    "stream_events v3": (events_v3, ChatSSE, {}, Handler),
    "astream": (astream, ChatSSE, {}, Handler),
    "ainvoke with streaming=True": (ainvoke, ChatSSE, {"streaming": True}, Handler),
    "ainvoke with stream=True": (ainvoke_with_stream_keyword, ChatSSE, {}, Handler),
    "ainvoke under a v1 handler": (ainvoke, ChatSSE, {}, V1Handler),
    "ainvoke under a v2 handler": (ainvoke, ChatSSE, {}, V2Handler),
    "ainvoke of a streaming class": (ainvoke, StreamsByDefault, {}, Handler),
    "astream_events v2": (aevents_v2, ChatSSE, {}, Handler),
    "astream_events v3": (aevents_v3, ChatSSE, {}, Handler),
}


@pytest.mark.parametrize("path", PATHS)
def test_each_chunk_is_reported_once(
    make_chat: Callable[..., ChatSSE], path: str
) -> None:
    run, cls, fields, handler_class = PATHS[path]
    handler = handler_class()
    chat = make_chat(streamed(BODY), cls=cls, **fields)

    run(chat, {"callbacks": [handler]})

    assert handler.tokens == WITH_LAST
    assert [chunk.text for chunk in handler.chunks] == WITH_LAST
    assert handler.chunks[-1].message.chunk_position == "last"


@pytest.mark.parametrize("path", ["invoke", "ainvoke"])
def test_nothing_is_reported_when_nothing_is_streamed(
    make_chat: Callable[..., ChatSSE], path: str
) -> None:
    handler = Handler()
    chat = make_chat(streamed(BODY))

    {"invoke": invoke, "ainvoke": ainvoke}[path](chat, {"callbacks": [handler]})

    assert handler.tokens == []


def test_an_explicit_false_switches_streaming_off(
    make_chat: Callable[..., ChatSSE],
) -> None:
    handler = Handler()
    chat = make_chat(streamed(BODY), cls=StreamsByDefault, streaming=False)

    chunks = list(chat.stream("hi", {"callbacks": [handler]}))

    assert [chunk.content for chunk in chunks] == ["abc"]
    assert handler.tokens == []


def test_a_call_can_switch_a_streaming_class_off(
    make_chat: Callable[..., ChatSSE],
) -> None:
    handler = Handler()
    chat = make_chat(streamed(BODY), cls=StreamsByDefault)

    message = chat.invoke("hi", {"callbacks": [handler]}, stream=False)

    assert message.content == "abc"
    assert handler.tokens == []


def test_a_run_manager_passed_to_the_hook_is_told(
    make_chat: Callable[..., ChatSSE],
) -> None:
    handler = Handler()
    manager = CallbackManagerForLLMRun(
        run_id=uuid4(), handlers=[handler], inheritable_handlers=[]
    )
    chat = make_chat(streamed(BODY))

    seen = []
    for chunk in chat._stream([HumanMessage("hi")], run_manager=manager):
        # It is told before the chunk is given out.
        assert handler.chunks[-1] is chunk
        seen.append(chunk.text)

    assert seen == handler.tokens == WITH_LAST


async def test_an_async_run_manager_passed_to_the_hook_is_told(
    make_chat: Callable[..., ChatSSE],
) -> None:
    handler = Handler()
    manager = AsyncCallbackManagerForLLMRun(
        run_id=uuid4(), handlers=[handler], inheritable_handlers=[]
    )
    chat = make_chat(streamed(BODY))

    async for chunk in chat._astream([HumanMessage("hi")], run_manager=manager):
        assert handler.chunks[-1] is chunk

    assert handler.tokens == WITH_LAST


def test_a_handler_with_the_bare_signature_prints_token_by_token(
    make_chat: Callable[..., ChatSSE], capsys: pytest.CaptureFixture[str]
) -> None:
    class StreamHandler(BaseCallbackHandler):
        def __init__(self, initial_text: str = "") -> None:
            pass

        def on_llm_new_token(  # type: ignore[override]  # as people write it
            self, token: str, **kwargs: Any
        ) -> None:
            print(f"{token} -", end="", flush=True)  # noqa: T201

    chat = make_chat(streamed(BODY), streaming=True, callbacks=[StreamHandler()])

    answer = chat.invoke([HumanMessage(content="Напиши краткое содержание романа")])

    assert isinstance(answer, AIMessage)
    assert capsys.readouterr().out == "a -b -c - -"


def opened(chat: ChatSSE, handler: BaseCallbackHandler) -> AsyncGenerator[Any]:
    chunks = chat.astream("Hello", {"callbacks": [handler]})
    return cast("AsyncGenerator[Any]", chunks)


async def test_a_run_has_ended_when_its_stream_is_closed(
    make_chat: Callable[..., ChatSSE],
) -> None:
    handler = Ends()

    async with aclosing(opened(make_chat(streamed(BODY)), handler)) as chunks:
        await anext(chunks)

    assert list(map(type, handler.errors)) == [GeneratorExit]


def test_a_loop_that_shuts_down_ends_the_run_once(
    make_chat: Callable[..., ChatSSE],
) -> None:
    loop = asyncio.new_event_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context))
    handler = Ends()
    chunks = opened(make_chat(streamed(BODY)), handler)

    async def first() -> None:
        await anext(chunks)

    loop.run_until_complete(first())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()

    assert told == []
    assert list(map(type, handler.errors)) == [GeneratorExit]
