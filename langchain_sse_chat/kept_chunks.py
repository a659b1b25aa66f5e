"""What LangChain keeps of a stream: one sum in place of every chunk.

LangChain's loops over `_stream` and `_astream` put each chunk into a list, and add the
list up when the stream has ended, for callbacks and caches. That is nine objects a
token for the garbage collector to go through, again and again: with 20,000 tokens it
takes a third of the time, with 100,000 three quarters, and with hundreds of streams at
once its pauses are what makes tokens late. So a chunk of text or reasoning is added up
at once when LangChain asks for the next, and its sum with those before takes its place
in the list. What the list adds up to stays the same at any moment; no chunk that was
given out is changed, and nobody else's list is touched.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from langchain_core.language_models import chat_models
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_sse_chat.convert.echo import REASONING

_LARGEST_SUM = 2048
"""Characters of a sum to which another chunk is added: it is copied for each."""

_Parts = tuple[str, str, dict[str, Any]]
"""Text, reasoning, and all other fields of a message."""


class KeptChunks:
    """Adds up the chunks of one stream where LangChain keeps them."""

    __slots__ = ("_chunks", "_length", "_like", "_previous", "_total")

    def __init__(self) -> None:
        """Begin with a stream that has no chunks."""
        # The list of LangChain's loop; `None` until it is looked for.
        self._chunks: list[ChatGenerationChunk] | None = None
        self._previous: ChatGenerationChunk | None = None
        self._total: ChatGenerationChunk | None = None
        self._like: dict[str, Any] = {}
        self._length = 0

    def took(self, chunk: ChatGenerationChunk) -> None:
        """Learn that the caller of the function that calls this asks for the next."""
        chunks = self._chunks
        if chunks is None:
            # The caller's caller.
            chunks = self._chunks = _list_in(sys._getframe(2))  # noqa: SLF001
        if not chunks or chunks[-1] is not chunk:
            return
        parts = _parts_of(chunk)
        if parts is None:
            self._previous = self._total = None
        elif self._total is not None and parts[2] == self._like:
            self._add(parts)
            del chunks[-1]
        else:
            self._begin(chunks, chunk, parts)

    def _begin(
        self,
        chunks: list[ChatGenerationChunk],
        chunk: ChatGenerationChunk,
        parts: _Parts,
    ) -> None:
        """Begin a sum with this chunk and the one before, if they are alike."""
        first, self._previous, self._total = self._previous, chunk, None
        before = None if first is None else _parts_of(first)
        if first is None or before is None or before[2] != parts[2]:
            return
        # What cannot be added up is LangChain's to find, in the end.
        with suppress(Exception):
            total = first + [chunk]  # noqa: RUF005  not a list
            # Where what they have in common stays what it is when it is added to
            # itself, only text and reasoning grow from here on.
            text, reasoning = before[0] + parts[0], before[1] + parts[1]
            if _parts_of(total) == (text, reasoning, parts[2]):
                chunks[-2:] = [total]
                self._total, self._like = total, parts[2]
                self._length = len(text) + len(reasoning)
                self._previous = None

    def _add(self, parts: _Parts) -> None:
        """Add text and reasoning to the sum, which nobody else has seen."""
        total: Any = self._total
        text, reasoning, _ = parts
        fields = total.message.__dict__
        if text:
            fields["content"] = total.__dict__["text"] = fields["content"] + text
        if reasoning:
            kwargs = fields["additional_kwargs"]
            kwargs[REASONING] = kwargs.get(REASONING, "") + reasoning
        self._length += len(text) + len(reasoning)
        if self._length > _LARGEST_SUM:
            self._total = None


def _list_in(caller: FrameType) -> list[ChatGenerationChunk]:
    """Return the list of a loop of LangChain's, an empty one for any other caller."""
    if caller.f_globals is not vars(chat_models):
        return []
    chunks = caller.f_locals.get("chunks")
    return chunks if type(chunks) is list else []


def _parts_of(chunk: ChatGenerationChunk) -> _Parts | None:
    """Take a chunk apart; `None` for one that has more than texts which grow."""
    message = chunk.message
    if type(message) is not AIMessageChunk or chunk.generation_info is not None:
        return None
    fields = message.__dict__
    text, kwargs, reasoning = fields["content"], fields["additional_kwargs"], ""
    if kwargs:
        reasoning = kwargs.get(REASONING)
        if len(kwargs) != 1 or type(reasoning) is not str:
            return None
    if type(text) is not str or fields["tool_call_chunks"]:
        return None
    return text, reasoning, fields | {"content": "", "additional_kwargs": {}}
