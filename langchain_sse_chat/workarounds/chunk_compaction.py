"""One sum instead of every chunk that LangChain keeps of a stream.

Should happen: LangChain keeps of a stream what it needs at its end, the sum.

Happens instead: its loops over `_stream` and `_astream` append each chunk to a list,
which they add up when the stream has ended, for callbacks and caches. That is nine
objects a token for the garbage collector to visit again and again.

So a chunk of text, reasoning or arguments is added up when LangChain asks for the next
one, and its sum with the previous ones takes its place in the list. The list adds up to
the same at any moment. No chunk that was given out is changed, and nobody else's list
is touched. At the end of a stream with broken calls, callbacks get the arguments as
they were sent, without the mark of `broken_calls`.

Upstream: no upstream issue is known.

Verified: 2026-11-28, langchain-core 1.6.0 and 1.8.3.

Without this file: garbage collection takes a third of the CPU time of a stream of
20,000 tokens and three quarters at 100,000, and with hundreds of streams its
pauses make tokens late. Callbacks get broken calls with their mark.
"""

from __future__ import annotations

import inspect
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
"""Characters of a sum to which chunks are added: each addition copies it."""

_REPORTING = frozenset({"stream", "astream"})
"""LangChain's functions that pass a list of one chunk to callbacks unchanged."""

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
        """Start with a stream that has no chunks."""
        # The list of LangChain's loop; `None` until the first chunk was taken.
        self._chunks: list[ChatGenerationChunk] | None = None
        self._is_reported = False
        self._previous: ChatGenerationChunk | None = None
        self._total: ChatGenerationChunk | None = None
        self._like: dict[str, Any] = {}
        self._length = 0

    def on_next(self, chunk: ChatGenerationChunk) -> None:
        """Add up the chunk that was yielded last, when the next one is asked for."""
        chunks = self._chunks
        if chunks is None:
            # This method, `_stream` or `_astream`, and the loop over it.
            frame = inspect.currentframe()
            loop = frame and frame.f_back and frame.f_back.f_back
            # In a variable of its own, a frame would stay until a collection of
            # garbage, and the model with it.
            del frame
            chunks, self._is_reported = _list_in(loop)
            del loop
            self._chunks = chunks
        if not chunks or chunks[-1] is not chunk:
            return
        parts, total = _parts_of(chunk), self._total
        if parts is None:
            self._previous = self._total = None
        # A subclass can have added a chunk of its own in between.
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

        Only where LangChain passes the sum to them unchanged. Elsewhere it would parse
        the calls from their pieces again, and complete them.
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
        """Start a sum of this chunk and the previous one, if they are alike."""
        first, self._previous, self._total = self._previous, chunk, None
        if first is None or first is not chunks[-2]:
            return
        before = _parts_of(first)
        if before is None or before[3] != parts[3]:
            return
        # Chunks that cannot be added up stay; LangChain reports that at the end.
        with suppress(Exception):
            total = first + [chunk]  # noqa: RUF005  not a list
            # LangChain makes these from the pieces whenever it adds.
            total.message.__dict__ |= {"tool_calls": [], "invalid_tool_calls": []}
            # If the other fields stay the same when they are added to themselves, only
            # the texts grow from here on.
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


def _list_in(frame: FrameType | None) -> tuple[list[ChatGenerationChunk], bool]:
    """Return LangChain's list of chunks, and whether callbacks get it as it is.

    The list is empty for any other caller of `_stream`, and when LangChain does not
    keep chunks in this way.
    """
    if frame is None or frame.f_globals is not vars(chat_models):
        return [], False
    chunks = frame.f_locals.get("chunks")
    is_reported = frame.f_code.co_name in _REPORTING
    return (chunks if type(chunks) is list else []), is_reported


def _pieces_of(chunk: ChatGenerationChunk) -> Any:
    return getattr(chunk.message, "tool_call_chunks", None)


def _parts_of(chunk: ChatGenerationChunk) -> _Parts | None:
    """Take a chunk apart; `None` if it has more than texts that grow."""
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
