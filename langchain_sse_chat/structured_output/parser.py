"""Parse answers into the object that `with_structured_output` requests.

While an answer streams, the parser yields partial objects, as LangChain's parsers do.
The last step is strict: for an answer that was truncated or refused, or is not a single
complete JSON value, it raises an error, whereas LangChain's parsers repair the text.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.utils import message_chunk_to_message
from langchain_core.output_parsers.transform import BaseTransformOutputParser
from langchain_core.outputs import ChatGeneration, Generation
from langchain_core.runnables.utils import AddableDict
from langchain_core.utils.json import parse_json_markdown

from langchain_sse_chat.answer.whole_json import whole_json
from langchain_sse_chat.errors import RefusalError, StructuredOutputError
from langchain_sse_chat.wire.finish_reasons import (
    Ending,
    is_filtered,
    is_length,
    rank,
)
from langchain_sse_chat.wire.jsontext import NO_JSON
from langchain_sse_chat.workarounds.broken_calls import unmark

_SHOWN = 300
"""Characters of an answer that an error shows, at most."""


class StructuredOutputParser(BaseTransformOutputParser[Any]):
    """Parses an answer into an instance of a class, or a dict.

    Raises:
        RefusalError: The model refused, or a filter withheld the answer.
        StructuredOutputError: The answer is not the requested object.
    """

    output_class: Any = None
    """The pydantic class of the object; `None` returns the JSON value."""

    json_type: Any = object
    """The Python type that the JSON value must have."""

    tool: str | None = None
    """The tool whose arguments are the object; `None` if it is the answer's text."""

    include_raw: bool = False
    """Whether to return a dict of `raw`, `parsed` and `parsing_error`, and never raise
    errors."""

    @property
    def _type(self) -> str:
        return "sse-chat-structured-output"

    @property
    def OutputType(self) -> Any:  # noqa: N802  # LangChain's name
        """The type of the output."""
        return dict[str, Any] if self.include_raw else self.output_class or Any

    def parse(self, text: str) -> Any:
        """Return the object in a text."""
        return self.parse_result([Generation(text=text)])

    def parse_result(self, result: list[Generation], *, partial: bool = False) -> Any:
        """Return the object in an answer.

        Args:
            result: One generation.
            partial: Whether the answer is incomplete: returns the object so far, `None`
                if there is none yet, and raises no error.
        """
        message = _message_of(result[0])
        if partial:
            return self.parse_partial(message)
        if not self.include_raw:
            return self._parsed(message)
        parsed = error = None
        try:
            parsed = self._parsed(message)
        except Exception as exc:  # noqa: BLE001  # a validator of the caller's, too
            error = exc
        return {"raw": message, "parsed": parsed, "parsing_error": error}

    def parse_partial(self, message: AIMessage) -> Any:
        """Return the object so far, `None` if there is none yet."""
        try:
            value = (
                _arguments_of(message, self.tool)
                if self.tool is not None
                else parse_json_markdown(str(message.text).strip())
            )
            # An incomplete value of another type may change its meaning.
            return self._instance(value) if isinstance(value, dict) else None
        except (ValueError, RecursionError):
            return None

    def _transform(self, input: Iterator[str | BaseMessage]) -> Iterator[Any]:  # noqa: A002
        growing = _GrowingOutput(self)
        for chunk in input:
            yield from growing.add(chunk)
        yield from growing.close()

    async def _atransform(
        self,
        input: AsyncIterator[str | BaseMessage],  # noqa: A002
    ) -> AsyncIterator[Any]:
        growing = _GrowingOutput(self)
        async for chunk in input:
            for output in growing.add(chunk):
                yield output
        for output in growing.close():
            yield output

    def _parsed(self, message: AIMessage) -> Any:
        if (refusal := _refusal_in(message)) is not None:
            raise _refusal_error(message, refusal)
        value = self._value(message)
        try:
            return self._instance(value)
        except ValueError as exc:
            name = self.output_class.__name__
            said = f"The answer does not fit {name}: {exc}"
            raise _error(message, said, json.dumps(value, ensure_ascii=False)) from exc

    def _value(self, message: AIMessage) -> Any:
        """Return the JSON value in an answer.

        Raises:
            RefusalError: A filter stopped the answer before it was complete.
            StructuredOutputError: There is no complete value.
        """
        if self.tool is not None:
            value: Any = _arguments_of(message, self.tool)
            if value is None:
                raise _no_call(message, self.tool)
            return value
        text = str(message.text)
        value = whole_json(text)
        if value is NO_JSON or (_is_number(value) and not _ended_well(message)):
            raise _not_json(message, text)
        if not isinstance(value, self.json_type):
            wanted = "array" if self.json_type is list else "object"
            said = f"The answer is JSON, but not an {wanted}."
            raise _error(message, said, text)
        return value

    def _instance(self, value: Any) -> Any:
        if self.output_class is None:
            return value
        # Pydantic 1 has only the older method.
        validate = getattr(self.output_class, "model_validate", None)
        return (validate or self.output_class.parse_obj)(value)


class _GrowingOutput:
    """Reads the chunks of one answer."""

    def __init__(self, parser: StructuredOutputParser) -> None:
        self._parser = parser
        self._message: AIMessage | None = None
        self._last: Any = None

    def add(self, chunk: str | BaseMessage) -> list[Any]:
        """Add a chunk; return the object so far, if it has grown."""
        message = AIMessageChunk(content=chunk) if isinstance(chunk, str) else chunk
        self._message = cast(
            "AIMessage", message if self._message is None else self._message + message
        )
        if self._parser.include_raw:
            return [AddableDict(raw=message)]
        parsed = self._parser.parse_partial(self._message)
        if parsed is None or parsed == self._last:
            return []
        self._last = parsed
        return [parsed]

    def close(self) -> list[Any]:
        """End the answer; return the object, unless it was already returned."""
        message = self._message or AIMessage("")
        parsed = self._parser.parse_result([ChatGeneration(message=message)])
        if self._parser.include_raw:
            del parsed["raw"]
            return [AddableDict(parsed)]
        return [] if parsed == self._last else [parsed]


def _message_of(generation: Generation) -> AIMessage:
    if not isinstance(generation, ChatGeneration):
        return AIMessage(generation.text)
    if not isinstance(generation.message, AIMessageChunk):
        return cast("AIMessage", generation.message)
    message = cast("AIMessage", message_chunk_to_message(generation.message))
    unmark(message)
    return message


def _arguments_of(message: AIMessage, tool: str | None) -> dict[str, Any] | None:
    return next(
        (call["args"] for call in message.tool_calls if call["name"] == tool), None
    )


def _refusal_in(message: AIMessage) -> str | None:
    """Return the text of a refusal, `None` if the model did not refuse."""
    for block in cast("list[dict[str, Any]]", message.content_blocks):
        if block["type"] == "refusal":
            return str(block["refusal"] or message.text)
    return None


def _is_number(value: Any) -> bool:
    """Whether a value is a number: the only one whose beginning is a whole value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _ended_well(message: AIMessage) -> bool:
    """Whether nothing was truncated; a text alone has no finish reason."""
    ending = rank(_reason(message))
    return ending in {Ending.PLAIN, Ending.CALLS} or not message.response_metadata


def _not_json(message: AIMessage, text: str) -> StructuredOutputError:
    if message.tool_calls and not text:
        said = f"The model called {_names(message)} instead of giving JSON."
    else:
        said = "The answer is not a single complete JSON value."
    return _error(message, said, text)


def _no_call(message: AIMessage, tool: str) -> StructuredOutputError:
    text = str(message.text)
    if message.invalid_tool_calls:
        call = message.invalid_tool_calls[0]
        said = f"The call of {call['name'] or tool!r} is not valid: {call['error']}"
        text = call["args"] or ""
    elif message.tool_calls:
        said = f"The model called {_names(message)} instead of {tool!r}."
        text = json.dumps(message.tool_calls[0]["args"], ensure_ascii=False)
    else:
        said = (
            f"The model answered without calling {tool!r}, which it was asked to call "
            "with the object."
        )
    return _error(message, said, text)


def _names(message: AIMessage) -> str:
    return ", ".join(repr(call["name"]) for call in message.tool_calls)


def _error(message: AIMessage, said: str, text: str) -> StructuredOutputError:
    """Return the error for an answer that is not the object.

    Args:
        message: The answer.
        said: The problem, as a sentence.
        text: The text that should have been the object.
    """
    reason = _reason(message)
    if is_filtered(reason):
        return _refusal_error(message, text)
    if reason is None:
        advice = "The stream ended before the answer did (no finish reason): ask again."
    elif is_length(reason):
        advice = (
            f"The token limit truncated it (finish reason {reason!r}): raise "
            "`max_tokens`, or ask for a shorter answer."
        )
    else:
        advice = (
            f"The model ended it with finish reason {reason!r}: ask again, use another "
            "`method`, or describe the object in the prompt."
        )
    return StructuredOutputError(
        f"{said} {advice} {_received(text)}",
        llm_output=text,
        finish_reason=reason,
        partial=message,
    )


def _refusal_error(message: AIMessage, words: str) -> RefusalError:
    reason = _reason(message)
    if is_filtered(reason):
        said = f"A content filter stopped the answer (finish reason {reason!r})."
    else:
        said = f"The model refused to answer (finish reason {reason!r})."
    return RefusalError(
        f"{said} Change the prompt before you ask again. {_received(words)}",
        llm_output=words,
        finish_reason=reason,
        partial=message,
    )


def _reason(message: AIMessage) -> str | None:
    reason = message.response_metadata.get("finish_reason")
    return reason if isinstance(reason, str) else None


def _received(text: str) -> str:
    if not text:
        return "No text was received."
    more = ", and more in `llm_output`" if len(text) > _SHOWN else ""
    return f"Received: {text[:_SHOWN]!r}{more}."
