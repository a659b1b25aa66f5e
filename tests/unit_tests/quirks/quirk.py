"""A server's quirk: the bytes it sends, and what a user of `ChatSSE` gets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat import ChatSSE, SSEChatError
from tests.unit_tests.chat_models.scripted import ByteStream
from tests.unit_tests.wire.wire_streams import Seen, chunk, cuts, seen_in

STOP = chunk({}, "stop")
TOOLS = chunk({}, "tool_calls")


@dataclass(frozen=True)
class Failure:
    """The error that an answer ends with."""

    kind: str
    words: str
    """Part of its message."""
    partial: str | None = None
    """The text before the error; `None` without a partial message."""


@dataclass(frozen=True)
class Quirk:
    """A row of the tests, and of the page about servers that misbehave."""

    name: str
    """The result for a user, as the name of a test."""
    sends: str
    """The deviation of servers, for the page."""
    does: str
    """The reaction of `ChatSSE`, for the page; `the same` is that of the row before."""
    body: Sequence[bytes]
    """The answer's events."""
    gives: Seen | Failure
    kwargs: dict[str, Any] = field(default_factory=dict)
    """Some entries of `additional_kwargs`; `None` for an entry that is absent."""
    metadata: dict[str, Any] = field(default_factory=dict)
    """Some entries of `response_metadata`; `None` for an entry that is absent."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Other fields of the model."""
    content_type: str | None = "text/event-stream"

    def __str__(self) -> str:
        return self.name.replace(" ", "_")

    @property
    def expected(self) -> Any:
        """The expected outcome of every method."""
        if isinstance(self.gives, Failure):
            return self.gives
        return self.gives, self.kwargs, self.metadata

    def seen(self, message: AIMessage) -> Any:
        """Return a message in the form of `expected`."""
        seen = seen_in(message)
        if isinstance(self.gives, Seen):
            seen = replace(seen, invalid=_unmarked(seen.invalid, self.gives.invalid))
        kwargs = {key: message.additional_kwargs.get(key) for key in self.kwargs}
        metadata = {key: message.response_metadata.get(key) for key in self.metadata}
        return seen, kwargs, metadata

    def failed(self, error: SSEChatError) -> Any:
        """Return an error in the form of `expected`."""
        words = self.gives.words if isinstance(self.gives, Failure) else ""
        partial = error.partial.text if error.partial else None
        shown = words if words in str(error) else str(error)
        return Failure(type(error).__name__, shown, partial)

    def model(self, reads: list[bytes]) -> ChatSSE:
        """Return a model whose server answers in these reads."""
        typed = self.content_type is not None
        headers = {"content-type": self.content_type or ""} if typed else {}

        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers=headers, stream=ByteStream(reads))

        settings = {
            "model": "m",
            "base_url": "http://test/v1",
            "max_retries": 0,
            **self.settings,
        }
        return ChatSSE(
            http_client=httpx.Client(transport=httpx.MockTransport(answer)),
            http_async_client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
            **settings,
        )


def _unmarked(got: list[Any], sent: list[Any]) -> list[Any]:
    """Take away the closing bracket that keeps a merged invalid call from repair.

    Where LangChain puts protocol events together, no arguments are `None`.
    """
    if len(got) != len(sent):
        return got
    return [
        (
            i,
            name,
            args if args[: len(text)] != text or len(args) > len(text) + 2 else text,
        )
        for (i, name, args), (_, _, text) in zip(
            ((i, name, args or "") for i, name, args in got), sent, strict=True
        )
    ]


def _stream(chat: ChatSSE) -> AIMessage:
    return _merged(list(chat.stream("Hello")))


async def _astream(chat: ChatSSE) -> AIMessage:
    return _merged([part async for part in chat.astream("Hello")])


def _merged(parts: list[Any]) -> AIMessage:
    message = parts[0] + parts[1:]
    assert isinstance(message, AIMessageChunk)
    return message


def _events(chat: ChatSSE) -> AIMessage:
    stream = chat.stream_events("Hello", version="v3")
    for _ in stream:
        pass
    return stream.output


async def _aevents(chat: ChatSSE) -> AIMessage:
    stream = await chat.astream_events("Hello", version="v3")
    async for _ in stream:
        pass
    message: AIMessage = await stream.output
    return message


def _invoke(chat: ChatSSE) -> AIMessage:
    return chat.invoke("Hello")


async def _ainvoke(chat: ChatSSE) -> AIMessage:
    return await chat.ainvoke("Hello")


SYNC: dict[str, Callable[[ChatSSE], AIMessage]] = {
    "stream": _stream,
    "stream_events": _events,
    "invoke": _invoke,
}
ASYNC: dict[str, Callable[[ChatSSE], Any]] = {
    "astream": _astream,
    "astream_events": _aevents,
    "ainvoke": _ainvoke,
}


def given(quirk: Quirk) -> Iterator[tuple[str, Any]]:
    """Give what each sync way of asking comes to, at each way of cutting the bytes."""
    for cut, reads in cuts(quirk.body).items():
        for way, ask in SYNC.items():
            try:
                got = quirk.seen(ask(quirk.model(reads)))
            except SSEChatError as error:
                got = quirk.failed(error)
            yield f"{way}, {cut}", got


async def agiven(quirk: Quirk) -> AsyncIterator[tuple[str, Any]]:
    """Give what each async way of asking comes to, at each way of cutting the bytes."""
    for cut, reads in cuts(quirk.body).items():
        for way, ask in ASYNC.items():
            try:
                got = quirk.seen(await ask(quirk.model(reads)))
            except SSEChatError as error:
                got = quirk.failed(error)
            yield f"{way}, {cut}", got
