"""Protocol events, and the chunks for callback handlers that want to see tokens."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from langchain_core.callbacks import (
    AsyncCallbackHandler,
    BaseCallbackHandler,
    BaseRunManager,
)
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.utils.utils import LC_ID_PREFIX

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.events import EventAssembler
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta

if TYPE_CHECKING:
    from langchain_protocol.protocol import MessagesData

_DEFAULTS = (
    BaseCallbackHandler.on_llm_new_token,
    AsyncCallbackHandler.on_llm_new_token,
)


class EventsWithChunks:
    """Gives the chunk of every delta, and after it the delta's events.

    A chunk is what handlers are told with a token; nobody else gets to see it.
    """

    def __init__(self, events: EventAssembler) -> None:
        """Start a message.

        Args:
            events: Makes the events.
        """
        self._events = events
        self._chunks = ChunkAssembler()

    @property
    def finish(self) -> MessagesData:
        """The last event, to be given out when the connection is given back."""
        return self._events.finish

    def feed(self, delta: str | Delta) -> list[MessagesData | ChatGenerationChunk]:
        """Take a part of the answer; give its chunk and its events.

        Raises:
            MalformedChunkError: A tool call goes on after it was finished.
        """
        return [*self._chunks.feed(delta), *self._events.feed(delta)]

    def close(
        self, message: AnswerMessage, pending: Delta
    ) -> list[MessagesData | ChatGenerationChunk]:
        """End the answer; give the last chunks and the last events.

        Raises:
            MalformedChunkError: A tool call goes on after it was finished.
        """
        return [
            *self._chunks.close(message, pending),
            *self._events.close(message, pending),
        ]


def event_assembler(
    run_manager: BaseRunManager | None,
) -> EventAssembler | EventsWithChunks:
    """Return what makes the events of a run.

    Its message has the id that LangChain gives to the run's message. It is for all
    attempts of a call: an answer is one message, in however many it comes.

    Args:
        run_manager: The run. Chunks are made only if it has a handler for tokens.
    """
    run_id = uuid.uuid4() if run_manager is None else run_manager.run_id
    events = EventAssembler(f"{LC_ID_PREFIX}-{run_id}")
    handlers = [] if run_manager is None else run_manager.handlers
    return EventsWithChunks(events) if wants_tokens(handlers) else events


def wants_tokens(handlers: Iterable[BaseCallbackHandler]) -> bool:
    """Whether any of the handlers does something with `on_llm_new_token`."""
    return any(
        not handler.ignore_llm
        and _function_of(getattr(handler, "on_llm_new_token", None)) not in _DEFAULTS
        for handler in handlers
    )


def _function_of(method: object) -> object:
    """Return the function of a method; what is set on an object is one itself."""
    return getattr(method, "__func__", method)
