"""Read, merge and cut the pieces of a stream: texts and LangChain's chunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from langchain_core.messages import AIMessageChunk, BaseMessage, BaseMessageChunk
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk

T = TypeVar("T")

_NOT_REPEATED: dict[str, Any] = {
    "additional_kwargs": {},
    "response_metadata": {},
    "tool_calls": [],
    "invalid_tool_calls": [],
    "tool_call_chunks": [],
    "usage_metadata": None,
    "chunk_position": None,
}
"""Fields of a message that only one of its halves may have, empty."""


def is_mergeable(piece: object) -> bool:
    """Whether a piece can be added to others of its kind without a change of meaning.

    Other types have a `+` too, but it does not mean that one continues the other:
    numbers, tuples, or the growing dicts of a JSON parser.
    """
    kinds = (str, BaseMessageChunk, ChatGenerationChunk, GenerationChunk)
    return isinstance(piece, kinds)


def belong_together(first: object, second: object) -> bool:
    """Whether the second of two mergeable pieces continues the first."""
    if type(first) is not type(second):
        return False
    ids = {_message(first, "id"), _message(second, "id")} - {None}
    return len(ids) <= 1


def is_last(piece: object) -> bool:
    """Whether a piece says that its message ends with it."""
    return bool(_message(piece, "chunk_position") == "last")


def text_of(piece: object) -> str:
    """Return the text of a mergeable piece, empty if it has only other content."""
    return piece if isinstance(piece, str) else str(getattr(piece, "text", ""))


def says_something(message: BaseMessage) -> bool:
    """Whether a message has text, reasoning, tool calls or other content."""
    return bool(
        message.content
        or getattr(message, "tool_call_chunks", None)
        or message.additional_kwargs
    )


def interrupts_text(piece: object) -> bool:
    """Whether a piece is content other than text, so that the text before it ended."""
    if text_of(piece):
        return False
    message = getattr(piece, "message", piece)
    return isinstance(message, BaseMessage) and says_something(message)


def merged(pieces: Sequence[T]) -> T:
    """Return pieces that belong together, at least one, as one piece."""
    first: Any = pieces[0]
    if isinstance(first, str):
        return "".join(pieces)  # type: ignore[arg-type,return-value]
    if isinstance(first, AIMessageChunk) and len(pieces) > 1:
        return add_ai_message_chunks(*pieces)  # type: ignore[arg-type,return-value]
    for piece in pieces[1:]:
        first = first + piece
    return first  # type: ignore[no-any-return]


def cut(piece: T, at: int) -> tuple[T, T] | None:
    """Return a piece in two, the second with all that is not text.

    Args:
        piece: A mergeable piece.
        at: The number of characters in the first part.

    Returns:
        The two parts; `None` for a piece that cannot be cut, such as content blocks.
    """
    if isinstance(piece, str):
        return piece[:at], piece[at:]  # type: ignore[return-value]
    if isinstance(piece, BaseMessageChunk) and isinstance(piece.content, str):
        fields = type(piece).model_fields
        empty = {key: value for key, value in _NOT_REPEATED.items() if key in fields}
        head = {**empty, "content": piece.content[:at]}
        tail = {"content": piece.content[at:]}
        return piece.model_copy(update=head, deep=True), piece.model_copy(update=tail)
    return None


def _message(piece: object, field: str) -> Any:
    return getattr(getattr(piece, "message", piece), field, None)
