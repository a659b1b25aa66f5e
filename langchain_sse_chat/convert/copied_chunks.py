"""Chunks of text and reasoning, made past pydantic's validation.

To validate what is known to be right takes two thirds of the time of a chunk of text,
most of it in langchain-core's check for the tool calls of old messages. So one chunk is
validated, as the pattern, and all others are copies of it with another text: the same
attributes, the same set fields.
"""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from pydantic import BaseModel

from langchain_sse_chat.convert.blocks import MODEL_PROVIDER

# The slots of an instance, past its `__setattr__`.
_slots = vars(BaseModel)
_set_fields = _slots["__dict__"].__set__
_set_fields_set = _slots["__pydantic_fields_set__"].__set__
_set_extra = _slots["__pydantic_extra__"].__set__
_set_private = _slots["__pydantic_private__"].__set__


class _Pattern:
    """What instances of a pydantic model have in common with one of them."""

    __slots__ = (
        "_dicts",
        "_fields_set",
        "_has_extra",
        "_lists",
        "_new",
        "_type",
        "_values",
    )

    def __init__(self, model: BaseModel, *varying: str) -> None:
        """Take a validated instance.

        Args:
            model: The instance; its lists, private attributes and extras must be empty.
            *varying: The fields in which the others differ.
        """
        values = dict(model.__dict__)
        self._type = type(model)
        self._new = self._type.__new__
        # All of them, for their order is that of what is written.
        self._values = values
        own = [name for name in values if name not in varying]
        self._lists = [name for name in own if isinstance(values[name], list)]
        self._dicts = [
            (name, values[name]) for name in own if isinstance(values[name], dict)
        ]
        self._fields_set = model.__pydantic_fields_set__
        self._has_extra = model.__pydantic_extra__ is not None

    def with_values(self, varying: dict[str, Any]) -> Any:
        """Return another instance, with its own lists and dicts."""
        values = self._values | varying
        for name in self._lists:
            values[name] = []
        for name, value in self._dicts:
            values[name] = value.copy()
        made = self._new(self._type)
        _set_fields(made, values)
        _set_fields_set(made, set(self._fields_set))
        _set_extra(made, {} if self._has_extra else None)
        _set_private(made, None)
        return made


def _validated(**fields: Any) -> ChatGenerationChunk:
    metadata = {"model_provider": MODEL_PROVIDER}
    message = AIMessageChunk(response_metadata=metadata, **fields)
    return ChatGenerationChunk(message=message)


_text = _validated(content="pattern")
_TEXT = _Pattern(_text.message, "content")
_RICH = _Pattern(
    _validated(content="pattern", additional_kwargs={}).message,
    *("content", "additional_kwargs"),
)
_GENERATION = _Pattern(_text, "text", "message")


def text_chunk(text: str) -> ChatGenerationChunk:
    """Return the chunk of a piece of text, alike a validated one in every way."""
    message = _TEXT.with_values({"content": text})
    chunk: ChatGenerationChunk = _GENERATION.with_values(
        {"text": text, "message": message}
    )
    return chunk


def rich_chunk(text: str, additional_kwargs: dict[str, str]) -> ChatGenerationChunk:
    """Return the chunk of texts, alike a validated one in every way.

    Args:
        text: The content.
        additional_kwargs: Other texts by name; the chunk has this dict as its own.
    """
    message = _RICH.with_values(
        {"content": text, "additional_kwargs": additional_kwargs}
    )
    chunk: ChatGenerationChunk = _GENERATION.with_values(
        {"text": text, "message": message}
    )
    return chunk
