"""The plain wire: the text itself as events, for `EventSource` in a browser.

The data of an event without a type is the next piece of text. Events with a type:
`reasoning` has a piece of the reasoning, `tool` a tool that an agent runs or a call for
the client (JSON), `status` a note of a graph (JSON), `failure` the error (JSON), `stop`
the text of an answer that was stopped on request, and `end` the whole text. A line
break is a second `data` line, as the standard has it.
"""

from __future__ import annotations

from typing import Any

from langchain_sse_chat.serve.answer.parts import (
    Delta,
    Finish,
    Note,
    Part,
    ToolCallDelta,
    ToolRun,
)
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.openai import EVENT_STREAM, to_json
from langchain_sse_chat.sse import ServerSentEvent


class PlainWire:
    """A stream of events with plain text.

    Args:
        answer_id: The last event ID of the stream. A browser sends it when it connects
            again, so that the server does not answer twice. An empty one is not sent.
    """

    media_type = EVENT_STREAM

    def __init__(self, *, answer_id: str) -> None:
        self._id = answer_id
        self._text: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._after_cr = False

    def open(self) -> bytes:
        """Return the ID, in a comment's event: it is set but nothing is dispatched."""
        return f"id: {self._id}\n\n".encode() if self._id else b""

    def text(self, text: str) -> bytes:
        """Return an event with a text; every kind of line end becomes a line feed."""
        text = self._with_line_feeds(text)
        if not text:
            return b""
        self._text.append(text)
        return _event("message", text)

    def feed(self, part: Part) -> bytes:
        """Return the event of a part."""
        if isinstance(part, str):
            return self.text(part)
        if isinstance(part, ToolRun):
            return _event("tool", to_json(_tool(part)))
        if isinstance(part, Delta):
            reasoning = _event("reasoning", part.reasoning) if part.reasoning else b""
            for piece in part.tool_calls:
                self._take_call(piece)
            return reasoning + self.text(part.text + part.refusal)
        return _event("status", to_json(part.data)) if isinstance(part, Note) else b""

    def keep_alive(self) -> bytes:
        """Return a comment."""
        return b":\n\n"

    def close(self, finish: Finish) -> bytes:
        """Return the tool calls, each complete, and an event with the whole text."""
        del finish
        calls = [_event("tool", to_json(call)) for call in self._calls.values()]
        return b"".join([*calls, _event("end", "".join(self._text))])

    def fail(self, failure: Failure) -> bytes:
        """Return an event with the error."""
        return _event("failure", to_json(failure.body()))

    def abort(self) -> bytes:
        """Return an event with the text that came until the answer was stopped."""
        return _event("stop", "".join(self._text))

    def _take_call(self, piece: ToolCallDelta) -> None:
        call = self._calls.setdefault(
            piece.index, {"id": piece.id, "name": piece.name, "arguments": ""}
        )
        call["arguments"] += piece.arguments

    def _with_line_feeds(self, text: str) -> str:
        if self._after_cr and text[:1] == "\n":
            text = text[1:]
            self._after_cr = False
        if not text:
            return ""
        self._after_cr = text[-1] == "\r"
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text


def _event(kind: str, data: str) -> bytes:
    return ServerSentEvent(kind, data).encode()


def _tool(run: ToolRun) -> dict[str, Any]:
    tool: dict[str, Any] = {"id": run.id, "name": run.name}
    if run.output is None:
        return {**tool, "arguments": run.arguments}
    return {**tool, "failed" if run.failed else "output": run.output}
