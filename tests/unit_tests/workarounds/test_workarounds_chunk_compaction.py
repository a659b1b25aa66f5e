"""The chunks that LangChain keeps add up to the stream, and stay small."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, LLMResult
from langchain_core.outputs.chat_generation import merge_chat_generation_chunks

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.errors import StreamTruncatedError
from langchain_sse_chat.workarounds.broken_calls import unmark
from tests.unit_tests.chat_models.scripted import chunk, sse, streamed, text_stream

Seen = Callable[[AIMessageChunk], None]
Read = Callable[[ChatSSE, Any, Seen], None]

MANY = 1_200


class Handler(BaseCallbackHandler):
    """Keeps the chunks as they came, copies of them, and what came of them."""

    raise_error = True

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.copies: list[ChatGenerationChunk] = []
        self.results: list[LLMResult] = []

    def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
        del token
        self.given.append(chunk)
        self.copies.append(chunk.model_copy(deep=True))

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        self.results.append(response)

    def on_llm_error(self, error: BaseException, **more: Any) -> None:
        del error
        self.results.append(more["response"])

    @property
    def result(self) -> Any:
        """Return the sum that LangChain made."""
        [result] = self.results
        return result.generations[0][0]


def read(chat: ChatSSE, config: Any, seen: Seen) -> None:
    for each in chat.stream("hi", config):
        seen(each)


def aread(chat: ChatSSE, config: Any, seen: Seen) -> None:
    async def run() -> None:
        async for each in chat.astream("hi", config):
            seen(each)

    asyncio.run(run())


def look_away(_: AIMessageChunk) -> None:
    pass


@pytest.fixture(params=[read, aread])
def reads(request: pytest.FixtureRequest) -> Read:
    """`stream` and `astream`."""
    found: Read = request.param
    return found


def body(*deltas: dict[str, Any]) -> bytes:
    """Return the stream of an answer in deltas."""
    return sse(*map(chunk, deltas), chunk(finish_reason="stop"))


def tool_piece(arguments: str) -> dict[str, Any]:
    function = {"name": "f", "arguments": arguments}
    return {"tool_calls": [{"index": 0, "id": "c", "function": function}]}


def more_of_a_tool(arguments: str, index: int = 0) -> dict[str, Any]:
    return {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]}


def long_answer(kind: str, token: str) -> bytes:
    """Return an answer of many tokens of a kind."""
    if kind == "arguments":
        pieces = [more_of_a_tool(token)] * MANY
        return body(tool_piece('{"a": "'), *pieces, more_of_a_tool('"}'))
    return body({"content": "a"}, *[{kind: token}] * MANY)


KINDS = ["content", "reasoning_content", "arguments"]


texts = st.text(min_size=1, max_size=3)
deltas = st.lists(
    st.one_of(
        texts.map(lambda text: {"content": text}),
        texts.map(lambda text: {"reasoning_content": text}),
        st.fixed_dictionaries({"content": texts, "reasoning_content": texts}),
        st.sampled_from(['{"a": "', "b", '"', "}", " "]).map(more_of_a_tool),
        st.just(more_of_a_tool("c", index=1)),
    ),
    max_size=30,
)


def model_of(answer: bytes, cls: type[ChatSSE] = ChatSSE, **fields: Any) -> ChatSSE:
    def reply(_: httpx.Request) -> httpx.Response:
        return streamed(answer, 500)

    return cls(
        model="m",
        base_url="http://test/v1",
        max_retries=0,
        http_client=httpx.Client(transport=httpx.MockTransport(reply)),
        http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(reply)),
        **fields,
    )


def as_reported(chunks: list[ChatGenerationChunk]) -> ChatGenerationChunk | None:
    """Return the sum of chunks, with invalid calls as they were sent."""
    total = merge_chat_generation_chunks(chunks)
    message = total and total.message
    if isinstance(message, AIMessageChunk) and message.invalid_tool_calls:
        unmark(message)
        message.tool_call_chunks = []
    return total


@pytest.mark.parametrize("mode", [read, aread])
@given(deltas=deltas)
def test_the_result_is_the_sum_of_all_chunks(
    mode: Read, deltas: list[dict[str, Any]]
) -> None:
    if any("tool_calls" in delta for delta in deltas):
        deltas = [tool_piece(""), *deltas]
    handler = Handler()
    chat = model_of(body({"content": "a"}, *deltas))

    mode(chat, {"callbacks": [handler]}, look_away)

    assert handler.result == as_reported(handler.copies)
    assert handler.given == handler.copies


@pytest.mark.parametrize("version", ["v0", "v1"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_result_of_a_long_answer_is_whole(
    reads: Read, kind: str, version: str
) -> None:
    handler = Handler()
    chat = model_of(long_answer(kind, " word"), output_version=version)

    reads(chat, {"callbacks": [handler]}, look_away)

    assert handler.result == merge_chat_generation_chunks(handler.copies)


@pytest.mark.parametrize("kind", KINDS)
def test_few_chunks_are_kept(reads: Read, kind: str) -> None:
    def chunks() -> int:
        return sum(isinstance(one, AIMessageChunk) for one in gc.get_objects())

    counts: list[int] = []
    seen = 0

    def look(_: AIMessageChunk) -> None:
        nonlocal seen
        seen += 1
        if seen % (MANY // 3) == 0:
            counts.append(chunks())

    before = chunks()
    reads(model_of(long_answer(kind, " word")), {}, look)

    # A sum for each 2,048 characters, and those in hand.
    assert max(counts) - before < MANY * len(" word") / 2048 + 10


def test_few_chunks_are_kept_for_a_streamed_invoke() -> None:
    most = 0

    class Looking(BaseCallbackHandler):
        def on_llm_new_token(self, token: Any, **_: Any) -> None:
            nonlocal most
            if token.endswith("99"):
                found = (isinstance(one, AIMessageChunk) for one in gc.get_objects())
                most = max(most, sum(found))

    words = [f" {i}" for i in range(1000)]
    chat = model_of(text_stream(*words), streaming=True)
    message = chat.invoke("hi", {"callbacks": [Looking()]})

    assert message.text == "".join(words)
    assert 0 < most < len(words) / 10


def test_chunks_that_a_caller_has_stay_as_they_came() -> None:
    words = [f" {i}" for i in range(MANY)]

    chunks = list(model_of(text_stream(*words)).stream("hi"))

    assert [each.text for each in chunks] == [*words, ""]


def test_what_a_caller_writes_on_a_chunk_is_in_the_result(reads: Read) -> None:
    def shout(each: AIMessageChunk) -> None:
        each.content = each.text.upper()

    handler = Handler()
    chat = model_of(text_stream("a", "b", "c", "d"))
    reads(chat, {"callbacks": [handler]}, shout)

    assert handler.result.text == "ABCD"


def test_what_grows_with_each_chunk_grows_as_before(reads: Read) -> None:
    def note(each: AIMessageChunk) -> None:
        if each.text:
            each.response_metadata["note"] = "n"

    handler = Handler()
    chat = model_of(text_stream("a", "b", "c", "d"))
    reads(chat, {"callbacks": [handler]}, note)

    assert handler.result.message.response_metadata["note"] == "nnnn"


def test_what_a_handler_writes_on_a_chunk_is_in_the_result(reads: Read) -> None:
    class Noting(Handler):
        def on_llm_new_token(self, token: Any, *, chunk: Any = None, **_: Any) -> None:
            del token
            chunk.generation_info = {"note": "n"}

    handler = Noting()
    reads(model_of(text_stream("a", "b")), {"callbacks": [handler]}, look_away)

    assert handler.result.generation_info == {"note": "nnn"}


def test_what_cannot_be_added_up_fails_after_the_last_token(reads: Read) -> None:
    texts: list[str] = []

    def spoil(each: AIMessageChunk) -> None:
        texts.append(each.text)
        each.response_metadata["note"] = object()

    with pytest.raises(TypeError, match="note"):
        reads(model_of(text_stream("a", "b", "c", "d")), {}, spoil)

    assert texts == ["a", "b", "c", "d", ""]


def test_an_error_brings_all_that_came(reads: Read) -> None:
    handler = Handler()
    words = [f" {i}" for i in range(MANY)]
    chat = model_of(sse(*[chunk({"content": word}) for word in words], done=False))

    with pytest.raises(StreamTruncatedError) as caught:
        reads(chat, {"callbacks": [handler]}, look_away)

    assert handler.result.text == "".join(words)
    assert caught.value.partial is not None
    assert caught.value.partial.text == handler.result.text


def test_leaving_a_stream_brings_all_that_came() -> None:
    handler = Handler()
    words = [f" {i}" for i in range(MANY)]

    for each in model_of(text_stream(*words)).stream("hi", {"callbacks": [handler]}):
        if each.text == " 999":
            break

    assert handler.result.text == "".join(words[:1000])


class Collecting(ChatSSE):
    """A subclass with a list of its own, of the name that LangChain gives its."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        chunks = []
        for each in super()._stream(*args, **kwargs):
            chunks.append(each)  # noqa: PERF402
        yield from chunks

    async def _astream(
        self, *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        chunks = []
        async for each in super()._astream(*args, **kwargs):
            chunks.append(each)  # noqa: PERF401
        for each in chunks:
            yield each


def test_the_list_of_a_subclass_is_its_own(reads: Read) -> None:
    texts: list[str] = []
    words = [f" {i}" for i in range(100)]

    reads(
        model_of(text_stream(*words), cls=Collecting),
        {},
        lambda each: texts.append(each.text),
    )

    assert texts == [*words, ""]


class Copying(ChatSSE):
    """A subclass with some chunks of its own, seen by no frame of Python's."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        def copy_some(each: ChatGenerationChunk) -> ChatGenerationChunk:
            return each.model_copy() if each.text in {"b", "e"} else each

        return map(copy_some, super()._stream(*args, **kwargs))


class Leaving(ChatSSE):
    """A subclass that leaves some chunks out, seen by no frame of Python's."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        return filter(
            lambda each: each.text not in {"b", "e"}, super()._stream(*args, **kwargs)
        )


@pytest.mark.parametrize(
    ("cls", "expected"), [(Copying, "abcdefgh"), (Leaving, "acdfgh")]
)
def test_what_a_subclass_puts_in_between_stays_in_its_place(
    cls: type[ChatSSE], expected: str
) -> None:
    handler = Handler()

    read(model_of(text_stream(*"abcdefgh"), cls), {"callbacks": [handler]}, look_away)

    assert handler.result.text == expected


@pytest.mark.parametrize("piece", [{"index": 0}, {"args": 1}, {"args": None}])
def test_pieces_that_a_caller_has_written_are_langchains_to_find(
    reads: Read, piece: Any
) -> None:
    positions: list[str | None] = []

    def write(each: AIMessageChunk) -> None:
        positions.append(each.chunk_position)
        if each.tool_call_chunks and len(positions) > 1:
            each.tool_call_chunks[0].clear()  # type: ignore[attr-defined]
            each.tool_call_chunks[0].update(piece)

    pieces = map(more_of_a_tool, ['{"a"', ": ", "1", "}"])
    # What it makes of them in the end is not looked at here.
    with suppress(Exception):
        reads(model_of(body(tool_piece(""), *pieces)), {}, write)

    assert positions[-1] == "last"


def test_the_list_of_whoever_calls_stream_is_their_own() -> None:
    chunks: list[ChatGenerationChunk] = []
    messages: list[BaseMessage] = [HumanMessage("hi")]

    for each in model_of(text_stream("a", "b", "c"))._stream(messages):
        chunks.append(each)  # noqa: PERF402

    assert [each.text for each in chunks] == ["a", "b", "c", ""]
