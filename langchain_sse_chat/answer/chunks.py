"""Convert deltas to the chunks that LangChain merges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from langchain_sse_chat.answer.fast_chunks import rich_chunk, text_chunk
from langchain_sse_chat.answer.results import additional_fields, response_metadata
from langchain_sse_chat.answer.usage import message_usage
from langchain_sse_chat.message_keys import REASONING
from langchain_sse_chat.wire.deltas import AnswerMessage, Delta, ToolCallDelta
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.workarounds.broken_calls import breaking_mark

if TYPE_CHECKING:
    from langchain_sse_chat.answer.logprobs import LogprobPieces


class ChunkAssembler:
    """Makes a chunk for every delta, and a last, empty chunk with the metadata.

    Only the last chunk has values that LangChain would merge wrongly: numbers, names,
    finish reasons.
    """

    _pieces: LogprobPieces | None = None

    def feed(self, delta: str | Delta) -> list[ChatGenerationChunk]:
        """Return the chunk of a delta."""
        if not isinstance(delta, Delta):
            return [text_chunk(delta)]
        chunk = _rich_chunk(delta)
        if delta.logprobs:
            self._add_logprobs(chunk, delta.logprobs)
        return [chunk]

    def _add_logprobs(
        self, chunk: ChatGenerationChunk, logprobs: dict[str, Any]
    ) -> None:
        if self._pieces is None:
            # Imported here, because few calls request them.
            from langchain_sse_chat.answer.logprobs import (  # noqa: PLC0415
                LogprobPieces,
            )

            self._pieces = LogprobPieces()
        if piece := self._pieces.piece(logprobs):
            chunk.message.response_metadata["logprobs"] = piece

    def close(
        self, message: AnswerMessage, pending: Delta
    ) -> list[ChatGenerationChunk]:
        """End the answer; return the pending chunk, if any, and the last chunk."""
        marks = [
            ToolCallDelta(call.index, None, None, breaking_mark(call.arguments))
            for call in message.tool_calls
            if call.parsed is None
        ]
        rest = replace(pending, tool_calls=pending.tool_calls + marks)
        chunks = [] if rest == Delta() else self.feed(rest)
        metadata = response_metadata(message)
        if self._pieces is not None and message.logprobs is not None:
            if rest_of_them := self._pieces.rest(message.logprobs):
                metadata["logprobs"] = rest_of_them
            else:
                del metadata["logprobs"]
        last = AIMessageChunk(
            content="",
            additional_kwargs=additional_fields(message),
            response_metadata=metadata,
            usage_metadata=message_usage(message),
            chunk_position="last",
        )
        # Where tracing libraries look for it, as in the result of `invoke`.
        reason = message.finish_reason
        info = None if reason is None else {"finish_reason": reason}
        return [*chunks, ChatGenerationChunk(message=last, generation_info=info)]


def _rich_chunk(delta: Delta) -> ChatGenerationChunk:
    additional: dict[str, str] = {}
    if delta.reasoning:
        additional[REASONING] = delta.reasoning
    if delta.refusal:
        additional["refusal"] = delta.refusal
    chunk = rich_chunk(delta.text, additional)
    if delta.tool_calls:
        _set_tool_calls(cast("AIMessageChunk", chunk.message), delta.tool_calls)
    return chunk


def _set_tool_calls(message: AIMessageChunk, pieces: list[ToolCallDelta]) -> None:
    """Put pieces of tool calls on a chunk.

    This bypasses the constructor, which takes every piece for complete arguments,
    repairs it in time quadratic in its length, and shows a call that has just begun as
    a call without arguments. Calls that arrived complete are shown as complete.
    """
    calls: dict[int, list[ToolCallDelta]] = {}
    for piece in pieces:
        calls.setdefault(piece.index, []).append(piece)
    for index, parts in calls.items():
        first, arguments = parts[0], "".join(part.arguments for part in parts)
        message.tool_call_chunks.append(
            tool_call_chunk(name=first.name, args=arguments, id=first.id, index=index)
        )
        parsed = parse_arguments(arguments) if first.name else None
        if parsed is not None:
            message.tool_calls.append(
                tool_call(name=first.name or "", args=parsed, id=first.id)
            )
