"""The package as type checkers see it: checked, not run."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import aclosing, closing
from typing import Any, TypedDict, assert_type

import httpx
from langchain_core.messages import AIMessage, AIMessageChunk
from pydantic import BaseModel, SecretStr

from langchain_sse_chat import (
    ChatSSE,
    CompatibleEmbeddings,
    Provider,
    ServerModel,
    ServerSentEvent,
    SSEDecoder,
    StatusError,
)
from langchain_sse_chat.gigachat import GigaChat, GigaChatEmbeddings
from langchain_sse_chat.progress import (
    StreamBuffer,
    StreamProgress,
    abuffered,
    buffered,
)
from langchain_sse_chat.testing import Reply, ScriptedServer

chat = ChatSSE(
    model="m",
    provider=Provider(name="own", base_url="http://localhost/v1"),
    api_key=SecretStr("k"),
    temperature=0.5,
    streaming=True,
    on_truncation="warn",
    record="recordings",
)

assert_type(chat.model, str)
assert_type(chat.models(), list[ServerModel])
assert_type(chat.temperature, float | None)
assert_type(
    chat.api_key,
    SecretStr | str | Callable[[], str] | Callable[[], Awaitable[str]] | None,
)
embeddings = CompatibleEmbeddings(
    model="m",
    provider="mistral",
    api_key="k",
    dimensions=256,
    encoding_format="float",
    max_texts=10,
    query_fields={"input_type": "query"},
    on_usage=print,
)
assert_type(embeddings.embed_documents(["a"]), list[list[float]])
assert_type(embeddings.embed_query("a"), list[float])
assert_type(GigaChatEmbeddings(credentials="k").model, str)

key: str | None = None
ChatSSE(model="m", api_key="k", timeout=10, verify=False, base_url="http://x/v1")
ChatSSE(model="m", api_key=key, timeout=(5, None), verify="ca.pem")
ChatSSE(model="m", api_key=lambda: "k", timeout=httpx.Timeout(5))
ChatSSE(model="m", api_key="k", reasoning=True, reasoning_tags=False)
ChatSSE(model="m", api_key="k", reasoning={"max_tokens": 2000})
ChatSSE(
    model="m",
    http_client=httpx.Client(),
    http_async_client=httpx.AsyncClient(),
    verify=ssl.create_default_context(),
    fallbacks=[chat],
    default_headers={"X-Title": "t"},
    response_format={"type": "json_object"},
)
GigaChat(credentials="k", access_token="t", password="p", key_file_password="p")

assert_type(chat.invoke("Hello"), AIMessage)
for chunk in chat.stream("Hello"):
    assert_type(chunk, AIMessageChunk)


with closing(chat.stream("Hello")) as chunks:
    assert_type(next(chunks), AIMessageChunk)


class Joke(BaseModel):
    """A joke."""

    setup: str


class JokeDict(TypedDict):
    """A joke."""

    setup: str


JOKE: dict[str, Any] = {"title": "Joke", "type": "object", "properties": {}}

assert_type(chat.with_structured_output(Joke).invoke("Hi"), Joke)
assert_type(chat.with_structured_output(Joke, method="json_mode").invoke("Hi"), Joke)
assert_type(chat.with_structured_output(JokeDict).invoke("Hi"), JokeDict)
assert_type(chat.with_structured_output(JOKE).invoke("Hi"), dict[str, Any])
assert_type(
    chat.with_structured_output(Joke, include_raw=True).invoke("Hi"), dict[str, Any]
)
assert_type(
    chat.with_structured_output(JOKE, include_raw=True).invoke("Hi"), dict[str, Any]
)
for partial in chat.with_structured_output(Joke).stream("Hi"):
    assert_type(partial, Joke)
giga = GigaChat(credentials=SecretStr("k"))
assert_type(giga.with_structured_output(Joke).invoke("Hi"), Joke)


async def main() -> None:
    """Use the async methods."""
    async with aclosing(chat.astream("Hello")) as stream:
        async for chunk in stream:
            assert_type(chunk, AIMessageChunk)
    assert_type(await chat.ainvoke("Hello"), AIMessage)
    async for chunk in chat.astream("Hello"):
        assert_type(chunk, AIMessageChunk)


assert_type(SSEDecoder().feed(b""), list[ServerSentEvent])

assert_type(Reply.recorded("recordings/0001-host.jsonl", pace=True), Reply)
with ScriptedServer(Reply.recorded_folder("recordings")) as server:
    assert_type(server.base_url, str)


def words(error: StatusError) -> str:
    """Return the attributes of a status error."""
    assert_type(error.status_code, int)
    assert_type(error.retry_after, float | None)
    return str(error)


def progress_and_buffers() -> None:
    progress = StreamProgress(draw="tqdm", total=3, on_typing=lambda on, run: None)
    chat.invoke("x", config={"callbacks": [progress]})
    assert_type(progress.stats().time_to_first_token, float | None)
    assert_type(progress.get_stats(), dict[str, Any])
    texts: list[str] = []
    with StreamBuffer(texts.append, 10, 0.1, whole="fence") as buffer:
        buffer.add("a")
    for text in buffered(["a"], size=None, characters=100):
        assert_type(text, str)
    for chunk in buffered(chat.stream("x")):
        assert_type(chunk, AIMessageChunk)


async def async_buffers() -> None:
    async for chunk in abuffered(chat.astream("x"), whole="grapheme"):
        assert_type(chunk, AIMessageChunk)
