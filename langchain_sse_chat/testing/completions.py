"""Write a chat answer as an event stream or as a single JSON object.

The shapes are those of the chat completion and chat completion chunk objects
(https://platform.openai.com/docs/api-reference/chat/object and `…/chat/streaming`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from langchain_sse_chat.testing.request import Request

SendUsage = Literal["asked", "always", "never"]
"""When a stream ends with a usage chunk; `asked` is `stream_options.include_usage`."""

_CREATED = 1_750_000_000  # fixed, so that an answer depends on its request alone
_TOKEN = re.compile(r"\s*\S{1,12}|\s+")


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a response, in the parts that are sent."""

    content_type: str
    parts: tuple[bytes, ...]
    """The events of a stream, or a single document."""
    chunked: bool
    """Whether it is sent with chunked transfer coding, else with its length."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool by the model."""

    name: str
    arguments: str
    """JSON text, or any other text that the script sends instead."""
    id: str | None = None
    """`None` for an ID made from the number of the request."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Additional keys of the call, sent as they are."""


def dump_json(value: Any) -> bytes:
    """Return compact UTF-8 JSON; a lone surrogate becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def split_tokens(text: str) -> tuple[str, ...]:
    """Return `text` in pieces: words with the space before them, 12 letters at most."""
    return tuple(_TOKEN.findall(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The content of an answer, regardless of how it is sent."""

    tokens: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    reasoning_key: str = "reasoning_content"
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = "auto"
    model: str | None = None
    usage: Mapping[str, Any] | None = None
    send_usage: SendUsage = "asked"
    extra: Mapping[str, Any] = field(default_factory=dict)
    done: bool = True

    def render(self, request: Request) -> Body:
        """Return the body that `request` asks for with its `stream` field."""
        if request.settings().get("stream"):
            events = tuple(b"data: %b\n\n" % data for data in self._chunks(request))
            return Body("text/event-stream", events, chunked=True)
        return Body("application/json", (self._document(request),), chunked=False)

    def _chunks(self, request: Request) -> Iterator[bytes]:
        settings = request.settings()
        indices = range(_choices(settings))
        head = self._head(request, "chat.completion.chunk")
        for delta, reason in self._deltas(request):
            for index in indices:
                choice = {"index": index, "delta": delta, "finish_reason": reason}
                yield dump_json({**head, "choices": [choice]})
        if self._usage_is_streamed(settings):
            yield dump_json({**head, "choices": [], "usage": self._usage(settings)})
        if self.done:
            yield b"[DONE]"

    def _deltas(self, request: Request) -> Iterator[tuple[dict[str, Any], str | None]]:
        """Yield each delta with its finish reason; the first one has the role."""
        role = {"role": "assistant"}
        for delta in self._fragments(request):
            yield {**role, **delta}, None
            role = {}
        if self._reason() is not None:
            yield role, self._reason()

    def _fragments(self, request: Request) -> Iterator[dict[str, Any]]:
        for piece in self.reasoning:
            yield {self.reasoning_key: piece}
        for token in self.tokens:
            yield {"content": token}
        for index, call in enumerate(self.tool_calls):
            start = _wire_call(call, request, index, arguments="")
            yield {"tool_calls": [{"index": index, **start}]}
            for piece in split_tokens(call.arguments):
                fragment = {"index": index, "function": {"arguments": piece}}
                yield {"tool_calls": [fragment]}

    def _document(self, request: Request) -> bytes:
        settings = request.settings()
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.tokens)}
        if self.reasoning:
            message[self.reasoning_key] = "".join(self.reasoning)
        if self.tool_calls:
            message["content"] = message["content"] or None
            message["tool_calls"] = [
                _wire_call(call, request, index, arguments=call.arguments)
                for index, call in enumerate(self.tool_calls)
            ]
        document = self._head(request, "chat.completion")
        document["choices"] = [
            {"index": index, "message": message, "finish_reason": self._reason()}
            for index in range(_choices(settings))
        ]
        if self.send_usage != "never":
            document["usage"] = self._usage(settings)
        return dump_json(document)

    def _head(self, request: Request, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{request.number}",
            "object": kind,
            "created": _CREATED,
            "model": self.model or request.settings().get("model"),
            **self.extra,
        }

    def _reason(self) -> str | None:
        if self.finish_reason != "auto":
            return self.finish_reason
        return "tool_calls" if self.tool_calls else "stop"

    def _usage_is_streamed(self, settings: Mapping[str, Any]) -> bool:
        if self.send_usage != "asked":
            return self.send_usage == "always"
        options = settings.get("stream_options")
        return isinstance(options, dict) and bool(options.get("include_usage"))

    def _usage(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the scripted usage, or counts of the pieces sent."""
        if self.usage is not None:
            return self.usage
        prompt = len(split_tokens(dump_json(settings.get("messages")).decode()))
        calls = sum(len(split_tokens(call.arguments)) for call in self.tool_calls)
        choices = _choices(settings)
        reasoning = len(self.reasoning) * choices
        answer = (len(self.tokens) + calls) * choices + reasoning
        return {
            "prompt_tokens": prompt,
            "completion_tokens": answer,
            "total_tokens": prompt + answer,
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        }


def _choices(settings: Mapping[str, Any]) -> int:
    wanted = settings.get("n")
    return wanted if isinstance(wanted, int) and wanted > 0 else 1


def _wire_call(
    call: ToolCall, request: Request, index: int, *, arguments: str
) -> dict[str, Any]:
    """Return the call in its wire form; its default ID is unique on the server."""
    call_id = call.id if call.id is not None else f"call_{request.number}_{index}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": call_id, "type": "function", "function": function, **call.extra}
