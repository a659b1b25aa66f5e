"""Streams of chunks, and what a pipeline makes of them in every way there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from langchain_core.language_models._compat_bridge import chunks_to_events
from langchain_core.language_models.chat_model_stream import ChatModelStream
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_tests.utils.stream_lifecycle import assert_valid_event_stream

from langchain_sse_chat.answer.chunks import ChunkAssembler
from langchain_sse_chat.answer.events import EventAssembler
from langchain_sse_chat.answer.pipeline import (
    AnswerPipeline,
    OutputT,
    PipelineOptions,
)
from langchain_sse_chat.answer.results import ResultAssembler
from langchain_sse_chat.errors import SSEChatError
from langchain_sse_chat.transport.protocols import ResponseHead
from langchain_sse_chat.wire.deltas import Assembler

WHERE = "http://test/v1/chat/completions"
OPTIONS = PipelineOptions(url=WHERE)
SSE = {"content-type": "text/event-stream"}
DONE = b"data: [DONE]\n\n"
MADE_UP = "made up"
"""Stands for an id that the server did not send."""


def chunk(delta: Any = None, finish: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a chunk with one choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m-1",
        "choices": [choice],
        **fields,
    }


def text(content: str) -> dict[str, Any]:
    """Return a chunk with a text delta."""
    return chunk({"content": content})


NIL: Any = ...
"""A field that a piece of a call does not have."""


def call(
    index: Any = NIL,
    call_id: Any = NIL,
    name: Any = NIL,
    arguments: Any = NIL,
    **fields: Any,
) -> dict[str, Any]:
    """Return a piece of a tool call with what is given."""
    given = {"name": name, "arguments": arguments}
    function = {key: value for key, value in given.items() if value is not NIL}
    given = {"index": index, "id": call_id, "function": function or NIL}
    return {key: value for key, value in given.items() if value is not NIL} | fields


def calls(*pieces: Any, finish: Any = None) -> dict[str, Any]:
    """Return a chunk with pieces of tool calls."""
    return chunk({"tool_calls": list(pieces)}, finish)


def event(data: Any, kind: str | None = None) -> bytes:
    """Return an event whose data is a text, or the JSON of anything else."""
    body = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    head = f"event: {kind}\n" if kind else ""
    return f"{head}data: {body}\n\n".encode()


def events(chunks: Iterable[Any], *, done: bool = True) -> list[bytes]:
    """Return chunks as events; bytes among them stay as they are."""
    sent = [c if isinstance(c, bytes) else event(c) for c in chunks]
    return [*sent, DONE] if done else sent


@dataclass
class Seen:
    """The content of an answer, the same for every way of reading it."""

    text: str = ""
    reasoning: str = ""
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    """Each with id, name and arguments."""
    invalid: list[tuple[Any, ...]] = field(default_factory=list)
    finish_reason: str | None = "stop"
    model: str | None = "m-1"
    usage: Any = None


def pipeline(
    assembler: Assembler[OutputT],
    options: PipelineOptions = OPTIONS,
    headers: dict[str, str] | None = None,
) -> AnswerPipeline[OutputT]:
    """Return a pipeline that has seen the head of its answer."""
    made = AnswerPipeline(assembler, options)
    made.open(ResponseHead(200, SSE if headers is None else headers, WHERE))
    return made


def run(
    reads: Iterable[bytes],
    assembler: Assembler[OutputT],
    options: PipelineOptions = OPTIONS,
    headers: dict[str, str] | None = None,
) -> Iterator[OutputT]:
    """Give what a pipeline gives; errors carry what the transport lets it add."""
    reader = pipeline(assembler, options, headers)
    try:
        for data in reads:
            yield from reader.feed(data)
            if not reader.wants_more:
                break
        yield from reader.close()
    except SSEChatError as error:
        raise reader.attach_partial(error) from None


def cuts(sent: Sequence[bytes]) -> dict[str, list[bytes]]:
    """Return the reads in which a body may arrive."""
    whole = b"".join(sent)
    return {
        "whole": [whole],
        "an event a read": list(sent),
        "byte by byte": [whole[i : i + 1] for i in range(len(whole))],
    }


def chunks_of(
    sent: Sequence[bytes], options: PipelineOptions = OPTIONS, **kwargs: Any
) -> list[ChatGenerationChunk]:
    """Return the chunks of an answer, which are the same at every chunking."""
    every = [
        list(run(reads, ChunkAssembler(), options, **kwargs))
        for reads in cuts(sent).values()
    ]
    seen = [
        [same_ids(repr((c.message.content, _pieces(c), c.message))) for c in chunks]
        for chunks in every
    ]
    assert seen[0] == seen[1] == seen[2]
    return every[1]


def _pieces(chunk: ChatGenerationChunk) -> Any:
    message = chunk.message
    assert isinstance(message, AIMessageChunk)
    return message.tool_call_chunks


def same_ids(value: str) -> str:
    """Return a text with one fixed ID instead of generated IDs."""
    return re.sub(r"call_[0-9a-f]{32}", MADE_UP, value)


def merged(chunks: Sequence[ChatGenerationChunk]) -> AIMessageChunk:
    """Return the message as LangChain's `stream` merges it."""
    messages = [c.message for c in chunks]
    assert all(isinstance(m, AIMessageChunk) for m in messages)
    return messages[0] + messages[1:]  # type: ignore[return-value]


def last_of(chunks: Sequence[ChatGenerationChunk]) -> AIMessageChunk:
    """Return the message of the last chunk."""
    message = chunks[-1].message
    assert isinstance(message, AIMessageChunk)
    return message


def assembled(chunks: Sequence[ChatGenerationChunk]) -> AIMessage:
    """Return the message that comes of the events that LangChain makes of chunks."""
    return put_together(list(chunks_to_events(iter(chunks))))


def put_together(protocol: Sequence[Any]) -> AIMessage:
    """Return the message that LangChain puts together of protocol events."""
    assert_valid_event_stream(protocol)
    stream = ChatModelStream()
    for item in protocol:
        stream.dispatch(item)
    return stream.output


def events_message(
    sent: Sequence[bytes], options: PipelineOptions = OPTIONS, **kwargs: Any
) -> AIMessage:
    """Return the message of an answer's own events, the same at every chunking."""
    messages = []
    for reads in cuts(sent).values():
        assembler = EventAssembler("id")
        protocol = list(run(reads, assembler, options, **kwargs))
        messages.append(put_together([*protocol, assembler.finish]))
    seen = [same_ids(repr(message)) for message in messages]
    assert seen[0] == seen[1] == seen[2]
    return messages[0]


def result_of(
    sent: Sequence[bytes], options: PipelineOptions = OPTIONS, **kwargs: Any
) -> AIMessage:
    """Return the message of an answer that is asked for as a whole."""
    [result] = run([b"".join(sent)], ResultAssembler(), options, **kwargs)
    message = result.generations[0].message
    assert isinstance(message, AIMessage)
    return message


def seen_in(message: AIMessage) -> Seen:
    """Return the content of a message."""
    blocks = [b for b in message.content_blocks if b["type"] == "reasoning"]
    return Seen(
        text=str(message.text),
        reasoning="".join(b["reasoning"] for b in blocks),
        calls=[
            (same_ids(str(c["id"])), c["name"], c["args"]) for c in message.tool_calls
        ],
        invalid=[
            (same_ids(str(c["id"])), c["name"], c["args"])
            for c in message.invalid_tool_calls
        ],
        finish_reason=message.response_metadata.get("finish_reason"),
        model=message.response_metadata.get("model_name"),
        usage=message.usage_metadata,
    )


def read(
    sent: Sequence[bytes], options: PipelineOptions = OPTIONS, **kwargs: Any
) -> Seen:
    """Return the content of an answer, after comparing all ways of reading it.

    Invalid arguments are those of the result: a merged message may have a closing
    bracket more.
    """
    chunks = chunks_of(sent, options, **kwargs)
    seen = seen_in(result_of(sent, options, **kwargs))
    own = events_message(sent, options, **kwargs)
    for message in (merged(chunks), assembled(chunks), own):
        other = seen_in(message)
        marked = [
            (i, name, args)
            for (i, name, more), (_, _, args) in zip(
                other.invalid, seen.invalid, strict=True
            )
            if (more or "").startswith(args)
        ]
        assert replace(other, invalid=marked) == seen
    return seen


def read_chunks(*sent: Any, done: bool = True) -> Seen:
    """Return the content of an answer of these chunks."""
    return read(events(sent, done=done))


def error_of(sent: Sequence[bytes], **kwargs: Any) -> tuple[SSEChatError, list[str]]:
    """Return the error an answer ends with, and the texts given out before it.

    The error and the text are the same at every chunking.
    """
    every: list[tuple[SSEChatError, list[str]]] = []
    for reads in cuts(sent).values():
        given: list[str] = []
        with pytest.raises(SSEChatError) as caught:
            given.extend(str(c.text) for c in run(reads, ChunkAssembler(), **kwargs))
        every.append((caught.value, given))
    assert len({(type(e), str(e), tuple(given)) for e, given in every}) == 1
    return every[0]
