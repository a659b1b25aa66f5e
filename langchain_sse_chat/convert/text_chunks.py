"""Chunks of plain text, made past pydantic's validation.

Nine in ten chunks are a piece of text and nothing else. To validate what is known to be
right takes two thirds of the time of such a chunk, most of it in langchain-core's check
for the tool calls of old messages. So one chunk is validated, as the pattern, and all
others are copies of it with another text: the same attributes, the same set fields.
"""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from pydantic import BaseModel

from langchain_sse_chat.convert.blocks import MODEL_PROVIDER

_set = object.__setattr__


class _Pattern:
    """What instances of a pydantic model have in common with one of them."""

    __slots__ = ("_extra", "_fields_set", "_mutable", "_private", "_type", "_values")

    def __init__(self, model: BaseModel, *varying: str) -> None:
        """Take a validated instance.

        Args:
            model: The instance; its private attributes and extras must be empty.
            *varying: The fields in which the others differ.
        """
        values = dict(model.__dict__)
        self._type = type(model)
        # All of them, for their order is that of what is written.
        self._values = values
        self._mutable = [
            name
            for name, value in values.items()
            if isinstance(value, (list, dict)) and name not in varying
        ]
        self._fields_set = model.__pydantic_fields_set__
        self._extra = model.__pydantic_extra__
        self._private = model.__pydantic_private__

    def with_values(self, varying: dict[str, Any]) -> Any:
        """Return another instance, with its own lists and dicts."""
        values = self._values | varying
        for key in self._mutable:
            values[key] = values[key].copy()
        made = self._type.__new__(self._type)
        _set(made, "__dict__", values)
        _set(made, "__pydantic_fields_set__", self._fields_set.copy())
        extra = None if self._extra is None else self._extra.copy()
        _set(made, "__pydantic_extra__", extra)
        _set(made, "__pydantic_private__", self._private)
        return made


def _validated(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=text, response_metadata={"model_provider": MODEL_PROVIDER}
        )
    )


_chunk = _validated("pattern")
_MESSAGE = _Pattern(_chunk.message, "content")
_GENERATION = _Pattern(_chunk, "text", "message")


def text_chunk(text: str) -> ChatGenerationChunk:
    """Return the chunk of a piece of text, alike a validated one in every way."""
    message = _MESSAGE.with_values({"content": text})
    chunk: ChatGenerationChunk = _GENERATION.with_values(
        {"text": text, "message": message}
    )
    return chunk
