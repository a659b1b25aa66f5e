from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langchain_core.language_models import LLM, GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import GenerationChunk
from langchain_core.runnables import RunnableLambda

from langchain_sse_chat import ChatSSE, SSEChatError, StreamTruncatedError
from langchain_sse_chat.progress import StreamProgress
from tests.unit_tests.chat_models.breaking import cut, texts, whole
from tests.unit_tests.chat_models.scripted import completion

MakeChat = Callable[..., ChatSSE]
USAGE = {"prompt_tokens": 3, "completion_tokens": 40, "total_tokens": 43}


class Ticking:
    """A clock that moves on by a second when it is read."""

    def __init__(self) -> None:
        self.now = itertools.count(100.0)

    def __call__(self) -> float:
        return next(self.now)


@pytest.fixture
def progress() -> StreamProgress:
    return StreamProgress(clock=Ticking())


def config(progress: StreamProgress) -> Any:
    return {"callbacks": [progress]}


async def by_stream(chat: Any, config: Any) -> None:
    list(chat.stream("x", config))


async def by_astream(chat: Any, config: Any) -> None:
    [_ async for _ in chat.astream("x", config)]


async def by_astream_events(chat: Any, config: Any) -> None:
    [_ async for _ in chat.astream_events("x", config, version="v2")]


async def by_v3_events(chat: Any, config: Any) -> None:
    list(chat.stream_events("x", config, version="v3"))


STREAMS = pytest.mark.parametrize(
    "ask", [by_stream, by_astream, by_astream_events, by_v3_events]
)


@STREAMS
async def test_every_way_to_stream_is_counted(
    make_chat: MakeChat, progress: StreamProgress, ask: Callable[..., Any]
) -> None:
    await ask(make_chat(whole(*texts("a", "b", "c"))), config(progress))
    stats = progress.stats()

    assert (stats.runs, stats.open, stats.failed, stats.tokens) == (1, 0, 0, 3)
    assert stats.chunks >= 3
    assert stats.time_to_first_token == 1.0
    assert stats.seconds >= 4.0
    assert stats.mean_gap is not None
    assert progress.done == 1


@STREAMS
async def test_the_tokens_are_those_that_the_server_counted(
    make_chat: MakeChat, progress: StreamProgress, ask: Callable[..., Any]
) -> None:
    await ask(make_chat(whole(*texts("a", "b"), usage=USAGE)), config(progress))

    assert progress.tokens == 40
    assert progress.last is not None
    assert progress.last.tokens == 40


@STREAMS
async def test_any_other_model_is_counted_too(
    progress: StreamProgress, ask: Callable[..., Any]
) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("one two three")]))

    await ask(model, config(progress))

    assert progress.tokens == 5  # with the spaces
    assert progress.stats().open == 0


async def test_an_answer_that_is_not_streamed_has_tokens_and_no_chunks(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    def body() -> httpx.Response:
        return httpx.Response(200, json=completion({"content": "a"}, usage=USAGE))

    make_chat(body()).invoke("x", config(progress))
    await make_chat(body()).ainvoke("x", config(progress))
    stats = progress.stats()

    assert (stats.runs, stats.chunks, stats.tokens) == (2, 0, 80)
    assert stats.time_to_first_token is None


class TextModel(LLM):
    """A model of texts, as they were before chats."""

    @property
    def _llm_type(self) -> str:
        return "text"

    def _call(self, *args: Any, **kwargs: Any) -> str:
        return "abc"

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[GenerationChunk]:
        for each in "abc":
            kwargs["run_manager"].on_llm_new_token(each)
            yield GenerationChunk(text=each)


def test_models_of_texts_are_counted(progress: StreamProgress) -> None:
    TextModel().invoke("x", config(progress))
    list(TextModel().stream("x", config(progress)))

    stats = progress.stats()
    assert (stats.runs, stats.open, stats.chunks, stats.tokens) == (2, 0, 3, 3)


async def test_a_chain_is_one_call(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    chat = make_chat(*(whole(*texts("a", "b")) for _ in range(4)))
    chain = chat | StrOutputParser() | chat | StrOutputParser()

    await by_stream(chain, config(progress))
    await by_astream(chain, config(progress))

    assert progress.done == 2
    assert (progress.stats().runs, progress.stats().tokens) == (4, 8)


def test_a_failed_run_keeps_what_arrived(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    chat = make_chat(cut(*texts("a", "b")))

    with pytest.raises(StreamTruncatedError):
        list(chat.stream("x", config(progress)))
    stats = progress.stats()
    assert (stats.runs, stats.open, stats.failed, stats.tokens) == (1, 0, 1, 2)


def test_a_stopped_run_did_not_fail(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    stream = make_chat(whole(*texts("a", "b"))).stream("x", config(progress))
    next(stream)
    stream.close()

    stats = progress.stats()
    assert (stats.runs, stats.open, stats.failed, stats.tokens) == (1, 0, 0, 1)


class Silent(GenericFakeChatModel):
    """A model that never answers."""

    asked: asyncio.Event

    async def _agenerate(self, *args: Any, **kwargs: Any) -> Any:
        self.asked.set()
        await asyncio.Event().wait()


async def test_a_canceled_call_is_over() -> None:
    typing: list[bool] = []
    progress = StreamProgress(on_typing=lambda on, _: typing.append(on))
    model = Silent(messages=iter(()), asked=asyncio.Event())
    task = asyncio.create_task(model.ainvoke("x", config(progress)))
    await model.asked.wait()
    assert progress.stats().open == 1

    task.cancel()
    await asyncio.wait((task,))
    await asyncio.sleep(0)

    assert progress.stats().open == 0
    assert progress.stats().failed == 0
    assert progress.done == 1
    assert typing == [True, False]


async def test_a_stream_may_be_read_on_by_another_task(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    stream = make_chat(whole(*texts("a", "b", "c"))).astream("x", config(progress))

    async def first() -> Any:
        return await anext(stream)

    await asyncio.create_task(first())
    assert progress.stats().open == 1
    [_ async for _ in stream]

    assert progress.tokens == 3
    assert progress._tasks == {}


def test_the_runs_of_a_call_that_ended_are_over() -> None:
    typing: list[bool] = []
    progress = StreamProgress(on_typing=lambda on, _: typing.append(on))
    chain, model = uuid4(), uuid4()
    progress.on_chain_start({}, {}, run_id=chain)
    progress.on_chat_model_start({}, [], run_id=model, parent_run_id=chain)
    progress.on_chain_error(ValueError(), run_id=chain)

    assert progress.stats().open == 0
    assert typing == [True, False]


async def test_a_task_keeps_nothing_of_the_calls_that_it_made(
    make_chat: MakeChat,
) -> None:
    progress = StreamProgress()
    await by_astream(make_chat(whole(*texts("a"))), config(progress))
    kept = weakref.ref(progress)
    del progress
    gc.collect()

    assert kept() is None


async def test_a_call_outside_of_a_task_is_counted(progress: StreamProgress) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("one two")]))
    called = asyncio.Event()

    def call() -> None:
        list(model.stream("x", config(progress)))
        called.set()

    asyncio.get_running_loop().call_soon(call)
    await called.wait()

    assert progress.tokens == 3


def test_many_threads_share_one_handler(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    chats = [make_chat(*(whole(*texts("a", "b")) for _ in range(20))) for _ in range(4)]

    def run(chat: ChatSSE) -> None:
        for _ in range(20):
            list(chat.stream("x", config(progress)))

    threads = [threading.Thread(target=run, args=(chat,)) for chat in chats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stats = progress.stats()

    assert (stats.runs, stats.open, stats.tokens, progress.done) == (80, 0, 160, 80)


@pytest.mark.parametrize("limit", [1, 3])
async def test_the_inputs_of_a_batch_are_calls(
    make_chat: MakeChat, progress: StreamProgress, limit: int
) -> None:
    def body() -> httpx.Response:
        return httpx.Response(200, json=completion({"content": "a"}, usage=USAGE))

    chat = make_chat(*(body() for _ in range(10)))
    each: Any = {**config(progress), "max_concurrency": limit}

    chat.batch([*"abcde"], each)
    await chat.abatch([*"abcde"], each)

    assert progress.done == 10
    assert progress.tokens == 400


def test_the_calls_inside_another_call_count_when_only_they_are_watched(
    make_chat: MakeChat, progress: StreamProgress
) -> None:
    chat = make_chat(*(whole(*texts("a")) for _ in range(3)))

    def inner(text: str) -> str:
        return "".join(
            chunk.text
            for each in "abc"
            for chunk in chat.stream(each, config(progress))
        )

    assert RunnableLambda(inner).invoke("x") == "aaa"
    assert progress.done == 3


@pytest.mark.parametrize("deltas", [texts("a", "b"), []])
def test_typing_is_shown_until_the_first_token_or_the_end(
    make_chat: MakeChat, deltas: list[Any]
) -> None:
    shown: list[tuple[bool, Any]] = []
    steps: list[str] = []

    def on_typing(typing: bool, run_id: Any) -> None:
        shown.append((typing, run_id))
        steps.append("typing" if typing else "quiet")

    progress = StreamProgress(on_typing=on_typing)
    stream = make_chat(whole(*deltas)).stream("x", config(progress))
    steps.extend(chunk.text for chunk in stream)

    assert [typing for typing, _ in shown] == [True, False]
    assert len({run for _, run in shown}) == 1
    assert steps[0] == "typing"
    assert steps.index("quiet") == (1 if deltas else 2)


def test_typing_ends_with_an_error(make_chat: MakeChat) -> None:
    shown: list[bool] = []
    progress = StreamProgress(on_typing=lambda typing, _: shown.append(typing))

    with pytest.raises(SSEChatError):
        list(make_chat(httpx.Response(401)).stream("x", config(progress)))
    assert shown == [True, False]


def openai_chunks() -> Iterator[Any]:
    for text in (None, "Hello", " there", "!"):
        delta = SimpleNamespace(content=text)
        yield SimpleNamespace(choices=[SimpleNamespace(delta=delta)], usage=None)


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(list(openai_chunks()), id="OpenAI"),
        pytest.param(["", "Hello", " there", "!"], id="texts"),
        pytest.param(
            [AIMessageChunk(content=text) for text in ("", "Hello", " there", "!")],
            id="LangChain",
        ),
    ],
)
def test_chunks_are_counted_by_hand(chunks: list[Any]) -> None:
    now = [10.0]
    progress = StreamProgress(clock=lambda: now[0])
    for chunk in chunks:
        now[0] += 1.0
        progress.update(chunk)
    figures = progress.get_stats()

    assert (progress.chunks, progress.tokens, progress.start_time) == (4, 3, 10.0)
    assert figures["chunks"] == 4
    assert figures["tokens"] == 3
    assert figures["time"] == 4.0
    assert figures["tokens_per_second"] == 0.75
    assert figures["time_to_first_token"] == 2.0
    progress.close()
    now[0] += 9.0
    assert progress.get_stats()["time"] == 4.0
    progress.close()


def test_the_usage_of_chunks_that_are_counted_by_hand_is_used() -> None:
    shown: list[bool] = []
    with StreamProgress(on_typing=lambda typing, _: shown.append(typing)) as progress:
        for chunk in openai_chunks():
            progress.update(chunk)
        usage = SimpleNamespace(completion_tokens=12)
        progress.update(SimpleNamespace(choices=[], usage=usage))

    assert progress.tokens == 12
    assert shown == []


def test_before_the_first_call_there_is_nothing(progress: StreamProgress) -> None:
    assert progress.start_time is None
    assert progress.last is None
    assert progress.get_stats()["tokens"] == 0
    assert progress.done == 0
