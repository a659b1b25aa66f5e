"""Number the tool calls of an answer, and give each its ID and name once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.serve.parts import ToolCallDelta
from langchain_sse_chat.workarounds.broken_calls import without_mark


@dataclass(slots=True)
class _Call:
    index: int
    id: str
    name: str | None
    sent: str = ""
    """The arguments that were served."""
    held: str = ""
    """The arguments that came and were not served yet."""
    has_begun: bool = False
    """Whether its ID and name were served."""


class ToolPieces:
    """Takes the tool calls of an answer's messages, in pieces or whole."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._open: dict[object, _Call] = {}
        """The calls that may go on, by the model's own index."""

    def __len__(self) -> int:
        return len(self._calls)

    def next_message(self) -> None:
        """Begin another message, whose indices begin anew."""
        self._open.clear()

    def feed(self, message: AIMessage) -> list[ToolCallDelta]:
        """Return the pieces of the calls of a message, or of a chunk of one."""
        if isinstance(message, AIMessageChunk):
            ours = message.response_metadata.get("model_provider") == MODEL_PROVIDER
            pieces: Iterator[Mapping[str, Any]] = iter(message.tool_call_chunks)
            return [
                delta for piece in pieces if (delta := self._piece(piece, ours=ours))
            ]
        whole = [*message.tool_calls, *message.invalid_tool_calls]
        return [self._whole(call) for call in whole]

    def close(self) -> list[ToolCallDelta]:
        """Return what was held back of each call."""
        pieces: list[ToolCallDelta] = []
        for call in self._calls:
            # The mark of a broken call is for LangChain's merging alone.
            held = without_mark(call.sent + call.held)[len(call.sent) :]
            call.held = ""
            if held or not call.has_begun:
                pieces.append(self._send(call, held))
        return pieces

    def extras(self, by_id: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """Return other fields of calls by their indices, from those by their IDs."""
        found = ((call.index, by_id.get(call.id)) for call in self._calls)
        return {
            index: dict(extras)
            for index, extras in found
            if isinstance(extras, Mapping)
        }

    def _whole(self, call: Mapping[str, Any]) -> ToolCallDelta:
        arguments = call.get("args")
        text = (
            arguments
            if isinstance(arguments, str)
            else json.dumps(arguments or {}, ensure_ascii=False, default=str)
        )
        begun = self._begin(call.get("id"), call.get("name"))
        return self._send(begun, text)

    def _piece(self, piece: Mapping[str, Any], *, ours: bool) -> ToolCallDelta | None:
        call = self._call_of(piece)
        call.name = call.name or piece.get("name")
        arguments = call.held + (piece.get("args") or "")
        # A name comes with the first piece of nearly all models. What ends with a
        # bracket may end with a mark, which only the last piece has.
        if call.name is None or (ours and arguments[-1:] in ("}", "]")):
            call.held = arguments
            if call.name is None or call.has_begun:
                return None
            arguments = ""
        else:
            call.held = ""
        return self._send(call, arguments)

    def _call_of(self, piece: Mapping[str, Any]) -> _Call:
        index, call_id, name = piece.get("index"), piece.get("id"), piece.get("name")
        known = self._open.get(index)
        if index is None and not (call_id or name) and self._calls:
            return self._calls[-1]
        if known is None or index is None or (call_id and call_id != known.id):
            known = self._open[index] = self._begin(call_id, name)
        return known

    def _begin(self, call_id: str | None, name: str | None) -> _Call:
        call = _Call(len(self._calls), call_id or f"call_{uuid4().hex}", name)
        self._calls.append(call)
        return call

    @staticmethod
    def _send(call: _Call, arguments: str) -> ToolCallDelta:
        call.sent += arguments
        first = not call.has_begun
        call.has_begun = True
        return ToolCallDelta(
            call.index,
            call.id if first else None,
            (call.name or "") if first else None,
            arguments,
        )
