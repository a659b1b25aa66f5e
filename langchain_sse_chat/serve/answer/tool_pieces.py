"""Number the tool calls of an answer, and give each its ID and name once.

A call that must not be run stays so: its arguments are served as text that is not a
JSON object, because the wire has no other way to say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk

from langchain_sse_chat.message_keys import MODEL_PROVIDER
from langchain_sse_chat.serve.answer.parts import ToolCallDelta
from langchain_sse_chat.wire.jsontext import dumps, parse_arguments
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
        self.entries: dict[int, dict[str, Any]] = {}
        """After `close`: other fields of calls by index, such as Gemini's
        `extra_content`; or all fields of a call that is not of a function."""

    def __len__(self) -> int:
        return len(self._calls)

    def next_message(self) -> None:
        """Begin another message, whose indices begin at 0 again."""
        self._open.clear()

    def feed(self, message: AIMessage) -> list[ToolCallDelta]:
        """Return the pieces of the calls of a message, or of a chunk of one."""
        if isinstance(message, AIMessageChunk):
            ours = message.response_metadata.get("model_provider") == MODEL_PROVIDER
            return [
                piece
                for chunk in message.tool_call_chunks
                for piece in self._pieces(chunk, ours=ours)
            ]
        return [
            *map(self._whole, message.tool_calls),
            *map(self._whole_invalid, message.invalid_tool_calls),
        ]

    def close(self, extras: Mapping[str, Any]) -> list[ToolCallDelta]:
        """Return the pieces that were held back.

        Args:
            extras: Other fields of the calls by their IDs.
        """
        pieces: list[ToolCallDelta] = []
        for call in self._calls:
            own = extras.get(call.id)
            if isinstance(own, Mapping):
                self.entries[call.index] = dict(own)
            rest = self._rest(call)
            if rest or not (call.has_begun or call.index in self.entries):
                pieces.append(self._send(call, rest))
        return pieces

    def _rest(self, call: _Call) -> str:
        """Return the arguments of a call that were not served yet.

        Those of a broken call end with a mark, for LangChain's merging alone.
        """
        whole = call.sent + call.held
        arguments = without_mark(whole)
        if arguments == whole:
            return call.held
        parsed = parse_arguments(arguments)
        if parsed is not None and not call.has_begun and _is_entry(parsed, call):
            self.entries[call.index] = parsed
            return ""
        if parsed is not None and parse_arguments(call.sent) is not None:
            return call.held
        return unfinished(arguments)[len(call.sent) :]

    def _whole(self, call: Mapping[str, Any]) -> ToolCallDelta:
        arguments = dumps(call["args"], default=str)
        return self._send(self._begin(call["id"], call["name"]), arguments)

    def _whole_invalid(self, call: Mapping[str, Any]) -> ToolCallDelta:
        begun = self._begin(call["id"], call["name"])
        return self._send(begun, unfinished(call["args"] or ""))

    def _pieces(
        self, chunk: Mapping[str, Any], *, ours: bool
    ) -> Iterator[ToolCallDelta]:
        call = self._call_of(chunk)
        call.name = call.name or chunk.get("name")
        arguments = call.held + (chunk.get("args") or "")
        # The name comes first from nearly all models. What ends with a bracket may end
        # with a mark, which only the last piece has.
        if call.name is None or (ours and arguments[-1:] in {"}", "]"}):
            call.held = arguments
            return
        call.held = ""
        for earlier in self._calls[: call.index]:
            if earlier.name is not None and not earlier.has_begun:
                yield self._send(earlier, "")
        yield self._send(call, arguments)

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


def unfinished(arguments: str) -> str:
    """Return the arguments of a call that must not be run as no JSON object.

    They hardly ever are one. An object loses its closing bracket; empty arguments
    become an object that was begun.
    """
    if not arguments.strip():
        return "{"
    return (
        arguments.rstrip()[:-1] if parse_arguments(arguments) is not None else arguments
    )


def _is_entry(parsed: Mapping[str, Any], call: _Call) -> bool:
    """Whether arguments are a whole call of a kind that is not known."""
    kind = parsed.get("type")
    return parsed.get("id") == call.id and isinstance(kind, str) and kind in parsed
