"""Make protocol events, and chunks for callback handlers that receive tokens."""

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
    """Makes the chunk of every delta, followed by its events.

    Handlers get the chunk together with the token; nothing else uses it.

    Args:
        events: The assembler of the events.
    """

    def __init__(self, events: EventAssembler) -> None:
        self._events = events
        self._chunks = ChunkAssembler()

    @property
    def finish(self) -> MessagesData:
        """The last event, to be emitted after the connection is released."""
        return self._events.finish

    def feed(self, delta: str | Delta) -> list[MessagesData | ChatGenerationChunk]:
        """Return the chunk and the events of a delta.

        Raises:
            MalformedChunkError: A tool call continues after it was finished.
        """
        return [*self._chunks.feed(delta), *self._events.feed(delta)]

    def close(
        self, message: AnswerMessage, pending: Delta
    ) -> list[MessagesData | ChatGenerationChunk]:
        """End the answer; return the last chunks and the last events.

        Raises:
            MalformedChunkError: A tool call continues after it was finished.
        """
        return [
            *self._chunks.close(message, pending),
            *self._events.close(message, pending),
        ]


def event_assembler(
    run_manager: BaseRunManager | None,
) -> EventAssembler | EventsWithChunks:
    """Return the event assembler of a run.

    Its message has the ID that LangChain gives the message of the run. All attempts of
    a call share the assembler, because a resumed answer is one message.

    Args:
        run_manager: The run. Chunks are made only if it has a handler for tokens.
    """
    run_id = uuid.uuid4() if run_manager is None else run_manager.run_id
    events = EventAssembler(f"{LC_ID_PREFIX}-{run_id}")
    handlers = [] if run_manager is None else run_manager.handlers
    return EventsWithChunks(events) if wants_tokens(handlers) else events


def wants_tokens(handlers: Iterable[BaseCallbackHandler]) -> bool:
    """Whether any of the handlers implements `on_llm_new_token`."""
    return any(
        not handler.ignore_llm
        and _function_of(getattr(handler, "on_llm_new_token", None)) not in _DEFAULTS
        for handler in handlers
    )


def _function_of(method: object) -> object:
    """Return the function of a method; an instance attribute is one itself."""
    return getattr(method, "__func__", method)
