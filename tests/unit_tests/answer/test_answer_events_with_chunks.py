"""Protocol events made of the chunks of a subclass."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from langchain_core.outputs import ChatGenerationChunk
from langchain_tests.utils.stream_lifecycle import assert_valid_event_stream

from langchain_sse_chat import ChatSSE
from langchain_sse_chat.gigachat import GigaChat
from tests.unit_tests.chat_models.event_ways import (
    MakeChat,
    Tokens,
    events_v3,
)
from tests.unit_tests.chat_models.scripted import (
    streamed,
    text_stream,
)

if TYPE_CHECKING:
    from langchain_protocol.protocol import MessagesData


@pytest.fixture(params=[True, False], ids=["sync", "async"])
def sync(request: pytest.FixtureRequest) -> bool:
    """Whether the sync methods are used."""
    given: bool = request.param
    return given


def shout(each: ChatGenerationChunk) -> ChatGenerationChunk:
    text = each.text.upper()
    return ChatGenerationChunk(
        message=each.message.model_copy(update={"content": text})
    )


class Shouting(ChatSSE):
    """A subclass that changes the chunks."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        return map(shout, super()._stream(*args, **kwargs))

    async def _astream(
        self, *args: Any, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for each in super()._astream(*args, **kwargs):
            yield shout(each)


class Inheriting(Shouting):
    """A subclass of it."""


class Mixed(Inheriting):
    """A subclass that makes events of its own again."""

    def _stream_chat_model_events(
        self, *args: Any, **kwargs: Any
    ) -> Iterator[MessagesData]:
        return ChatSSE._stream_chat_model_events(self, *args, **kwargs)

    async def _astream_chat_model_events(
        self, *args: Any, **kwargs: Any
    ) -> AsyncIterator[MessagesData]:
        async for each in ChatSSE._astream_chat_model_events(self, *args, **kwargs):
            yield each


@pytest.mark.parametrize(
    ("cls", "expected"), [(Shouting, "HI"), (Inheriting, "HI"), (Mixed, "Hi")]
)
def test_events_are_made_of_the_chunks_of_a_subclass(
    make_chat: MakeChat, cls: type[ChatSSE], expected: str, *, sync: bool
) -> None:
    handler = Tokens()
    chat = make_chat(streamed(text_stream("H", "i")), cls=cls, callbacks=[handler])

    events, message = events_v3(chat, sync=sync)

    assert_valid_event_stream(events)
    assert message.text == expected
    assert len(handler.chunks) == 3


def test_a_subclass_keeps_the_events_that_it_does_not_touch() -> None:
    class Sync(ChatSSE):
        _stream = Shouting._stream

    assert vars(Sync)["_stream_chat_model_events"] is None
    assert Sync._astream_chat_model_events is ChatSSE._astream_chat_model_events
    assert GigaChat._stream_chat_model_events is ChatSSE._stream_chat_model_events
