"""The wire of the AI SDK's UI message stream, version 1, which `useChat` reads.

https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol#data-stream-protocol

What the versions 5, 6 and 7 need beyond the document: a delta after the start of its
part, `dynamic` on the input and the output of a tool, no keys that the first releases
of version 5 do not know, and in a step of its own what follows the results of tools:
`sendAutomaticallyWhen` looks at the last step, and would send the request again.
"""

from __future__ import annotations

from dataclasses import replace
from json.encoder import encode_basestring
from typing import Any, Literal

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    NextMessage,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.openai import EVENT_STREAM, encode, to_json
from langchain_sse_chat.serve.wires.ui_fields import (
    finish_reason,
    metadata_of,
    parts_of,
)
from langchain_sse_chat.wire.jsontext import parse_arguments

_DONE = "data: [DONE]\n\n"
_STOPPED = "The answer was stopped."
_BROKEN_INPUT = "The arguments of the call are not a JSON object."


class UIMessageWire:
    """A stream of `UIMessageChunk` objects.

    Args:
        message_id: The ID of the message; the client chooses one without it. For an
            answer that continues a message of the client, it is that of the message.
        model: The name of the model, if the answer does not have its own.
    """

    media_type = EVENT_STREAM

    def __init__(
        self, *, message_id: str | None = None, model: str | None = None
    ) -> None:
        self._message_id = message_id
        self._model = model
        self._is_open = False
        self._kind: Literal["", "text", "reasoning"] = ""
        """The part that the next delta of its kind goes on."""
        self._before = ""
        """The beginning of the events of that part."""
        self._count = 0
        """Parts that were begun."""
        self._calls: dict[int, ToolCallDelta] = {}
        """The calls for the client, whole as far as they came."""
        self._running: dict[str, str] = {}
        """The names of the tools that run on the server, by call ID."""
        self._has_content = False
        """Whether the step has a part."""
        self._step_ends = False
        """Whether the next part is in another step."""

    def open(self) -> bytes:
        """Return the beginning of the message and of its first step."""
        self._is_open = True
        named = {} if self._message_id is None else {"messageId": self._message_id}
        return encode(_event("start", **named) + _event("start-step"))

    def text(self, text: str) -> bytes:
        """Return the delta of a text."""
        begun = "" if self._kind == "text" else self._begin("text")
        return encode(f"{begun}{self._before}{encode_basestring(text)}}}\n\n")

    def feed(self, part: Part) -> bytes:
        """Return the chunks of a part."""
        if isinstance(part, str):
            return self.text(part)
        if isinstance(part, Delta):
            return self._delta(part)
        if isinstance(part, ToolRun):
            return encode(self._end_part() + self._tool(part))
        if isinstance(part, NextMessage):
            self._step_ends = self._step_ends or self._has_content
            return encode(self._end_part())
        # It is for `onData` alone, not a part of the message.
        return encode(_event("data-status", data=part.data, transient=True))

    def keep_alive(self) -> bytes:
        """Return a comment."""
        return b":\n\n"

    def close(self, finish: Finish) -> bytes:
        """Return the calls, each complete, the sources and files, and the end."""
        events = [self._end_part()]
        events += [_input_end(call) for call in self._calls.values()]
        events += [_event(**part) for part in parts_of(finish)]
        reason, metadata = finish_reason(finish), metadata_of(finish, self._model)
        events += [
            _event("finish-step"),
            _event("finish", finishReason=reason, messageMetadata=metadata),
            _DONE,
        ]
        return encode("".join(events))

    def fail(self, failure: Failure) -> bytes:
        """Return the ends of the open parts, and the error."""
        words = failure.message
        events = [self._end_part(), self._end_running(words)]
        events += [_input_error(call, words) for call in self._calls.values()]
        if self._is_open:
            events.append(_event("finish-step"))
        events += [
            _event("error", errorText=words),
            _event("finish", finishReason="error"),
            _DONE,
        ]
        return encode("".join(events))

    def abort(self) -> bytes:
        """Return the end of an answer that was stopped by its reader.

        A call for the client stays incomplete: a result, even an error, could make the
        page send the next request.
        """
        open_parts = self._end_part() + self._end_running(_STOPPED)
        return encode(open_parts + _event("abort") + _DONE)

    def _delta(self, delta: Delta) -> bytes:
        sent = b""
        if delta.reasoning:
            begun = "" if self._kind == "reasoning" else self._begin("reasoning")
            json_text = encode_basestring(delta.reasoning)
            sent = encode(f"{begun}{self._before}{json_text}}}\n\n")
        if text := delta.text + delta.refusal:
            sent += self.text(text)
        return sent + encode("".join(map(self._piece, delta.tool_calls)))

    def _piece(self, piece: ToolCallDelta) -> str:
        if piece.id is None:
            call = self._calls[piece.index]
            call.arguments += piece.arguments
            begun = ""
        else:
            call = self._calls[piece.index] = replace(piece)
            name = {"toolName": call.name or "", "dynamic": True}
            begun = self._end_part() + self._next_step()
            begun += _event("tool-input-start", toolCallId=call.id, **name)
        if not piece.arguments:
            return begun
        return begun + _event(
            "tool-input-delta", toolCallId=call.id, inputTextDelta=piece.arguments
        )

    def _tool(self, run: ToolRun) -> str:
        """Return the chunk of a tool that runs, or has run, on the server.

        `providerExecuted` says that the client must neither run it nor answer for it.
        """
        marks = {"toolCallId": run.id, "dynamic": True, "providerExecuted": True}
        if run.output is None:
            self._running[run.id] = run.name
            given = {"toolName": run.name, "input": run.arguments}
            step = self._next_step()
            return step + _event("tool-input-available", **marks, **given)
        self._running.pop(run.id, None)
        self._step_ends = True
        if run.failed:
            return _event("tool-output-error", **marks, errorText=run.output)
        return _event("tool-output-available", **marks, output=run.output)

    def _begin(self, kind: Literal["text", "reasoning"]) -> str:
        """Return the chunks that end the open part and begin another."""
        before = self._end_part() + self._next_step()
        part_id = str(self._count)
        self._count += 1
        self._kind = kind
        self._before = f'data: {{"type":"{kind}-delta","id":"{part_id}","delta":'
        return before + _event(f"{kind}-start", id=part_id)

    def _end_part(self) -> str:
        kind, self._kind = self._kind, ""
        return _event(f"{kind}-end", id=str(self._count - 1)) if kind else ""

    def _next_step(self) -> str:
        """Return the chunks that begin another step, if the next part needs one.

        A call has its whole input and its output in the same step.
        """
        self._has_content = True
        if not self._step_ends or self._running or self._calls:
            return ""
        self._step_ends = False
        return _event("finish-step") + _event("start-step")

    def _end_running(self, words: str) -> str:
        runs = [
            ToolRun(call_id, name, output=words, failed=True)
            for call_id, name in self._running.items()
        ]
        return "".join(map(self._tool, runs))


def _event(type: str, **fields: Any) -> str:  # noqa: A002  the name in the protocol
    return f"data: {to_json({'type': type, **fields})}\n\n"


def _input_end(call: ToolCallDelta) -> str:
    """Return the chunk with the whole input of a call for the client."""
    # A call without arguments is complete: one that must not be run has some.
    given = parse_arguments(call.arguments) if call.arguments.strip() else {}
    if given is None:
        return _input_error(call, _BROKEN_INPUT)
    fields = {"toolName": call.name or "", "input": given, "dynamic": True}
    return _event("tool-input-available", toolCallId=call.id, **fields)


def _input_error(call: ToolCallDelta, words: str) -> str:
    fields = {"toolName": call.name or "", "input": call.arguments, "dynamic": True}
    return _event("tool-input-error", toolCallId=call.id, **fields, errorText=words)
