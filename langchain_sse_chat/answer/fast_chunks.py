"""Make chunks of text and reasoning without pydantic's validation.

Validating values that are known to be valid takes two thirds of the time of a text
chunk, most of it in langchain-core's check for tool calls of old messages. So one chunk
is validated, as the prototype, and all others are copies of it with another text: the
same attributes, the same set fields. `model_copy` would take three times as long, and
`model_construct` is slower than validation.
"""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from pydantic import BaseModel

from langchain_sse_chat.message_keys import MODEL_PROVIDER

# The four slots of a pydantic instance, set without its `__setattr__`. A test compares
# copies with validated chunks, slot by slot.
_new = object.__new__
_slots = vars(BaseModel)
_set_fields = _slots["__dict__"].__set__
_set_fields_set = _slots["__pydantic_fields_set__"].__set__
_set_extra = _slots["__pydantic_extra__"].__set__
_set_private = _slots["__pydantic_private__"].__set__


class ChunkPrototype:
    """A validated chunk from which others are copied.

    Args:
        *varying: The fields of the message that differ in the copies.
        **fields: The fields of the prototype's message.
    """

    __slots__ = ("_chunk", "_dicts", "_extra", "_fields", "_fields_set", "_lists")

    def __init__(self, *varying: str, **fields: Any) -> None:
        metadata = {"model_provider": MODEL_PROVIDER}
        message = AIMessageChunk(response_metadata=metadata, **fields)
        self._chunk = ChatGenerationChunk(message=message)
        # All fields, because their order is the order of the serialized message.
        self._fields = values = dict(vars(message))
        own = [name for name in values if name not in varying]
        self._lists = [name for name in own if isinstance(values[name], list)]
        self._dicts = [
            (name, values[name]) for name in own if isinstance(values[name], dict)
        ]
        self._fields_set = message.__pydantic_fields_set__
        self._extra = message.__pydantic_extra__

    def copy(self, text: str, varying: dict[str, Any]) -> ChatGenerationChunk:
        """Return a copy with its own lists and dicts.

        Args:
            text: The text of the chunk, equal to the content of its message.
            varying: The fields of the message that differ, including the content.
        """
        fields = self._fields | varying
        for name in self._lists:
            fields[name] = []
        for name, value in self._dicts:
            fields[name] = value.copy()
        message = _new(AIMessageChunk)
        _set_fields(message, fields)
        _set_fields_set(message, set(self._fields_set))
        _set_extra(message, None if self._extra is None else {})
        _set_private(message, None)
        pattern = self._chunk
        chunk = _new(ChatGenerationChunk)
        _set_fields(chunk, vars(pattern) | {"text": text, "message": message})
        _set_fields_set(chunk, set(pattern.__pydantic_fields_set__))
        _set_extra(chunk, None)
        _set_private(chunk, None)
        return chunk


_TEXT = ChunkPrototype("content", content="pattern")
_RICH = ChunkPrototype(
    *("content", "additional_kwargs"), content="pattern", additional_kwargs={}
)


def text_chunk(text: str) -> ChatGenerationChunk:
    """Return the chunk of a text, equal to a validated one."""
    return _TEXT.copy(text, {"content": text})


def rich_chunk(text: str, additional_kwargs: dict[str, str]) -> ChatGenerationChunk:
    """Return the chunk of several texts, equal to a validated one.

    Args:
        text: The content.
        additional_kwargs: Other texts by name; the chunk keeps this dict.
    """
    return _RICH.copy(text, {"content": text, "additional_kwargs": additional_kwargs})
