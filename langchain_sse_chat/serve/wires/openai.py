"""The wire of OpenAI's chat completions: chunks in a stream, or one completion.

https://platform.openai.com/docs/api-reference/chat-streaming
https://platform.openai.com/docs/api-reference/chat/object

What clients need beyond the documents: the role once, a call's ID and name once, usage
once and only when requested, one call after the other, one line of JSON for each event,
no `id`, `event` or `retry` fields. An answer that failed has no finish reason and no
`[DONE]`, because clients that overlook the error would take it for complete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from json.encoder import encode_basestring
from typing import Any

from langchain_sse_chat.serve.answer.parts import Delta, Finish, Part, ToolCallDelta
from langchain_sse_chat.serve.failure.failure import Failure
from langchain_sse_chat.serve.wires.call_order import CallOrder
from langchain_sse_chat.wire.custom_calls import CUSTOM, INPUT, input_of
from langchain_sse_chat.wire.jsontext import dumps, parse_arguments

EVENT_STREAM = "text/event-stream; charset=utf-8"


def to_json(value: object) -> str:
    """Return a value as one line of JSON, with texts as they are."""
    return dumps(value, separators=(",", ":"), default=str)


def encode(text: str) -> bytes:
    """Return JSON text as UTF-8; a surrogate without its pair is escaped."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return "".join(
            f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text
        ).encode()


class OpenAIWire:
    """A stream of `chat.completion.chunk` objects.

    Args:
        model: The name of the model in every chunk.
        completion_id: The ID of the completion, the same in every chunk.
        created: When the answer began, in whole seconds of Unix time.
        include_usage: Whether the client requested `stream_options.include_usage`.
        custom_tools: The names of the request's custom tools, whose input is free text.
    """

    media_type = EVENT_STREAM

    def __init__(
        self,
        *,
        model: str,
        completion_id: str,
        created: int,
        include_usage: bool = False,
        custom_tools: Collection[str] = (),
    ) -> None:
        self._model = model
        self._calls = CallPieces(custom_tools)
        self._include_usage = include_usage
        self._common = {
            "id": completion_id,
            "object": "chat.completion.chunk",
            "created": created,
        }
        head = to_json(self._common)[:-1]
        model_field = f',"model":{to_json(model)}'
        self._before = f'data: {head}{model_field},"choices":[{{"index":0,"delta":'
        self._before_text = self._before + '{"content":'
        usage = ',"usage":null' if include_usage else ""
        self._after = f',"finish_reason":null}}]{usage}}}\n\n'
        self._after_text = "}" + self._after
        self._empty = encode(self._before + "{}" + self._after)

    def open(self) -> bytes:
        """Return the chunk with the role."""
        return self._delta({"role": "assistant", "content": ""})

    def text(self, text: str) -> bytes:
        """Return the chunk of a text."""
        json_text = encode_basestring(text)
        return encode(f"{self._before_text}{json_text}{self._after_text}")

    def feed(self, part: Part) -> bytes:
        """Return the chunk of a part. Tools that an agent runs itself are not sent."""
        if isinstance(part, str):
            return self.text(part)
        if isinstance(part, Delta):
            fields = text_fields(part)
            pieces = self._calls.feed(part.tool_calls) if part.tool_calls else ()
            before = self._delta(fields) if fields else b""
            return before + self._call_chunks(pieces)
        return b""

    def keep_alive(self) -> bytes:
        """Return a chunk with an empty delta: comments break some clients."""
        return self._empty

    def close(self, finish: Finish) -> bytes:
        """Return the chunks with the rest of the message, its end and its usage."""
        last: dict[str, Any] = dict(finish.fields)
        held = self._calls.held()
        if pieces := self._calls.close(finish.call_entries):
            last["tool_calls"] = pieces
        choice = {"index": 0, "delta": last, **_end(finish)}
        others = [
            {"index": index, "delta": other.pop("message", {}), **other}
            for index, other in enumerate(map(dict, finish.other_choices), 1)
        ]
        events = [self._event([choice, *others], finish)]
        if self._include_usage and finish.usage is not None:
            events.append(self._event([], finish, usage=finish.usage))
        end = encode("".join(events) + "data: [DONE]\n\n")
        return self._call_chunks(held) + end

    def fail(self, failure: Failure) -> bytes:
        """Return an event with the error.

        In a stream, `should_retry` stands for the header `x-should-retry`, which can
        no longer be sent. `ChatSSE` obeys it.
        """
        body = failure.body()
        body["error"]["should_retry"] = failure.retry
        return encode(f"data: {to_json(body)}\n\n")

    def _call_chunks(self, pieces: Iterable[dict[str, Any]]) -> bytes:
        """Return chunks with the entries of tool calls, one of each call in a chunk."""
        chunks: list[dict[int, dict[str, Any]]] = []
        for piece in pieces:
            index = piece["index"]
            if not chunks or index in chunks[-1]:
                chunks.append({})
            chunks[-1][index] = piece
        return b"".join(
            self._delta({"tool_calls": list(chunk.values())}) for chunk in chunks
        )

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return encode(f"{self._before}{to_json(delta)}{self._after}")

    def _event(
        self,
        choices: list[dict[str, Any]],
        finish: Finish,
        usage: dict[str, Any] | None = None,
    ) -> str:
        chunk = {
            **finish.metadata,
            **self._common,
            "model": finish.model or self._model,
            "choices": choices,
        }
        if self._include_usage:
            chunk["usage"] = usage
        return f"data: {to_json(chunk)}\n\n"


class CompletionWire:
    """One `chat.completion` object, sent when the answer is complete.

    Args:
        model: The name of the model, if the answer does not have its own.
        completion_id: The ID of the completion.
        created: When the answer began, in whole seconds of Unix time.
        custom_tools: The names of the request's custom tools, whose input is free text.
    """

    media_type = "application/json"

    def __init__(
        self,
        *,
        model: str,
        completion_id: str,
        created: int,
        custom_tools: Collection[str] = (),
    ) -> None:
        self._model = model
        self._custom_tools = custom_tools
        self._common = {
            "id": completion_id,
            "object": "chat.completion",
            "created": created,
        }
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[int, ToolCallDelta] = {}

    def open(self) -> bytes:
        """Return nothing."""
        return b""

    def text(self, text: str) -> bytes:
        """Keep a text."""
        self._texts.setdefault("content", []).append(text)
        return b""

    def feed(self, part: Part) -> bytes:
        """Keep a part."""
        if isinstance(part, str):
            return self.text(part)
        if isinstance(part, Delta):
            for name, text in text_fields(part).items():
                self._texts.setdefault(name, []).append(text)
            for piece in part.tool_calls:
                self._take_call(piece)
        return b""

    def keep_alive(self) -> bytes:
        """Return nothing: nothing can be sent before the status."""
        return b""

    def close(self, finish: Finish) -> bytes:
        """Return the completion."""
        texts = {name: "".join(pieces) for name, pieces in self._texts.items()}
        content = texts.pop("content", None)
        if content is None and not (self._calls or texts.get("refusal")):
            content = ""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": content,
            "refusal": None,
            **texts,
            **finish.fields,
        }
        if calls := self._whole_calls(finish.call_entries):
            message["tool_calls"] = calls
        choice = {"index": 0, "message": message, **_end(finish)}
        others = [
            {"index": index, **other}
            for index, other in enumerate(finish.other_choices, 1)
        ]
        completion = {
            **finish.metadata,
            **self._common,
            "model": finish.model or self._model,
            "choices": [choice, *others],
        }
        if finish.usage is not None:
            completion["usage"] = finish.usage
        return encode(to_json(completion))

    def fail(self, failure: Failure) -> bytes:
        """Return the error."""
        return encode(to_json(failure.body()))

    def _take_call(self, piece: ToolCallDelta) -> None:
        if piece.id is not None:
            self._calls[piece.index] = piece
        else:
            self._calls[piece.index].arguments += piece.arguments

    def _whole_calls(
        self, entries: Mapping[int, Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        calls = {
            index: {"id": call.id, **_body(call, self._custom_tools)}
            for index, call in self._calls.items()
        }
        return [
            _joined(entries.get(index, {}), calls.get(index, {}))
            for index in sorted(calls.keys() | entries.keys())
        ]


class CallPieces:
    """The tool calls of a stream, one after the other, with ID and name once.

    Args:
        custom_tools: The names of custom tools. A call of one is sent when it is
            complete, because its input comes escaped as a JSON string.
    """

    def __init__(self, custom_tools: Collection[str]) -> None:
        self._custom_tools = custom_tools
        self._custom: dict[int, ToolCallDelta] = {}
        """The calls of custom tools that are not complete."""
        self._begun: set[int] = set()
        self._order = CallOrder()

    def feed(self, pieces: Iterable[ToolCallDelta]) -> list[dict[str, Any]]:
        """Return the entries of `delta.tool_calls`."""
        return self._entries(self._order.feed(pieces))

    def held(self) -> list[dict[str, Any]]:
        """Return the entries of calls that waited for others; to be called at the end.

        They come before the finish reason: in the same chunk, OpenAI's SDKs would not
        report that these calls are complete.
        """
        return self._entries(self._order.close())

    def close(self, entries: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the entries for the end of the answer.

        Args:
            entries: Other fields of calls by index, or whole calls.
        """
        last: dict[int, dict[str, Any]] = {
            index: {"id": call.id, **_body(call, ())}
            for index, call in self._custom.items()
        }
        for index, fields in entries.items():
            begun = {"function": {"arguments": ""}} if index in self._begun else {}
            last[index] = _joined(_joined(fields, begun), last.get(index, {}))
        return [{"index": index, **last[index]} for index in sorted(last)]

    def _entries(self, pieces: Iterable[ToolCallDelta]) -> list[dict[str, Any]]:
        entries = (self._entry(piece) for piece in pieces)
        return [entry for entry in entries if entry is not None]

    def _entry(self, piece: ToolCallDelta) -> dict[str, Any] | None:
        index = piece.index
        if index in self._custom:
            self._custom[index].arguments += piece.arguments
            return self._custom_entry(index)
        if piece.id is None:
            return {"index": index, "function": {"arguments": piece.arguments}}
        if piece.name in self._custom_tools:
            self._custom[index] = replace(piece)
            return self._custom_entry(index)
        self._begun.add(index)
        return {"index": index, "id": piece.id, **_body(piece, ())}

    def _custom_entry(self, index: int) -> dict[str, Any] | None:
        """Return the call of a custom tool when it is complete."""
        call = self._custom[index]
        if not (call.arguments.endswith("}") and _is_input(call.arguments)):
            return None
        del self._custom[index]
        return {"index": index, "id": call.id, **_body(call, self._custom_tools)}


def _joined(fields: Mapping[str, Any], call: Mapping[str, Any]) -> dict[str, Any]:
    """Return the other fields of a call with the call, which may have some in common.

    Both may have an object such as `function`, whose fields are joined. A call of
    another type than its fields has none of them: it must not be run.
    """
    if {"type"} <= fields.keys() & call.keys() and fields["type"] != call["type"]:
        return dict(call)
    objects = {
        key: {**fields[key], **value}
        for key, value in call.items()
        if isinstance(value, dict) and isinstance(fields.get(key), dict)
    }
    return {**fields, **call, **objects}


def text_fields(delta: Delta) -> dict[str, Any]:
    """Return the texts of a delta by their names in a message."""
    fields: dict[str, Any] = {}
    if delta.reasoning:
        fields["reasoning_content"] = delta.reasoning
    if delta.text:
        fields["content"] = delta.text
    if delta.refusal:
        fields["refusal"] = delta.refusal
    return fields


def _is_input(arguments: str) -> bool:
    """Whether arguments are the input of a custom tool, complete.

    Any text is a valid input, so a call that must not be run cannot have one: it is
    sent as a call of a function, whose arguments are not JSON.
    """
    parsed = parse_arguments(arguments)
    return parsed is not None and parsed.keys() == {INPUT}


def _body(call: ToolCallDelta, custom_tools: Collection[str]) -> dict[str, Any]:
    if call.name in custom_tools and _is_input(call.arguments):
        body = {"name": call.name, "input": input_of(call.arguments)}
        return {"type": CUSTOM, CUSTOM: body}
    body = {"name": call.name, "arguments": call.arguments}
    return {"type": "function", "function": body}


def _end(finish: Finish) -> dict[str, Any]:
    end: dict[str, Any] = {
        "logprobs": finish.logprobs,
        "finish_reason": finish.reason,
    }
    if finish.native_reason is not None:
        end["native_finish_reason"] = finish.native_reason
    return end
