"""What LangChain keeps of a stream: one sum in place of every chunk.

LangChain's loops over `_stream` and `_astream` put each chunk into a list, and add the
list up when the stream has ended, for callbacks and caches. That is nine objects a
token for the garbage collector to go through, again and again: with 20,000 tokens it
takes a third of the time, with 100,000 three quarters, and with hundreds of streams at
once its pauses are what makes tokens late. So a chunk of text, reasoning or arguments
is added up at once when LangChain asks for the next, and its sum with those before
takes its place in the list. What the list adds up to stays the same at any moment; no
chunk that was given out is changed, and nobody else's list is touched.

At the end, callbacks get the arguments of invalid calls as they were sent, without the
bracket that keeps merged chunks from being repaired.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from operator import add
from types import FrameType
from typing import Any

from langchain_core.language_models import chat_models
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_sse_chat.message_keys import REASONING
from langchain_sse_chat.workarounds.broken_calls import unmark

_LARGEST_SUM = 2048
"""Characters of a sum to which another chunk is added: it is copied for each."""

_REPORTING = frozenset({"stream", "astream"})
"""LangChain's functions whose list, when it has one chunk, is given to callbacks."""

_EMPTY: dict[str, Any] = {"content": "", "additional_kwargs": {}}

_Parts = tuple[str, str, str, dict[str, Any]]
"""Text, reasoning, arguments of a tool call, and all other fields of a message."""


class ChunkCompactor:
    """Adds up the chunks of one stream where LangChain keeps them."""

    __slots__ = (
        "_chunks",
        "_is_reported",
        "_length",
        "_like",
        "_previous",
        "_total",
    )

    def __init__(self) -> None:
        """Begin with a stream that has no chunks."""
        # The list of LangChain's loop; `None` until it is looked for.
        self._chunks: list[ChatGenerationChunk] | None = None
        self._is_reported = False
        self._previous: ChatGenerationChunk | None = None
        self._total: ChatGenerationChunk | None = None
        self._like: dict[str, Any] = {}
        self._length = 0

    def took(self, chunk: ChatGenerationChunk) -> None:
        """Learn that the caller of the function that calls this asks for the next."""
        chunks = self._chunks
        if chunks is None:
            caller = sys._getframe(2)  # noqa: SLF001  the caller's caller
            chunks = self._chunks = _list_in(caller)
            self._is_reported = caller.f_code.co_name in _REPORTING
        if not chunks or chunks[-1] is not chunk:
            return
        parts, total = _parts_of(chunk), self._total
        if parts is None:
            self._previous = self._total = None
        # A subclass may have put a chunk of its own in between.
        elif total is not None and total is chunks[-2] and parts[3] == self._like:
            self._add(parts)
            del chunks[-1]
            return
        else:
            self._begin(chunks, chunk, parts)
        if getattr(chunk.message, "chunk_position", None) == "last":
            self._end(chunks)

    def _end(self, chunks: list[ChatGenerationChunk]) -> None:
        """Add up a stream with invalid calls, for callbacks.

        Only where LangChain gives the sum to them as it is: elsewhere it would read the
        calls from their pieces again, and repair them.
        """
        if self._is_reported and any(_pieces_of(chunk) for chunk in chunks):
            with suppress(Exception):
                total = chunks[0] + chunks[1:]
                message = total.message
                if isinstance(message, AIMessageChunk) and message.invalid_tool_calls:
                    unmark(message)
                    message.tool_call_chunks = []
                    chunks[:] = [total]
                    self._previous = self._total = None

    def _begin(
        self,
        chunks: list[ChatGenerationChunk],
        chunk: ChatGenerationChunk,
        parts: _Parts,
    ) -> None:
        """Begin a sum with this chunk and the one before, if they are alike."""
        first, self._previous, self._total = self._previous, chunk, None
        if first is None or first is not chunks[-2]:
            return
        before = _parts_of(first)
        if before is None or before[3] != parts[3]:
            return
        # What cannot be added up is LangChain's to find, in the end.
        with suppress(Exception):
            total = first + [chunk]  # noqa: RUF005  not a list
            # Made anew from the pieces, each time that LangChain adds.
            total.message.__dict__ |= {"tool_calls": [], "invalid_tool_calls": []}
            # Where what they have in common stays what it is when it is added to
            # itself, only the texts grow from here on.
            text, reasoning, arguments = map(add, before[:3], parts[:3])
            if _parts_of(total) == (text, reasoning, arguments, parts[3]):
                chunks[-2:] = [total]
                self._total, self._like = total, parts[3]
                self._length = len(text) + len(reasoning) + len(arguments)
                self._previous = None

    def _add(self, parts: _Parts) -> None:
        """Add texts to the sum, which nobody else has seen."""
        total: Any = self._total
        text, reasoning, arguments, _ = parts
        fields = total.message.__dict__
        if text:
            fields["content"] = total.__dict__["text"] = fields["content"] + text
        if reasoning:
            kwargs = fields["additional_kwargs"]
            kwargs[REASONING] = kwargs.get(REASONING, "") + reasoning
        if arguments:
            fields["tool_call_chunks"][0]["args"] += arguments
        self._length += len(text) + len(reasoning) + len(arguments)
        if self._length > _LARGEST_SUM:
            self._total = None


def _list_in(caller: FrameType) -> list[ChatGenerationChunk]:
    """Return the list of a loop of LangChain's, an empty one for any other caller."""
    if caller.f_globals is not vars(chat_models):
        return []
    chunks = caller.f_locals.get("chunks")
    return chunks if type(chunks) is list else []


def _pieces_of(chunk: ChatGenerationChunk) -> Any:
    return getattr(chunk.message, "tool_call_chunks", None)


def _parts_of(chunk: ChatGenerationChunk) -> _Parts | None:
    """Take a chunk apart; `None` for one that has more than texts which grow."""
    message = chunk.message
    if type(message) is not AIMessageChunk or chunk.generation_info is not None:
        return None
    fields = message.__dict__
    text, kwargs, reasoning = fields["content"], fields["additional_kwargs"], ""
    arguments, empty = "", _EMPTY
    if kwargs:
        reasoning = kwargs.get(REASONING)
        if len(kwargs) != 1 or type(reasoning) is not str:
            return None
    if pieces := fields["tool_call_chunks"]:
        piece = pieces[0]
        arguments = piece.get("args")
        if len(pieces) != 1 or piece.get("name") or piece.get("id"):
            return None
        if type(arguments) is not str or not arguments:
            return None
        empty = _EMPTY | {"tool_call_chunks": [piece | {"args": ""}]}
    if type(text) is not str:
        return None
    return text, reasoning, arguments, fields | empty
