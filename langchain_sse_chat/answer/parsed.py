"""Put the object of an answer into its message, for `response_format=SomeClass`."""

from __future__ import annotations

from typing import Any, Generic, cast

from langchain_core.messages import AIMessage, BaseMessage

from langchain_sse_chat.answer.whole_json import whole_json
from langchain_sse_chat.wire.deltas import AnswerMessage, Assembler, Delta, OutputT
from langchain_sse_chat.wire.finish_reasons import Ending, rank
from langchain_sse_chat.wire.jsontext import NO_JSON

PARSED = "parsed"
"""Field of `additional_kwargs` for the object."""


class ParsedAnswers(Generic[OutputT]):
    """Wraps an assembler, and gives its message the object: an `Assembler` too.

    Args:
        inner: Makes what the caller wants.
        output_class: The pydantic class of the object.
    """

    def __init__(self, inner: Assembler[OutputT], output_class: type) -> None:
        self.feed = inner.feed  # nothing more per token
        self._inner = inner
        self._class = output_class

    def close(self, message: AnswerMessage, pending: Delta) -> list[OutputT]:
        """Return the last outputs."""
        message.message_fields[PARSED] = _parsed(
            message.text,
            message.finish_reason,
            self._class,
            is_else=bool(message.tool_calls or message.refusal),
        )
        return self._inner.close(message, pending)


def add_parsed(message: BaseMessage, output_class: type) -> None:
    """Put the object of a complete message into its `additional_kwargs`.

    For messages of `invoke`: LangChain's caches get them first, and cannot write the
    object to a file.
    """
    answer = cast("AIMessage", message)
    metadata = answer.response_metadata
    message.additional_kwargs[PARSED] = _parsed(
        str(message.text),
        metadata.get("finish_reason"),
        output_class,
        is_else=bool(
            answer.tool_calls or answer.invalid_tool_calls or "refusal" in metadata
        ),
    )


def _parsed(text: str, reason: object, output_class: Any, *, is_else: bool) -> Any:
    """Return an instance of the class, `None` for an answer that is something else.

    `None` for calls of tools, refusals, truncated answers, and for a text that is not
    one complete JSON value or does not fit the class: none of them is passed off as the
    object. `with_structured_output` raises an error for them.
    """
    if is_else or not isinstance(reason, str) or rank(reason) != Ending.PLAIN:
        return None
    value = whole_json(text)
    if value is NO_JSON:
        return None
    # Pydantic 1 has only the older method.
    validate = getattr(output_class, "model_validate", None) or output_class.parse_obj
    try:
        return validate(value)
    except Exception:  # noqa: BLE001  # a validator of the caller's, too
        return None
