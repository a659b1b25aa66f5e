"""Convert deltas to events of LangChain's protocol, version 3, without chunks.

The events and their order: https://github.com/langchain-ai/agent-protocol (package
`langchain_protocol`). Blocks have the indices 0, 1, 2, … in the order in which they
start. Their final content equals that of a merged stream of chunks, with two exceptions
that chunks cannot express: blocks are in the order of arrival, and an invalid call has
its arguments as they were sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from langchain_sse_chat.answer.citations import fields_to_annotations
from langchain_sse_chat.answer.content_blocks import further_blocks
from langchain_sse_chat.answer.results import additional_kwargs, response_metadata
from langchain_sse_chat.answer.usage import message_usage
from langchain_sse_chat.errors import MalformedChunkError
from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.wire.deltas import (
    AnswerMessage,
    Delta,
    ToolCallDelta,
    WireToolCall,
)
from langchain_sse_chat.wire.jsontext import parse_arguments
from langchain_sse_chat.workarounds.broken_calls import NOT_AN_OBJECT
from langchain_sse_chat.workarounds.refusal_blocks import RefusalBlock

if TYPE_CHECKING:
    from langchain_protocol.protocol import (
        ContentBlock,
        FinalizedContentBlock,
        MessagesData,
    )

_SHOWN_AT_THE_START = (
    *("type", "id", "file_id", "url", "mime_type"),
    *("name", "tool_call_id", "status"),
)
"""Fields at the start of a block that arrives complete. All others, which may have
megabytes, are sent once, when it finishes."""

_FINISH_FIELDS = ("finish_reason", "normalized_finish_reason")
"""Fields of the metadata that the last event has itself, as in langchain-core 1.8.4."""

_REQUIRED_AT_THE_START: dict[str, dict[str, Any]] = {
    "non_standard": {"value": {}},
    "refusal": {"refusal": ""},
    "server_tool_call": {"args": {}},
}
"""Fields that a block must have from its start, still empty."""


class _Call:
    """A tool call that has started."""

    __slots__ = ("arguments", "block", "finished", "id", "index", "name")

    def __init__(self, block: int, piece: ToolCallDelta) -> None:
        self.block = block
        self.index = piece.index
        self.id = piece.id
        self.name = piece.name
        self.arguments: list[str] = []
        self.finished = False


class EventAssembler:
    """Makes the events of one message, as soon as each delta arrives.

    A reasoning block finishes when another block starts, a tool call when it is
    complete and something else follows. The one text block stays open until the end,
    when the sources of the answer are known.

    Args:
        message_id: The `id` of the message.
    """

    __slots__ = (
        "_begun",
        "_calls",
        "_calls_in_order",
        "_count",
        "_flawed",
        "_id",
        "_in_reasoning",
        "_in_text",
        "_last_call",
        "_reasoning",
        "_reasoning_block",
        "_text",
        "_text_block",
        "_text_open",
        "finish",
    )

    def __init__(self, message_id: str) -> None:
        self.finish: MessagesData = {"event": "message-finish"}
        """The last event, to be emitted after the connection is released: LangChain
        abandons the iterator as soon as it has this event."""
        self._id = message_id
        self._begun = False
        self._count = 0
        self._text: list[str] = []
        self._text_block = 0
        self._text_open = False
        self._in_text = False
        """Whether text can continue without finishing another block first."""
        self._reasoning: list[str] = []
        self._reasoning_block = 0
        self._in_reasoning = False
        self._calls: dict[int, _Call] = {}
        # The call that may finish early. If it is incomplete when another block starts,
        # all later calls wait until the end too: calls finish in order, which becomes
        # the order of the message's `tool_calls`, and each is parsed only once.
        self._last_call: _Call | None = None
        self._calls_in_order = True
        # Calls that must not be run, which is known only at the end.
        self._flawed: set[int] = set()

    def feed(self, delta: str | Delta) -> list[MessagesData]:
        """Return the events of a delta.

        Raises:
            MalformedChunkError: A tool call continues after it was finished.
        """
        if type(delta) is str and self._in_text:
            # Nearly every delta of a stream.
            self._text.append(delta)
            return [
                {
                    "event": "content-block-delta",
                    "index": self._text_block,
                    "delta": {"type": "text-delta", "text": delta},
                }
            ]
        events: list[MessagesData] = []
        self._take(Delta(delta) if isinstance(delta, str) else delta, events)
        return events

    def close(self, message: AnswerMessage, pending: Delta) -> list[MessagesData]:
        """End the answer; return the pending events and the end of every block.

        The last event is then in `finish`.

        Raises:
            MalformedChunkError: A tool call continues after it was finished.
        """
        events: list[MessagesData] = []
        self._flawed = {c.index for c in message.tool_calls if c.parsed is None}
        self._take(pending, events)
        additional, metadata = additional_kwargs(message), response_metadata(message)
        annotations = fields_to_annotations({**metadata, **additional})
        if annotations and not self._text_open:
            self._begin_text(events)
        self._finish_reasoning(events)
        self._finish_text(events, annotations)
        self._finish_calls(message.tool_calls, events)
        for block in further_blocks(additional, metadata):
            self._whole_block(block, events)
        # LangChain reads these two, though the protocol does not name them.
        reasons = {key: metadata[key] for key in _FINISH_FIELDS if key in metadata}
        finish: dict[str, Any] = {
            "event": "message-finish",
            **reasons,
            "metadata": metadata,
        }
        if additional:
            finish["additional_kwargs"] = additional
        if (usage := message_usage(message)) is not None:
            finish["usage"] = usage
        self.finish = cast("MessagesData", finish)
        return events

    def _take(self, delta: Delta, events: list[MessagesData]) -> None:
        if not self._begun:
            self._begun = True
            events.append(
                {
                    "event": "message-start",
                    "role": "ai",
                    "id": self._id,
                    "metadata": {"provider": MODEL_PROVIDER},
                }
            )
        if delta.reasoning:
            self._take_reasoning(delta.reasoning, events)
        if delta.text:
            self._take_text(delta.text, events)
        for piece in delta.tool_calls:
            self._take_call(piece, events)

    def _begin(self, block: dict[str, Any], events: list[MessagesData]) -> int:
        """Start a block, and finish the blocks that it ends."""
        self._finish_reasoning(events)
        self._finish_whole_call(events)
        self._in_text = False
        index = self._count
        self._count += 1
        events.append(
            {
                "event": "content-block-start",
                "index": index,
                "content": cast("ContentBlock", block),
            }
        )
        return index

    def _take_reasoning(self, reasoning: str, events: list[MessagesData]) -> None:
        if not self._in_reasoning:
            empty = {"type": "reasoning", "reasoning": ""}
            self._reasoning_block = self._begin(empty, events)
            self._in_reasoning = True
        self._reasoning.append(reasoning)
        events.append(
            {
                "event": "content-block-delta",
                "index": self._reasoning_block,
                "delta": {"type": "reasoning-delta", "reasoning": reasoning},
            }
        )

    def _finish_reasoning(self, events: list[MessagesData]) -> None:
        if self._in_reasoning:
            block = {"type": "reasoning", "reasoning": "".join(self._reasoning)}
            events.append(_finish(self._reasoning_block, block))
            self._reasoning = []
            self._in_reasoning = False

    def _take_text(self, text: str, events: list[MessagesData]) -> None:
        if self._text_open:
            self._finish_reasoning(events)
            self._finish_whole_call(events)
            self._in_text = True
        else:
            self._begin_text(events)
        self._text.append(text)
        events.append(
            {
                "event": "content-block-delta",
                "index": self._text_block,
                "delta": {"type": "text-delta", "text": text},
            }
        )

    def _begin_text(self, events: list[MessagesData]) -> None:
        self._text_block = self._begin({"type": "text", "text": ""}, events)
        self._text_open = self._in_text = True

    def _finish_text(
        self, events: list[MessagesData], annotations: list[dict[str, Any]]
    ) -> None:
        if self._text_open:
            block: dict[str, Any] = {"type": "text", "text": "".join(self._text)}
            if annotations:
                block["annotations"] = annotations
            events.append(_finish(self._text_block, block))

    def _take_call(self, piece: ToolCallDelta, events: list[MessagesData]) -> None:
        call = self._calls.get(piece.index)
        if call is None:
            start = {
                "type": "tool_call_chunk",
                "id": piece.id,
                "name": piece.name,
                "args": "",
                "index": piece.index,
            }
            call = self._calls[piece.index] = _Call(self._begin(start, events), piece)
            if self._calls_in_order and piece.name:
                self._last_call = call
        if not piece.arguments:
            return
        if call.finished:
            if piece.arguments.isspace():
                return
            msg = (
                f"The server continued the tool call {call.id} after its arguments "
                "were complete and something else had started: "
                f"{piece.arguments[:200]!r}. Events cannot express that; use `stream` "
                "or `invoke`, where the call is invalid."
            )
            raise MalformedChunkError(msg, data=piece.arguments[:200])
        call.arguments.append(piece.arguments)
        events.append(
            {
                "event": "content-block-delta",
                "index": call.block,
                "delta": {"type": "tool-call-delta", "args": piece.arguments},
            }
        )

    def _finish_whole_call(self, events: list[MessagesData]) -> None:
        """Finish the call before a new block, if it is complete."""
        call, self._last_call = self._last_call, None
        if call is None:
            return
        flawed = call.index in self._flawed
        parsed = None if flawed else parse_arguments("".join(call.arguments))
        call.finished = self._calls_in_order = parsed is not None
        if parsed is not None:
            events.append(_finish_call(call.block, call.id, call.name, parsed))

    def _finish_calls(
        self, calls: list[WireToolCall], events: list[MessagesData]
    ) -> None:
        """Finish the other calls, with the final result of the reader."""
        self._last_call = None
        by_index = {call.index: call for call in calls}
        for index, begun in self._calls.items():
            if begun.finished:
                continue
            call = by_index[index]
            if call.parsed is not None:
                event = _finish_call(begun.block, call.id, call.name, call.parsed)
            else:
                invalid = {
                    "type": "invalid_tool_call",
                    "id": call.id,
                    "name": call.name,
                    "args": call.arguments,
                    "error": call.flaw or NOT_AN_OBJECT,
                }
                event = _finish(begun.block, invalid)
            events.append(event)

    def _whole_block(self, block: dict[str, Any], events: list[MessagesData]) -> None:
        start = {k: block[k] for k in _SHOWN_AT_THE_START if k in block}
        start |= _REQUIRED_AT_THE_START.get(block["type"], {})
        whole = RefusalBlock(block) if block["type"] == "refusal" else block
        events.append(_finish(self._begin(start, events), whole))


def _finish(index: int, block: dict[str, Any]) -> MessagesData:
    return {
        "event": "content-block-finish",
        "index": index,
        "content": cast("FinalizedContentBlock", block),
    }


def _finish_call(
    index: int, call_id: str | None, name: str | None, args: dict[str, Any]
) -> MessagesData:
    call = {"type": "tool_call", "id": call_id, "name": name or "", "args": args}
    return _finish(index, call)
